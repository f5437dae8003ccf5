//! Rows, to and from what they mean.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::super::entry::{RevocationEntry, Terms};
use super::super::store::{AuditLine, Change};
use super::super::target::{Target, TargetKind};
use super::fault::Fault;
use crate::time::Timestamp;

/// `kind, value` at these places; `None` if no target is named like this.
fn target(row: &Row<'_>, kind: usize, value: usize) -> Option<Target> {
    let kind = TargetKind::from_name(row.get_ref(kind).ok()?.as_str().ok()?)?;
    Target::new(kind, row.get_ref(value).ok()?.as_str().ok()?).ok()
}

/// `not_issued_after, blocked_until, expires_at` from this place on; always if they cannot be read.
pub(super) fn terms(row: &Row<'_>, first: usize) -> Terms {
    let time = |index| match row.get_ref(index) {
        Ok(ValueRef::Integer(seconds)) => Timestamp::new(seconds),
        _ => None,
    };
    let is_set = |time: &Timestamp| *time > Timestamp::ZERO;
    match (time(first), time(first + 1), time(first + 2)) {
        (Some(not_issued_after), Some(blocked_until), Some(expires_at)) => Terms {
            not_issued_after: Some(not_issued_after).filter(is_set),
            blocked_until: Some(blocked_until).filter(is_set),
            expires_at,
        },
        _ => Terms::ALWAYS,
    }
}

/// As they are written: no time is 0.
pub(super) fn numbers(terms: &Terms) -> [i64; 3] {
    let seconds = |time: Option<Timestamp>| time.unwrap_or(Timestamp::ZERO).seconds();
    [seconds(terms.not_issued_after), seconds(terms.blocked_until), terms.expires_at.seconds()]
}

/// Of `version, kind, value, not_issued_after, blocked_until, expires_at`: the version, and the change if its target
/// can be read.
pub(super) fn change(row: &Row<'_>) -> Result<(u64, Option<Change>), Fault> {
    let version = count(row.get(0)?)?;
    let change = target(row, 1, 2).map(|target| Change { target, terms: terms(row, 3), version });
    Ok((version, change))
}

/// Of `kind, value, not_issued_after, blocked_until, expires_at, made_at, made_by, reason`, if its target can be read.
pub(super) fn entry(row: &Row<'_>) -> Option<RevocationEntry> {
    Some(RevocationEntry {
        target: target(row, 0, 1)?,
        terms: terms(row, 2),
        made_at: row.get(5).ok().and_then(Timestamp::new).unwrap_or(Timestamp::ZERO),
        made_by: row.get(6).unwrap_or_default(),
        reason: row.get(7).unwrap_or_default(),
    })
}

/// Of `id, at, action, kind, value, not_issued_after, blocked_until, expires_at, made_by, reason`, if its target can be
/// read.
pub(super) fn audit_line(row: &Row<'_>) -> Option<AuditLine> {
    Some(AuditLine {
        id: row.get::<_, i64>(0).ok()?.to_string(),
        at: row.get(1).ok().and_then(Timestamp::new).unwrap_or(Timestamp::ZERO),
        action: row.get(2).unwrap_or_default(),
        target: target(row, 3, 4)?,
        terms: terms(row, 5),
        made_by: row.get(8).unwrap_or_default(),
        reason: row.get(9).unwrap_or_default(),
    })
}

pub(super) fn count(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|_| Fault::refused("it is damaged"))
}

/// A version from elsewhere may be above all that SQLite can count to.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
