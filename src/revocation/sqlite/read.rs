//! What is read, each inside of one transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::entry::RevocationEntry;
use super::super::store::{AuditLine, Page, Query};
use super::super::target::TargetKind;
use super::fault::Fault;
use super::rows;

const PAGE: usize = 1_000;

/// The account of a team: what is there of it, without looking at each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// Of its latest write; 0 if there was none.
    pub(super) version: u64,
    pub(super) entries: u64,
    pub(super) audit_lines: u64,
}

pub(super) fn account(connection: &Connection, team: &str) -> Result<Account, Fault> {
    let query = "SELECT version, entries, audit_lines FROM teams WHERE team = ?1";
    let numbers = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    match connection.query_row(query, [team], numbers).optional()? {
        None => Ok(Account::default()),
        Some([version, entries, audit_lines]) => Ok(Account {
            version: rows::count(version)?,
            entries: rows::count(entries)?,
            audit_lines: rows::count(audit_lines)?,
        }),
    }
}

pub(super) fn changes_after(connection: &Connection, team: &str, version: u64) -> Result<Page, Fault> {
    let mut query = connection.prepare(
        "SELECT version, kind, value, not_issued_after, blocked_until, expires_at FROM entries
         WHERE team = ?1 AND version > ?2 ORDER BY version LIMIT ?3",
    )?;
    let mut found = query.query(params![team, rows::number(version), PAGE as i64])?;
    let mut page = Page::default();
    let mut rows_read = 0;
    while let Some(row) = found.next()? {
        let (version, change) = rows::change(row)?;
        match change {
            Some(change) => page.changes.push(change),
            None => page.skipped += 1,
        }
        rows_read += 1;
        page.up_to = (rows_read == PAGE).then_some(version);
    }
    Ok(page)
}

/// In the order of [`TargetKind`], which is not that of the names.
pub(super) fn list(
    connection: &Connection,
    team: &str,
    query: &Query<'_>,
) -> Result<Vec<RevocationEntry>, Fault> {
    let mut select = connection.prepare(
        "SELECT kind, value, not_issued_after, blocked_until, expires_at, made_at, made_by, reason FROM entries
         WHERE team = ?1 AND kind = ?2 AND (?3 IS NULL OR value > ?3) ORDER BY value",
    )?;
    let mut entries = Vec::new();
    for kind in TargetKind::ALL {
        if query.kind.is_some_and(|wanted| wanted != kind)
            || query.after.is_some_and(|after| kind < after.kind())
        {
            continue;
        }
        let after = query.after.filter(|after| after.kind() == kind).map(|after| after.value());
        let mut found = select.query(params![team, kind.name(), after])?;
        while entries.len() < query.limit
            && let Some(row) = found.next()?
        {
            entries.extend(rows::entry(row));
        }
    }
    Ok(entries)
}

pub(super) fn audit(
    connection: &Connection,
    team: &str,
    after: u64,
    limit: usize,
) -> Result<Vec<AuditLine>, Fault> {
    let mut query = connection.prepare(
        "SELECT id, at, action, kind, value, not_issued_after, blocked_until, expires_at, made_by, reason FROM audit
         WHERE team = ?1 AND id > ?2 ORDER BY id",
    )?;
    let mut found = query.query(params![team, rows::number(after)])?;
    let mut lines = Vec::new();
    while lines.len() < limit
        && let Some(row) = found.next()?
    {
        lines.extend(rows::audit_line(row));
    }
    Ok(lines)
}
