//! Which key a signature held with, so that it can be asked later whether that key is still in force.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::public_key::PublicKey;
use crate::time::Tick;

/// The key that a signature held with.
pub(crate) struct Evidence {
    pub(super) key: Arc<PublicKey>,
    /// The latest set in which it was found.
    pub(super) generation: AtomicU64,
}

/// What a caller asks who has evidence already: whether anything has changed since.
pub(super) struct Pulse {
    generation: AtomicU64,
    /// Until then the set in force needs no look.
    quiet_until: AtomicI64,
}

impl Evidence {
    pub(super) fn new(key: Arc<PublicKey>, generation: u64) -> Evidence {
        Evidence { key, generation: AtomicU64::new(generation) }
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
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

    /// Called before a set comes into force: from then on whoever has evidence takes a closer look.
    pub(super) fn announce(&self, generation: u64) {
        self.generation.fetch_max(generation, Ordering::Release);
    }

    pub(super) fn be_quiet_until(&self, tick: Tick) {
        self.quiet_until.store(tick.milliseconds(), Ordering::Release);
    }

    pub(super) fn is_unchanged_for(&self, evidence: &Evidence) -> bool {
        let quiet_until = Tick::from_milliseconds(self.quiet_until.load(Ordering::Acquire));
        self.generation.load(Ordering::Acquire) == evidence.generation.load(Ordering::Relaxed)
            && (quiet_until == Tick::NEVER || Tick::now() < quiet_until)
    }
}
