//! A key found in a set in force, so that it can be asked later whether it is still in force.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::public_key::PublicKey;

/// A key that was found for a token.
pub(crate) struct FoundKey {
    pub(super) public_key: Arc<PublicKey>,
    /// The latest set in which it was found.
    generation: AtomicU64,
}

impl FoundKey {
    pub(super) fn new(public_key: Arc<PublicKey>, generation: u64) -> FoundKey {
        FoundKey { public_key, generation: AtomicU64::new(generation) }
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// It was found again, in a later set.
    pub(super) fn renew(&self, generation: u64) {
        self.generation.store(generation, Ordering::Relaxed);
    }
}
