//! Warns the operator once when requests begin to be refused for a cause on this side.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::status::{Refusal, Status};
use crate::verifier::Verifier;

/// A verifier and its last reported state.
pub(super) struct Judge<V> {
    pub(super) verifier: Arc<Verifier<V>>,
    /// The number of `OK`, or of the last status whose HTTP status is 500 or more.
    state: AtomicI32,
}

impl<V> Judge<V> {
    pub(super) fn new(verifier: Arc<Verifier<V>>) -> Judge<V> {
        Judge { verifier, state: AtomicI32::new(Status::Ok.number()) }
    }

    /// Only an accepted request ends such a state: most refusals happen before a key is needed, and say nothing about
    /// it.
    pub(super) fn has_accepted(&self) {
        if self.state.load(Ordering::Relaxed) != Status::Ok.number() {
            self.state.store(Status::Ok.number(), Ordering::Relaxed);
        }
    }

    /// A line when such a state begins; `None` while it lasts. A pending one is none, since the caller tries again.
    pub(super) fn has_refused(&self, refusal: &Refusal) -> Option<String> {
        let status = refusal.status();
        if status.http_status() < 500 || status.is_pending() {
            return None;
        }
        let before = self.state.swap(status.number(), Ordering::Relaxed);
        (before != status.number()).then(|| format!("requests are refused: {refusal}"))
    }
}
