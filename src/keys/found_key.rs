//! A key found in a set in force, so that it can be asked later whether it is still in force.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::public_key::PublicKey;
use crate::time::Tick;

/// A key that was found for a token.
pub(crate) struct FoundKey {
    pub(super) public_key: Arc<PublicKey>,
    /// The latest set in which it was found.
    pub(super) generation: AtomicU64,
}

/// Answers without a look at the set whether anything has changed since a key was found.
pub(super) struct Pulse {
    generation: AtomicU64,
    /// Until then the set in force needs no look.
    quiet_until: AtomicI64,
}

impl FoundKey {
    pub(super) fn new(public_key: Arc<PublicKey>, generation: u64) -> FoundKey {
        FoundKey { public_key, generation: AtomicU64::new(generation) }
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    pub(super) fn renew(&self, generation: u64) {
        self.generation.store(generation, Ordering::Relaxed);
    }
}

impl Pulse {
    pub(super) fn new(generation: u64, quiet_until: Tick) -> Pulse {
        Pulse {
            generation: AtomicU64::new(generation),
            quiet_until: AtomicI64::new(quiet_until.milliseconds()),
        }
    }

    /// Called before a set comes into force: from then on whoever has found_key takes a closer look.
    pub(super) fn announce(&self, generation: u64) {
        self.generation.fetch_max(generation, Ordering::Release);
    }

    pub(super) fn be_quiet_until(&self, tick: Tick) {
        self.quiet_until.store(tick.milliseconds(), Ordering::Release);
    }

    pub(super) fn is_unchanged_for(&self, found_key: &FoundKey) -> bool {
        let quiet_until = Tick::from_milliseconds(self.quiet_until.load(Ordering::Acquire));
        self.generation.load(Ordering::Acquire) == found_key.generation.load(Ordering::Relaxed)
            && (quiet_until == Tick::NEVER || Tick::now() < quiet_until)
    }
}
