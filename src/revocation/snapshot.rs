//! Every entry of a team, in memory: what a token is compared with.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::entry::Terms;
use super::target::TargetKind;
use crate::time::Timestamp;

/// A renewal copies only the shards that it changes.
const SHARDS: usize = 256;

/// The entries of a team at one time. Values are kept by their hash alone: it is keyed, so nobody can aim at another,
/// and a false hit (once in 10^13 lookups among a million entries) refuses a token and accepts none.
pub(super) struct Snapshot {
    /// Counts the snapshots that were in force.
    pub(super) version: u64,
    cut_offs: Box<[Arc<Shard>]>,
    /// Few, and apart, since one that ends leaves its cut-off behind.
    blocks: Arc<HashMap<u64, Moment, Identity>>,
}

type Shard = HashMap<u64, Row, Identity>;
type Identity = BuildHasherDefault<Hashed>;

/// Seconds since 1970, in as few bytes as possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(u32);

#[derive(Clone, Copy)]
struct Row {
    cut_off: Moment,
    expires_at: Moment,
}

/// The hash of a target, by which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

/// What an entry says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There is no entry.
    Clear,
    /// There is one that does not hit at this time, but may at another.
    NotNow,
    /// It was issued up to this time; [`Timestamp::MAX`] for always.
    Revoked(Timestamp),
    Blocked,
}

impl Key {
    pub(super) fn new(hasher: &impl BuildHasher, kind: TargetKind, folded: &str) -> Key {
        let mut state = hasher.build_hasher();
        state.write_u8(kind as u8);
        state.write(folded.as_bytes());
        Key(state.finish())
    }

    /// As a map key.
    pub(super) fn hash(self) -> u64 {
        self.0
    }

    /// Other bits than those by which a map finds its buckets.
    fn shard(self) -> usize {
        (self.0 >> 32) as usize % SHARDS
    }
}

impl Moment {
    const MAX: Moment = Moment(u32::MAX);

    fn of(timestamp: Timestamp) -> Moment {
        u32::try_from(timestamp.seconds()).map_or(Moment::MAX, Moment)
    }

    fn timestamp(self) -> Timestamp {
        match self {
            Moment::MAX => Timestamp::MAX,
            Moment(seconds) => Timestamp::new(seconds.into()).unwrap_or(Timestamp::MAX),
        }
    }
}

impl Snapshot {
    pub(super) fn empty() -> Snapshot {
        let cut_offs = (0..SHARDS).map(|_| Arc::default()).collect();
        Snapshot { version: 1, cut_offs, blocks: Arc::default() }
    }

    pub(super) fn entries(&self) -> usize {
        self.cut_offs.iter().map(|shard| shard.len()).sum()
    }

    pub(super) fn find(&self, key: Key, issued_at: Timestamp, now: Timestamp) -> Verdict {
        let Some(row) = self.cut_offs.get(key.shard()).and_then(|shard| shard.get(&key.0)) else {
            return Verdict::Clear;
        };
        if now >= row.expires_at.timestamp() {
            return Verdict::NotNow;
        }
        if self.blocks.get(&key.0).is_some_and(|until| now < until.timestamp()) {
            return Verdict::Blocked;
        }
        let cut_off = row.cut_off.timestamp();
        if issued_at <= cut_off { Verdict::Revoked(cut_off) } else { Verdict::NotNow }
    }

    /// This snapshot with some changes, the latest last. Rows that have expired leave the shards that are changed.
    pub(super) fn with(&self, changes: &[(Key, Merge, Terms)], now: Timestamp) -> Snapshot {
        let mut cut_offs = self.cut_offs.clone();
        let mut blocks = Arc::clone(&self.blocks);
        let mut of_shards: Vec<Vec<&(Key, Merge, Terms)>> = vec![Vec::new(); SHARDS];
        for change in changes {
            if let Some(of_shard) = of_shards.get_mut(change.0.shard()) {
                of_shard.push(change);
            }
        }
        for (shard, of_shard) in cut_offs.iter_mut().zip(of_shards) {
            if of_shard.is_empty() {
                continue;
            }
            let shard = Arc::make_mut(shard);
            for (key, merge, terms) in of_shard {
                edit(shard, &mut blocks, *key, *merge, terms);
            }
            shard.retain(|_, row| now < row.expires_at.timestamp());
        }
        if blocks.values().any(|until| now >= until.timestamp()) {
            Arc::make_mut(&mut blocks).retain(|_, until| now < until.timestamp());
        }
        Snapshot { version: self.version + 1, cut_offs, blocks }
    }
}

/// How a change goes together with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// It is later.
    Replace,
    /// Which is later is unknown: the stricter one counts.
    Stricter,
}

fn edit(
    shard: &mut Shard,
    blocks: &mut Arc<HashMap<u64, Moment, Identity>>,
    key: Key,
    merge: Merge,
    terms: &Terms,
) {
    let mut row = Row {
        cut_off: Moment::of(terms.not_issued_after.unwrap_or(Timestamp::ZERO)),
        expires_at: Moment::of(terms.expires_at),
    };
    let mut until = terms.blocked_until.map(Moment::of);
    if let (Merge::Stricter, Some(before)) = (merge, shard.get(&key.0)) {
        row.cut_off = row.cut_off.max(before.cut_off);
        row.expires_at = row.expires_at.max(before.expires_at);
        until = until.max(blocks.get(&key.0).copied());
    }
    match until {
        Some(until) => {
            Arc::make_mut(blocks).insert(key.0, until);
        }
        None if blocks.contains_key(&key.0) => {
            Arc::make_mut(blocks).remove(&key.0);
        }
        None => {}
    }
    if until.is_none() && row.cut_off == Moment(0) {
        shard.remove(&key.0);
    } else {
        shard.insert(key.0, row);
    }
}

/// Passes a hash on as it is.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
