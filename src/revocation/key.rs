//! By what a target is found.

use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use super::snapshot::SHARDS;
use super::target::TargetKind;

/// The hash of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Key {
    pub(super) fn new(hasher: &impl BuildHasher, kind: TargetKind, folded: &str) -> Key {
        let mut state = hasher.build_hasher();
        state.write_u8(kind as u8);
        state.write(folded.as_bytes());
        Key(state.finish())
    }

    /// As the key of a map.
    pub(super) fn hash(self) -> u64 {
        self.0
    }

    /// Other bits than those by which a map finds its buckets.
    pub(super) fn shard(self) -> usize {
        (self.0 >> 32) as usize % SHARDS
    }
}

/// For maps whose keys are hashes.
pub(super) type Identity = BuildHasherDefault<Hashed>;

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
