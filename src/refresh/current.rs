//! The one place where a state is put into force.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::freshness::Freshness;
use super::state::State;
use crate::time::Reading;

pub(crate) struct Current<T> {
    state: ArcSwap<State<T>>,
    freshness: Freshness,
}

impl<T> Current<T> {
    pub(crate) fn new(state: State<T>) -> Current<T> {
        let freshness = Freshness::new(state.generation(), state.quiet_until());
        Current { state: ArcSwap::from_pointee(state), freshness }
    }

    pub(crate) fn load(&self) -> Guard<Arc<State<T>>> {
        self.state.load()
    }

    /// The caller has entered the monitor.
    pub(super) fn put(&self, next: State<T>) {
        let quiet_until = next.quiet_until();
        self.freshness.announce(next.generation());
        self.state.store(Arc::new(next));
        self.freshness.be_quiet_until(quiet_until);
    }

    /// For values that are never refreshed: without a lock, by any number of threads at once.
    pub(crate) fn update(&self, next: impl Fn(&State<T>) -> State<T>) {
        self.state.rcu(|state| {
            let next = next(state);
            self.freshness.announce(next.generation());
            next
        });
    }

    /// Whether nothing is to be done for those who go by the value of this generation.
    pub(crate) fn is_unchanged_since(&self, generation: u64, reading: &Reading) -> bool {
        self.freshness.is_unchanged_since(generation, reading)
    }
}
