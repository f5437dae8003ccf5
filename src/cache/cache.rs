//! Verified tokens, found again by their bytes.
//!
//! Nobody waits here: readers write nothing that they share, and a writer who is overtaken gives up. Each
//! token has two sets of places where it may lie. Of a token only the last bytes are hashed, the end of
//! its signature: nobody can choose those of a token that verifies, and the whole token is compared.
//!
//! Entries are warmed by use and cooled by a hand that goes round the sets when room is needed; it takes
//! the first that is cold (CLOCK, with a count in place of a bit). A flood of tokens that come once is cold
//! from the beginning.

use std::sync::Arc;

use foldhash::quality::RandomState;
use once_cell::race::OnceBox;

use super::place::Hit;
use super::table::Table;
use super::verified::{Entry, View};

/// What is kept of verified tokens; nothing where a bound is 0.
pub(crate) struct Cache<V> {
    entries_max: usize,
    bytes_max: usize,
    /// Made with the verifier, since the first one of a process takes a lock.
    hasher: RandomState,
    /// Made for the first entry, without anybody waiting for it.
    table: OnceBox<Table<V>>,
}

/// How full a cache is, and how often something had to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occupancy {
    pub(crate) entries: usize,
    pub(crate) bytes: usize,
    pub(crate) evictions: u64,
}

impl<V: View> Cache<V> {
    pub(crate) fn new(entries_max: usize, bytes_max: usize) -> Cache<V> {
        Cache { entries_max, bytes_max, hasher: RandomState::default(), table: OnceBox::new() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.entries_max > 0 && self.bytes_max > 0
    }

    pub(crate) fn find(&self, token: &[u8]) -> Option<Hit<V>> {
        self.table.get()?.find(token)
    }

    /// Keeps the entry of this token, unless somebody else was faster.
    pub(crate) fn keep(&self, token: &[u8], entry: &Arc<Entry<V>>) {
        if self.is_on() {
            let table = || Box::new(Table::new(self.entries_max, self.bytes_max, self.hasher.clone()));
            self.table.get_or_init(table).keep(token, entry);
        }
    }

    /// Gives up an entry that will not be accepted again.
    pub(crate) fn forget(&self, found: &Hit<V>) {
        if let Some(table) = self.table.get() {
            table.forget(found);
        }
    }

    pub(crate) fn occupancy(&self) -> Occupancy {
        self.table.get().map(Table::occupancy).unwrap_or_default()
    }
}
