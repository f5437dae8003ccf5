//! Revocations that live as long as the process: applied by the program itself.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::entry::{RevocationEntry, next_version};
use super::store::{AuditLine, GRACE, Order, Page, Position, Query, Receipt, Store, StoreError};
use super::target::Target;
use crate::ffi::system;
use crate::time::{Timestamp, microseconds_since_1970};

const AUDIT_LINES_MAX: usize = 10_000;
/// How many entries each write looks at for such that fell away.
const LOOKS: usize = 100;

pub(super) struct Memory(Mutex<Contents>);

#[derive(Default)]
struct Contents {
    entries: BTreeMap<Target, RevocationEntry>,
    audit: VecDeque<AuditLine>,
    version: u64,
    /// Where the next write looks for entries that fell away.
    purged_to: Option<Target>,
}

impl Memory {
    pub(super) fn new() -> Memory {
        Memory(Mutex::default())
    }

    /// A lock that another thread held would stay locked in a child.
    fn with<T>(&self, body: impl FnOnce(MutexGuard<'_, Contents>) -> T) -> T {
        system::without_fork_or_exit(|| body(self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Store for Memory {
    fn position(&self, _timeout: Duration) -> Result<Position, StoreError> {
        Ok(self.with(|contents| {
            let entries = contents.entries.len() as u64;
            let version = contents.version;
            Position { epoch: String::new(), version, entries, counted: entries, connection: 0 }
        }))
    }

    /// Its entries are all in force already, since every write is applied by the process that makes it.
    fn changes_after(&self, _version: u64, _timeout: Duration) -> Result<Page, StoreError> {
        Ok(Page::default())
    }

    fn write(&self, orders: &[Order<'_>], _timeout: Duration) -> Result<Vec<Receipt>, StoreError> {
        Ok(self.with(|mut contents| {
            if let Some(order) = orders.first() {
                contents.purge_some(order.writer_clock);
            }
            orders.iter().map(|order| contents.write(order)).collect()
        }))
    }

    fn list(&self, query: &Query<'_>, _timeout: Duration) -> Result<Vec<RevocationEntry>, StoreError> {
        Ok(self.with(|contents| {
            let later = contents.entries.range((after(query.after), Bound::Unbounded));
            let wanted = later.filter(|(target, _)| query.kind.is_none_or(|kind| target.kind() == kind));
            wanted.take(query.limit).map(|(_, entry)| entry.clone()).collect()
        }))
    }

    fn audit(&self, after: &str, limit: usize, _timeout: Duration) -> Result<Vec<AuditLine>, StoreError> {
        let after: u64 = after.parse().unwrap_or(0);
        let is_later = |line: &&AuditLine| line.id.parse::<u64>().is_ok_and(|id| id > after);
        Ok(self.with(|contents| contents.audit.iter().filter(is_later).take(limit).cloned().collect()))
    }

    fn purge(&self, now: Timestamp, _timeout: Duration) -> Result<u64, StoreError> {
        Ok(self.with(|mut contents| {
            let before = contents.entries.len();
            contents.entries.retain(|_, entry| !has_fallen_away(entry, now));
            (before - contents.entries.len()) as u64
        }))
    }
}

fn after(target: Option<&Target>) -> Bound<&Target> {
    target.map_or(Bound::Unbounded, Bound::Excluded)
}

fn has_fallen_away(entry: &RevocationEntry, now: Timestamp) -> bool {
    now.since(entry.terms.expires_at) > GRACE
}

impl Contents {
    /// Looks at some entries, and at others the next time.
    fn purge_some(&mut self, now: Timestamp) {
        let next = self.entries.range((after(self.purged_to.as_ref()), Bound::Unbounded)).take(LOOKS);
        let seen: Vec<_> =
            next.map(|(target, entry)| (target.clone(), has_fallen_away(entry, now))).collect();
        self.purged_to = seen.last().filter(|_| seen.len() == LOOKS).map(|(target, _)| target.clone());
        for (target, _) in seen.iter().filter(|(_, has_fallen_away)| *has_fallen_away) {
            self.entries.remove(target);
        }
    }

    fn write(&mut self, order: &Order<'_>) -> Receipt {
        let Order { target, action, writer_clock: now, note } = *order;
        let before = self.entries.get(target).map(|entry| entry.terms);
        let terms = action.apply(target.kind(), before, now);
        self.version = next_version(self.version, microseconds_since_1970());
        let entry = RevocationEntry {
            target: target.clone(),
            terms,
            made_at: now,
            made_by: note.made_by.clone(),
            reason: note.reason.clone(),
        };
        self.audit.push_back(AuditLine {
            id: self.version.to_string(),
            at: now,
            action: action.name().to_owned(),
            target: target.clone(),
            terms,
            made_by: note.made_by.clone(),
            reason: note.reason.clone(),
        });
        if self.audit.len() > AUDIT_LINES_MAX {
            self.audit.pop_front();
        }
        self.entries.insert(target.clone(), entry);
        Receipt { target: target.clone(), terms, version: self.version, clock_ahead: 0, replicas: None }
    }
}
