//! Verified tokens, found again by their bytes.
//!
//! Each token has two sets of places where it may be. Of a token only the last bytes are hashed, the end of
//! its signature: nobody can choose those of a token that verifies, and the whole token is compared.
//!
//! Entries are warmed by hits and cooled by a hand that goes round the sets when room is needed; it takes
//! the first that is cold (CLOCK, with a count in place of a bit). A flood of tokens that come once is cold
//! from the beginning. A token that is refused although it is in the cache warms nothing.
//!
//! Nobody waits here, and no cost depends on how many threads the process has or had:
//!
//! - The entries of a set are guarded by locks that are only ever tried. Whoever does not get one after a few attempts
//!   goes on without: a reader with another copy of the set or with a whole verification, a writer with another place
//!   or without keeping the token.
//! - A read lock is written to, and threads that write to the same cache line slow each other down. So each set has
//!   four copies with a lock each, and a thread reads the one of its own number. An entry is put into the first copy,
//!   and copied to another when a thread that reads there hits it.
//! - Whatever a thread held when its process forked stays locked in the child. Such a set can be read, or its tokens
//!   are kept in their other set.
//! - Memory for places is allocated in small segments, by the verification that needs one first. A hit allocates nothing.
//!
//! Until an entry is freed, somebody must know that nobody reads it any more. Schemes that let readers go without any
//! lock pay for that elsewhere: `arc-swap` in each place made every change walk a list with a node for each thread that
//! ever lived, and epochs (`crossbeam-epoch`, `sdd`) free nothing any more in a child whose parent forked while one of
//! its threads was reading.

use std::sync::Arc;

use super::table::Table;
use super::verified::{Entry, View};

/// The entries of verified tokens; none where a bound is 0.
pub(crate) struct Cache<V> {
    table: Option<Table<V>>,
}

/// What is made of an entry that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Good,
    /// It may be good at another time.
    NotNow,
    /// It will not be good again.
    Over,
}

/// How full a cache is, and how many entries it has given up to make room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occupancy {
    pub(crate) entries: usize,
    pub(crate) bytes: usize,
    pub(crate) evictions: u64,
}

impl<V: View> Cache<V> {
    pub(crate) fn new(entries_max: usize, bytes_max: usize) -> Cache<V> {
        let is_on = entries_max > 0 && bytes_max > 0;
        Cache { table: is_on.then(|| Table::new(entries_max, bytes_max)) }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.table.is_some()
    }

    /// What `take` makes of the entry of this token, if `judge` calls it good: then it is a hit. An entry that is
    /// over is given up.
    pub(crate) fn find<T>(
        &self,
        token: &[u8],
        judge: impl Fn(&Entry<V>) -> Judgement,
        take: impl Fn(&Arc<Entry<V>>) -> T,
    ) -> Option<T> {
        self.table.as_ref()?.find(token, judge, take)
    }

    /// Keeps the entry of this token, unless it is there already, or its places are in use.
    pub(crate) fn keep(&self, token: &[u8], entry: &Arc<Entry<V>>) {
        if let Some(table) = &self.table {
            table.keep(token, entry);
        }
    }

    pub(crate) fn occupancy(&self) -> Occupancy {
        self.table.as_ref().map(Table::occupancy).unwrap_or_default()
    }
}
