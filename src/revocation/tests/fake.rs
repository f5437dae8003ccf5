//! A store that is told how to behave.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::super::entry::{Action, RevocationEntry, Terms, next_version};
use super::super::open::Opened;
use super::super::store::{AuditLine, Change, Order, Page, Position, Query, Receipt, Store, StoreError};
use super::super::{RevocationOptions, Revocations, Target};
use crate::team::Team;
use crate::time::Timestamp;

/// How a call of the store ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Answers,
    /// After this time for each call.
    IsSlow(Duration),
    Fails(StoreError),
    /// It gives up after its timeout, as every store does.
    Hangs,
    /// It does not even give up, as no store should.
    IsStuck,
    Panics,
}

/// Versions are counted from 1, so that tests can name them.
pub(super) struct Fake {
    contents: Mutex<Contents>,
    changed: Condvar,
    positions: AtomicU64,
    pages: AtomicU64,
}

pub(super) struct Contents {
    pub(super) changes: Vec<Change>,
    pub(super) position: Position,
    pub(super) page: usize,
    pub(super) skipped: u64,
    /// It hands out its first page for ever.
    pub(super) repeats: bool,
    pub(super) mood: Mood,
}

impl Fake {
    pub(super) fn new() -> Arc<Fake> {
        let position =
            Position { epoch: "first".to_owned(), version: 0, entries: 0, counted: 0, connection: 1 };
        let contents = Contents {
            changes: Vec::new(),
            position,
            page: 1_000,
            skipped: 0,
            repeats: false,
            mood: Mood::Answers,
        };
        Arc::new(Fake {
            contents: Mutex::new(contents),
            changed: Condvar::new(),
            positions: AtomicU64::new(0),
            pages: AtomicU64::new(0),
        })
    }

    /// Its revocations, asked again every 0.4 s, with a timeout of 0.3 s.
    pub(super) fn revocations(self: &Arc<Fake>) -> Revocations {
        self.revocations_with(|_| {})
    }

    pub(super) fn revocations_with(
        self: &Arc<Fake>,
        change: impl FnOnce(&mut RevocationOptions),
    ) -> Revocations {
        let mut options = RevocationOptions {
            interval: Duration::from_millis(400),
            timeout: Duration::from_millis(300),
            ..RevocationOptions::default()
        };
        change(&mut options);
        let store: Arc<dyn Store> = Arc::<Fake>::clone(self);
        let opened = Opened { source: "fake", store, is_shared: true };
        Revocations::of(opened, Team::parse("acme").expect("a team"), options).expect("revocations")
    }

    pub(super) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().expect("contents")
    }

    pub(super) fn set_mood(&self, mood: Mood) {
        self.contents().mood = mood;
        self.changed.notify_all();
    }

    /// Another process writes.
    pub(super) fn put(&self, target: &Target, terms: Terms) -> u64 {
        self.contents().put(target, terms)
    }

    pub(super) fn questions(&self) -> u64 {
        self.positions.load(Ordering::Relaxed)
    }

    pub(super) fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    fn enter(&self, timeout: Duration) -> Result<MutexGuard<'_, Contents>, StoreError> {
        let mood = self.contents().mood.clone();
        match mood {
            Mood::Answers => {}
            Mood::IsSlow(duration) => thread::sleep(duration),
            Mood::Fails(error) => return Err(error),
            Mood::Hangs => {
                thread::sleep(timeout);
                return Err(StoreError::Unavailable("it timed out".to_owned()));
            }
            Mood::IsStuck => {
                let stuck = |contents: &mut Contents| contents.mood == Mood::IsStuck;
                return Ok(self.changed.wait_while(self.contents(), stuck).expect("contents"));
            }
            Mood::Panics => panic!("a bug of a store"),
        }
        Ok(self.contents())
    }
}

impl Contents {
    pub(super) fn put(&mut self, target: &Target, terms: Terms) -> u64 {
        let version = next_version(self.position.version, 0);
        let before = self.changes.len();
        self.changes.retain(|change| change.target != *target);
        let is_new = self.changes.len() == before;
        self.changes.push(Change { target: target.clone(), terms, version });
        self.position.version = version;
        self.position.entries += u64::from(is_new);
        self.position.counted += u64::from(is_new);
        version
    }

    /// The store is put back to an older state.
    pub(super) fn lose(&mut self, since: u64) {
        self.changes.retain(|change| change.version <= since);
        self.position.version = self.changes.iter().map(|change| change.version).max().unwrap_or(0);
        self.position.entries = self.changes.len() as u64;
        self.position.counted = self.position.entries;
    }
}

impl Store for Fake {
    fn position(&self, timeout: Duration) -> Result<Position, StoreError> {
        self.positions.fetch_add(1, Ordering::Relaxed);
        Ok(self.enter(timeout)?.position.clone())
    }

    fn changes_after(&self, version: u64, timeout: Duration) -> Result<Page, StoreError> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        let contents = self.enter(timeout)?;
        let later = contents.changes.iter().filter(|change| change.version > version);
        let changes: Vec<_> = later.take(contents.page).cloned().collect();
        let last = changes.last().map(|change| change.version).filter(|_| changes.len() == contents.page);
        let up_to = if contents.repeats { Some(version) } else { last };
        Ok(Page { changes, skipped: contents.skipped, up_to })
    }

    fn write(&self, orders: &[Order<'_>], timeout: Duration) -> Result<Vec<Receipt>, StoreError> {
        let mut contents = self.enter(timeout)?;
        let write = |Order { target, action, writer_clock, .. }: &Order<'_>| {
            let before = contents.changes.iter().find(|change| change.target == **target);
            let terms = action.apply(target.kind(), before.map(|change| change.terms), *writer_clock);
            let version = contents.put(target, terms);
            Receipt { target: (*target).clone(), terms, version, clock_ahead: 0, replicas: None }
        };
        Ok(orders.iter().map(write).collect())
    }

    fn list(&self, _query: &Query<'_>, timeout: Duration) -> Result<Vec<RevocationEntry>, StoreError> {
        self.enter(timeout).map(|_| Vec::new())
    }

    fn audit(&self, _after: &str, _limit: usize, timeout: Duration) -> Result<Vec<AuditLine>, StoreError> {
        self.enter(timeout).map(|_| Vec::new())
    }

    fn purge(&self, _now: Timestamp, timeout: Duration) -> Result<u64, StoreError> {
        self.enter(timeout).map(|_| 0)
    }
}

/// What an entry says that was made now.
pub(super) fn revoked(target: &Target) -> Terms {
    Action::Revoke { at: None, margin: 2 }.apply(target.kind(), None, Timestamp::now())
}

pub(super) fn lifted(target: &Target) -> Terms {
    Action::Lift.apply(target.kind(), None, Timestamp::now())
}
