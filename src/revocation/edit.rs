//! A change of an entry, as small as the entry is in memory.

use super::entry::Terms;
use super::key::Key;
use super::moment::Moment;
use super::target::TargetKind;
use crate::time::Timestamp;

#[derive(Clone, Copy)]
pub(super) struct Edit {
    pub(super) key: Key,
    /// That of the write in the store.
    pub(super) version: u64,
    pub(super) cut_off: Moment,
    pub(super) expires_at: Moment,
    pub(super) blocked_until: Option<Moment>,
    pub(super) kind: TargetKind,
    pub(super) merge: Merge,
}

/// How an edit goes together with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// It is later.
    Replace,
    /// Which is later is unknown: the stricter one counts.
    Stricter,
}

impl Edit {
    pub(super) fn new(kind: TargetKind, key: Key, terms: &Terms, version: u64) -> Edit {
        Edit {
            key,
            version,
            cut_off: Moment::of(terms.not_issued_after.unwrap_or(Timestamp::ZERO)),
            expires_at: Moment::of(terms.expires_at),
            blocked_until: terms.blocked_until.map(Moment::of),
            kind,
            merge: Merge::Replace,
        }
    }
}
