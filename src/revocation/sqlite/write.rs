//! What is written, each inside of one transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::entry::next_version;
use super::super::store::{GRACE, Order, Receipt, later_clock};
use super::fault::Fault;
use super::read::{Account, account};
use super::rows;
use crate::time::{Timestamp, microseconds_since_1970};

/// How many of those each write removes.
const PURGED_BY_A_WRITE: u64 = 100;
const AUDIT_LINES_MAX: u64 = 100_000;

/// Writes, and removes some of what is over.
pub(super) fn write(
    connection: &Connection,
    team: &str,
    orders: &[Order<'_>],
    clock_before_waiting: Timestamp,
) -> Result<Vec<Receipt>, Fault> {
    let mut account = account(connection, team)?;
    let now = Timestamp::now();
    let receipts = enter(connection, team, orders, clock_before_waiting, now, &mut account)?;
    account.entries = account.entries.saturating_sub(remove(connection, team, now, PURGED_BY_A_WRITE)?);
    trim_audit(connection, team, &mut account)?;
    save(connection, team, &account)?;
    Ok(receipts)
}

/// Removes at most `limit` entries that are over, and says how many.
pub(super) fn purge(connection: &Connection, team: &str, now: Timestamp, limit: u64) -> Result<u64, Fault> {
    let mut account = account(connection, team)?;
    let removed = remove(connection, team, now, limit)?;
    if removed > 0 {
        account.entries = account.entries.saturating_sub(removed);
        save(connection, team, &account)?;
    }
    Ok(removed)
}

fn enter(
    connection: &Connection,
    team: &str,
    orders: &[Order<'_>],
    clock_before_waiting: Timestamp,
    now: Timestamp,
    account: &mut Account,
) -> Result<Vec<Receipt>, Fault> {
    let mut find = connection.prepare(
        "SELECT not_issued_after, blocked_until, expires_at FROM entries
         WHERE team = ?1 AND kind = ?2 AND value = ?3",
    )?;
    let mut put = connection.prepare(
        "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (team, kind, value) DO UPDATE SET
             (not_issued_after, blocked_until, expires_at, version, made_at, made_by, reason) =
             (?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let mut note =
        connection.prepare("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    let mut receipts = Vec::with_capacity(orders.len());
    for Order { target, action, writer_clock, note: about } in orders {
        let now = later_clock(*writer_clock, now).map_err(Fault::Failed)?;
        let (kind, value) = (target.kind().name(), target.value());
        let before = find.query_row(params![team, kind, value], |row| Ok(rows::terms(row, 0))).optional()?;
        let terms = action.apply(target.kind(), before, now);
        let version = next_version(account.version, microseconds_since_1970());
        let id = i64::try_from(version).map_err(|_| Fault::refused("it is damaged"))?;
        let [cut_off, block, expiry] = rows::numbers(&terms);
        let (at, by, reason) = (now.seconds(), &about.made_by, &about.reason);
        put.execute(params![team, kind, value, cut_off, block, expiry, id, at, by, reason])?;
        note.execute(params![team, id, at, action.name(), kind, value, cut_off, block, expiry, by, reason])?;
        account.version = version;
        account.audit_lines += 1;
        account.entries += u64::from(before.is_none());
        let target = (*target).clone();
        let clock_ahead = clock_before_waiting.since(*writer_clock);
        receipts.push(Receipt { target, terms, version, clock_ahead, replicas: None });
    }
    Ok(receipts)
}

/// An entry that cannot be read refuses always, and so it is never over.
fn remove(connection: &Connection, team: &str, now: Timestamp, limit: u64) -> Result<u64, Fault> {
    let removed = connection.execute(
        "DELETE FROM entries WHERE team = ?1 AND (kind, value) IN (
             SELECT kind, value FROM entries
             WHERE team = ?1 AND expires_at BETWEEN 0 AND ?2
                 AND not_issued_after BETWEEN 0 AND ?3 AND blocked_until BETWEEN 0 AND ?3
             LIMIT ?4)",
        params![team, now.seconds() - GRACE - 1, Timestamp::MAX.seconds(), rows::number(limit)],
    )?;
    Ok(removed as u64)
}

fn trim_audit(connection: &Connection, team: &str, account: &mut Account) -> Result<(), Fault> {
    let too_many = account.audit_lines.saturating_sub(AUDIT_LINES_MAX);
    if too_many > 0 {
        connection.execute(
            "DELETE FROM audit WHERE team = ?1 AND id IN (SELECT id FROM audit WHERE team = ?1 ORDER BY id LIMIT ?2)",
            params![team, rows::number(too_many)],
        )?;
        account.audit_lines = AUDIT_LINES_MAX;
    }
    Ok(())
}

fn save(connection: &Connection, team: &str, account: &Account) -> Result<(), Fault> {
    let Account { version, entries, audit_lines } = *account;
    let numbers = [version, entries, audit_lines].map(rows::number);
    let [version, entries, audit_lines] = numbers;
    connection.execute(
        "INSERT OR REPLACE INTO teams VALUES (?1, ?2, ?3, ?4)",
        params![team, version, entries, audit_lines],
    )?;
    Ok(())
}
