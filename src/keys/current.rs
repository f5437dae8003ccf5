//! The one place where a state is put into force.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::found_key::{FoundKey, Pulse};
use super::state::State;

pub(super) struct Current {
    state: ArcSwap<State>,
    pulse: Pulse,
}

impl Current {
    pub(super) fn new(state: State) -> Current {
        let pulse = Pulse::new(state.generation(), state.quiet_until());
        Current { state: ArcSwap::from_pointee(state), pulse }
    }

    pub(super) fn load(&self) -> Guard<Arc<State>> {
        self.state.load()
    }

    /// For those who do so one at a time.
    pub(super) fn put(&self, next: State) {
        let quiet_until = next.quiet_until();
        self.pulse.announce(next.generation());
        self.state.store(Arc::new(next));
        self.pulse.be_quiet_until(quiet_until);
    }

    /// For those who may do so at the same time, with states that are quiet for ever.
    pub(super) fn update(&self, next: impl Fn(&State) -> State) {
        self.state.rcu(|state| {
            let next = next(state);
            self.pulse.announce(next.generation());
            next
        });
    }

    pub(super) fn is_unchanged_for(&self, found_key: &FoundKey) -> bool {
        self.pulse.is_unchanged_for(found_key)
    }
}
