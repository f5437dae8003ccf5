//! The snapshot in force, and the one place where it is replaced.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use foldhash::quality::RandomState;

use super::entry::Terms;
use super::snapshot::{Key, Merge, Snapshot};
use super::store::{Change, Position, Receipt};
use super::target::{Target, TargetKind};
use crate::ffi::system;
use crate::time::Timestamp;

pub(super) struct Table {
    snapshot: ArcSwap<Snapshot>,
    /// The version of the snapshot in force, announced before it comes into force: whoever goes by an older one looks
    /// again.
    version: AtomicU64,
    hasher: RandomState,
    /// Locked only while this process does not fork.
    loaded: Mutex<Loaded>,
}

/// What of the store is in the table.
#[derive(Default)]
struct Loaded {
    position: Option<Position>,
    /// Writes of this process above that position, by the version of each.
    own: HashMap<u64, u64>,
}

impl Table {
    pub(super) fn new() -> Table {
        Table {
            snapshot: ArcSwap::from_pointee(Snapshot::empty()),
            version: AtomicU64::new(1),
            hasher: RandomState::default(),
            loaded: Mutex::default(),
        }
    }

    pub(super) fn key(&self, kind: TargetKind, folded: &str) -> Key {
        Key::new(&self.hasher, kind, folded)
    }

    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(super) fn snapshot(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// Where the store was when it was last read.
    pub(super) fn position(&self) -> Option<Position> {
        self.edit(|loaded, _| loaded.position.clone())
    }

    /// Takes over changes that were read from the store, up to `position`. Of an entry that was there before, the
    /// later one counts; where that is unknown, since the store has lost writes, the stricter one.
    pub(super) fn apply(&self, changes: &[Change], position: Position, now: Timestamp) {
        self.edit(|loaded, table| {
            let seen = loaded.position.as_ref().map_or(0, |position| position.version);
            let edits: Vec<_> = changes
                .iter()
                .filter_map(|change| {
                    let key = table.key_of(&change.target);
                    if loaded.own.get(&key.hash()).is_some_and(|own| *own > change.version) {
                        return None;
                    }
                    let merge = if change.version > seen { Merge::Replace } else { Merge::Stricter };
                    Some((key, merge, change.terms))
                })
                .collect();
            loaded.own.retain(|_, version| *version > position.version);
            loaded.position = Some(position);
            table.put(&edits, now);
        });
    }

    /// Takes over writes of this process, before they are read from the store.
    pub(super) fn apply_own(&self, receipts: &[Receipt], now: Timestamp) {
        self.edit(|loaded, table| {
            let mut edits = Vec::with_capacity(receipts.len());
            let seen = loaded.position.as_ref().map_or(0, |position| position.version);
            for Receipt { target, terms, version, .. } in receipts {
                let key = table.key_of(target);
                // Otherwise it has been read from the store meanwhile, and possibly a later one.
                if *version > seen {
                    loaded.own.insert(key.hash(), *version);
                    edits.push((key, Merge::Replace, *terms));
                }
            }
            table.put(&edits, now);
        });
    }

    fn key_of(&self, target: &Target) -> Key {
        self.key(target.kind(), target.value())
    }

    fn put(&self, edits: &[(Key, Merge, Terms)], now: Timestamp) {
        if edits.is_empty() {
            return;
        }
        let next = self.snapshot.load().with(edits, now);
        self.version.fetch_max(next.version, Ordering::Release);
        self.snapshot.store(Arc::new(next));
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut Loaded, &Table) -> T) -> T {
        system::without_fork_or_exit(|| {
            edit(&mut self.loaded.lock().unwrap_or_else(PoisonError::into_inner), self)
        })
    }
}
