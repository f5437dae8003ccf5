//! Every entry of a team, in memory: what a token is compared with.

use std::collections::HashMap;
use std::sync::Arc;

use super::edit::{Edit, Merge};
use super::key::{Identity, Key};
use super::moment::Moment;
use super::target::TargetKind;
use crate::time::Timestamp;

/// A renewal copies only the shards that it changes.
pub(super) const SHARDS: usize = 256;

/// The entries of a team at one time. Values are kept by their hash alone: it is keyed, so nobody can aim at another,
/// and a false hit (once in 10^13 lookups among a million entries) refuses a token and accepts none.
pub(super) struct Snapshot {
    /// Counts the snapshots that were in force.
    pub(super) version: u64,
    cut_offs: Box<[Arc<Shard>]>,
    /// Few, and apart, since one that ends leaves its cut-off in place.
    blocks: Arc<HashMap<u64, Moment, Identity>>,
    /// Of which there are entries, or were.
    kinds: Kinds,
}

type Shard = HashMap<u64, Row, Identity>;

#[derive(Clone, Copy)]
struct Row {
    cut_off: Moment,
    expires_at: Moment,
}

/// A set of kinds.
#[derive(Clone, Copy, Default)]
struct Kinds(u8);

/// What the entry of a target says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing that would hit it at any time.
    Clear,
    /// It does not hit at this time, but may at another.
    NotNow,
    /// It was issued up to this time; [`Timestamp::MAX`] for always.
    Revoked(Timestamp),
    Blocked,
}

impl Snapshot {
    pub(super) fn empty() -> Snapshot {
        let cut_offs = (0..SHARDS).map(|_| Arc::default()).collect();
        Snapshot { version: 1, cut_offs, blocks: Arc::default(), kinds: Kinds::default() }
    }

    pub(super) fn entries(&self) -> usize {
        self.cut_offs.iter().map(|shard| shard.len()).sum()
    }

    pub(super) fn find(&self, kind: TargetKind, key: Key, issued_at: Timestamp, now: Timestamp) -> Verdict {
        if !self.kinds.contain(kind) {
            return Verdict::Clear;
        }
        let Some(row) = self.cut_offs.get(key.shard()).and_then(|shard| shard.get(&key.hash())) else {
            return Verdict::Clear;
        };
        let block = self.blocks.get(&key.hash());
        let cut_off = row.cut_off.timestamp();
        if block.is_none() && issued_at > cut_off {
            return Verdict::Clear;
        }
        if now >= row.expires_at.timestamp() {
            return Verdict::NotNow;
        }
        if block.is_some_and(|until| now < until.timestamp()) {
            return Verdict::Blocked;
        }
        if issued_at <= cut_off { Verdict::Revoked(cut_off) } else { Verdict::NotNow }
    }

    /// This snapshot with some edits, which are in the order of their shards, and the latest last. From the shards that
    /// they change goes what was over at `sweep`.
    pub(super) fn with(&self, edits: &[Edit], sweep: Timestamp) -> Snapshot {
        let mut cut_offs = self.cut_offs.clone();
        let mut blocks = Arc::clone(&self.blocks);
        let mut kinds = self.kinds;
        if blocks.values().any(|until| until.is_over(sweep)) {
            Arc::make_mut(&mut blocks).retain(|_, until| !until.is_over(sweep));
        }
        for of_shard in edits.chunk_by(|one, other| one.key.shard() == other.key.shard()) {
            let shard = of_shard.first().and_then(|edit| cut_offs.get_mut(edit.key.shard()));
            let Some(shard) = shard.map(Arc::make_mut) else { continue };
            shard.retain(|_, row| !row.expires_at.is_over(sweep));
            if shard.is_empty() {
                shard.reserve(of_shard.len());
            }
            for edit in of_shard {
                kinds.add(edit.kind);
                change(shard, &mut blocks, edit);
            }
            // A map does not give memory back by itself.
            if shard.len() < shard.capacity() / 4 {
                shard.shrink_to_fit();
            }
        }
        Snapshot { version: self.version + 1, cut_offs, blocks, kinds }
    }
}

fn change(shard: &mut Shard, blocks: &mut Arc<HashMap<u64, Moment, Identity>>, edit: &Edit) {
    let hash = edit.key.hash();
    let mut row = Row { cut_off: edit.cut_off, expires_at: edit.expires_at };
    let mut until = edit.blocked_until;
    if let (Merge::Stricter, Some(before)) = (edit.merge, shard.get(&hash)) {
        row.cut_off = row.cut_off.max(before.cut_off);
        row.expires_at = row.expires_at.max(before.expires_at);
        until = until.max(blocks.get(&hash).copied());
    }
    if until != blocks.get(&hash).copied() {
        let blocks = Arc::make_mut(blocks);
        match until {
            Some(until) => blocks.insert(hash, until),
            None => blocks.remove(&hash),
        };
    }
    if until.is_none() && row.cut_off == Moment::NONE {
        shard.remove(&hash);
    } else {
        shard.insert(hash, row);
    }
}

impl Kinds {
    fn add(&mut self, kind: TargetKind) {
        self.0 |= 1 << kind as u8;
    }

    fn contain(self, kind: TargetKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}
