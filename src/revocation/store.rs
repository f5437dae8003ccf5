//! What remembers revocations.

use std::time::Duration;

use super::entry::{Action, Note, RevocationEntry, Terms};
use super::target::{Target, TargetKind};
use crate::time::Timestamp;

/// Remembers the revocations of one team. Every call ends by itself within about `timeout`, and none calls back into
/// the program.
pub(crate) trait Store: Send + Sync {
    /// Where the store is now: one cheap query.
    fn position(&self, timeout: Duration) -> Result<Position, StoreError>;

    /// The next entries with a version above this one, in the order of their versions: about a thousand, none if there
    /// are no more. No two entries have the same version, so that a page can end after any of them.
    fn changes_after(&self, version: u64, timeout: Duration) -> Result<Page, StoreError>;

    /// Makes all these writes or none. The receipts are in their order.
    fn write(&self, orders: &[Order<'_>], timeout: Duration) -> Result<Vec<Receipt>, StoreError>;

    /// Entries in the order of kind and value, after `after`.
    fn list(&self, query: &Query<'_>, timeout: Duration) -> Result<Vec<RevocationEntry>, StoreError>;

    /// What was written, oldest first, after the line with the id `after` (empty: from the beginning).
    fn audit(&self, after: &str, limit: usize, timeout: Duration) -> Result<Vec<AuditLine>, StoreError>;

    /// Removes entries that fell away more than an hour before `now`, and says how many.
    fn purge(&self, now: Timestamp, timeout: Duration) -> Result<u64, StoreError>;

    /// How the store itself is set up. A file on this machine has nothing to tell.
    fn examine(&self, _timeout: Duration) -> Result<StoreReport, StoreError> {
        Ok(StoreReport::default())
    }
}

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Names the life of the store: random, set when it was created.
    pub(crate) epoch: String,
    /// The version of its latest write; 0 if there was none.
    pub(crate) version: u64,
    /// The number of entries by its own account, and as they are counted now. They differ if entries were lost.
    pub(crate) entries: u64,
    pub(crate) counted: u64,
    /// Differs after each new connection, which may be to another server.
    pub(crate) connection: u64,
}

/// Some changes.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) changes: Vec<Change>,
    /// Entries whose target could not be read.
    pub(crate) skipped: u64,
    /// The version up to which this page goes; the next one begins after it. `None` if there are no more.
    pub(crate) up_to: Option<u64>,
}

/// An entry that was written. One whose terms cannot be read has [`Terms::ALWAYS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) target: Target,
    pub(crate) terms: Terms,
    pub(crate) version: u64,
}

/// A write. The store compares `writer_clock` with its own: the later one counts, and a difference of over
/// [`CLOCKS_APART_MAX`] is an error.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    pub(crate) target: &'a Target,
    pub(crate) action: Action,
    pub(crate) writer_clock: Timestamp,
    pub(crate) note: &'a Note,
}

/// By how many seconds the clocks of a writer and its store may differ.
pub(crate) const CLOCKS_APART_MAX: i64 = 300;

/// How long an entry that fell away is still listed, in seconds: for processes with a clock that lags.
pub(crate) const GRACE: i64 = 3_600;

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// What was written to.
    pub target: Target,
    /// What the entry says now.
    pub terms: Terms,
    /// The version of the write.
    pub version: u64,
    /// How many seconds the clock of the store is ahead of this one.
    pub clock_ahead: i64,
    /// How many replicas have the write, where that was asked for.
    pub replicas: Option<u64>,
}

/// How a store is set up, for tools that look for a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreReport {
    /// How many seconds the clock of the store is ahead of this one; `None` if it is the same clock, or was not told.
    pub clock_ahead: Option<i64>,
    /// What may lose revocations or refuse them, with what to do about it, a sentence each.
    pub concerns: Vec<(String, String)>,
}

/// Which entries to list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a> {
    pub(crate) kind: Option<TargetKind>,
    pub(crate) after: Option<&'a Target>,
    pub(crate) limit: usize,
}

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditLine {
    /// Names the line; ids grow.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// `revoke`, `block`, `lift` or `import`.
    pub action: String,
    /// What was written to.
    pub target: Target,
    /// What the entry said afterwards.
    pub terms: Terms,
    /// Who wrote it.
    pub made_by: String,
    /// Why.
    pub reason: String,
}

/// Why a store did not do what it was asked. The reason is one line without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreError {
    /// It could not be reached, or cannot answer now.
    Unavailable(String),
    /// It will not do it until somebody changes something: a permission, a format, a clock.
    Refused(String),
}

impl StoreError {
    pub(crate) fn reason(&self) -> &str {
        match self {
            StoreError::Unavailable(reason) | StoreError::Refused(reason) => reason,
        }
    }
}

/// The later of two clocks, unless they are too far apart.
pub(crate) fn later_clock(writer: Timestamp, store: Timestamp) -> Result<Timestamp, StoreError> {
    let ahead = store.since(writer);
    if ahead.abs() > CLOCKS_APART_MAX {
        let which = if ahead > 0 { "ahead of" } else { "behind" };
        let apart = ahead.abs();
        let reason = format!("the clock of the store is {apart} s {which} this one; nothing was written");
        return Err(StoreError::Refused(reason));
    }
    Ok(writer.max(store))
}
