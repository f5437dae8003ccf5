//! The snapshot in force, and the one place where it is replaced.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use foldhash::quality::RandomState;

use super::edit::{Edit, Merge};
use super::entry::Terms;
use super::key::Key;
use super::snapshot::Snapshot;
use super::store::{Change, Position, Receipt};
use super::target::{Target, TargetKind};
use crate::ffi::system;
use crate::time::Timestamp;

/// How long after its end an entry is kept, in seconds: a clock that is set ahead for a day, and back, forgets none.
const KEPT_AFTER_END: i64 = 2 * 86_400;

pub(super) struct Table {
    snapshot: ArcSwap<Snapshot>,
    /// The version of the snapshot in force, announced before it comes into force: whoever goes by an older one looks
    /// again.
    version: AtomicU64,
    hasher: RandomState,
    /// Whether what is written is read again later.
    is_shared: bool,
    /// Locked only while this process does not fork.
    loaded: Mutex<Loaded>,
}

/// What of the store is in the table.
#[derive(Default)]
struct Loaded {
    position: Option<Position>,
    /// Writes of this process above that position, by the version of each.
    own: HashMap<u64, u64>,
    /// Snapshots that somebody was reading when they were replaced. Whoever frees one has to free up to all of its
    /// shards, which no caller should have to.
    replaced: Vec<Arc<Snapshot>>,
}

/// What a read of the store brought.
pub(super) struct Changes {
    pub(super) edits: Vec<Edit>,
    /// Up to where they are complete.
    pub(super) position: Position,
    /// Whether the store has lost entries since it was read before.
    pub(super) has_lost: bool,
}

impl Table {
    pub(super) fn new(is_shared: bool) -> Table {
        system::watch_process();
        Table {
            snapshot: ArcSwap::from_pointee(Snapshot::empty()),
            version: AtomicU64::new(1),
            hasher: RandomState::default(),
            is_shared,
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
        self.alone(|loaded| loaded.position.clone())
    }

    pub(super) fn edit(&self, change: &Change) -> Edit {
        self.edit_of(&change.target, &change.terms, change.version)
    }

    /// Takes over what was read from the store. Of an entry that was there before, the later write counts; where that
    /// is unknown, since the store has lost writes, the stricter one.
    pub(super) fn apply(&self, changes: Changes, now: Timestamp) {
        let Changes { mut edits, position, has_lost } = changes;
        sort(&mut edits);
        let sweep = sweep(position.version, now);
        self.alone(|loaded| {
            if has_lost {
                // They may be lost, too, and their versions say nothing about those that come.
                loaded.own.clear();
            }
            let seen = loaded.seen();
            if !loaded.own.is_empty() {
                edits.retain(|edit| loaded.own.get(&edit.key.hash()).is_none_or(|own| *own <= edit.version));
            }
            for edit in &mut edits {
                edit.merge = if edit.version > seen { Merge::Replace } else { Merge::Stricter };
            }
            loaded.own.retain(|_, version| *version > position.version);
            loaded.position = Some(position);
            self.put(loaded, &edits, sweep);
        });
    }

    /// Takes over writes of this process, before they are read from the store.
    pub(super) fn apply_own(&self, receipts: &[Receipt], now: Timestamp) {
        let edits = receipts
            .iter()
            .map(|Receipt { target, terms, version, .. }| self.edit_of(target, terms, *version));
        let mut edits: Vec<Edit> = edits.collect();
        sort(&mut edits);
        let sweep = sweep(edits.iter().map(|edit| edit.version).max().unwrap_or(0), now);
        self.alone(|loaded| {
            // Others have been read from the store meanwhile, and possibly later ones.
            let seen = loaded.seen();
            edits.retain(|edit| edit.version > seen);
            if self.is_shared {
                loaded.own.extend(edits.iter().map(|edit| (edit.key.hash(), edit.version)));
            }
            self.put(loaded, &edits, sweep);
        });
    }

    fn edit_of(&self, target: &Target, terms: &Terms, version: u64) -> Edit {
        let kind = target.kind();
        Edit::new(kind, self.key(kind, target.value()), terms, version)
    }

    fn put(&self, loaded: &mut Loaded, edits: &[Edit], sweep: Timestamp) {
        loaded.replaced.retain(|replaced| Arc::strong_count(replaced) > 1);
        if edits.is_empty() {
            return;
        }
        let next = self.snapshot.load().with(edits, sweep);
        self.version.fetch_max(next.version, Ordering::Release);
        let replaced = self.snapshot.swap(Arc::new(next));
        if Arc::strong_count(&replaced) > 1 {
            loaded.replaced.push(replaced);
        }
    }

    fn alone<T>(&self, body: impl FnOnce(&mut Loaded) -> T) -> T {
        system::without_fork_or_exit(|| body(&mut self.loaded.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Loaded {
    /// The version up to which everything has been read.
    fn seen(&self) -> u64 {
        self.position.as_ref().map_or(0, |position| position.version)
    }
}

/// By shards; edits of one target stay in their order.
fn sort(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| edit.key.shard());
}

/// What was over then is forgotten. The clock of this process may be wrong: so that it forgets nothing too early, the
/// time in the version of the store's latest write counts where that is earlier.
fn sweep(version: u64, now: Timestamp) -> Timestamp {
    let microseconds = i64::try_from(version).unwrap_or(i64::MAX);
    now.plus(-KEPT_AFTER_END).min(Timestamp::ZERO.plus(microseconds / 1_000_000 - KEPT_AFTER_END))
}
