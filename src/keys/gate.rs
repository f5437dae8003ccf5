//! Where threads of one process meet about a fetch.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use arc_swap::ArcSwap;

/// A lock that another thread held when the process forked stays locked for ever in the child, so a
/// child makes itself a new one.
pub(super) struct Gates(ArcSwap<Gate>);

pub(super) struct Gate {
    pub(super) process: u32,
    /// How many fetches run in this process, given up or not.
    running: Mutex<usize>,
    over: Condvar,
}

/// Counted as running until it is dropped.
pub(super) struct Running(Arc<Gate>);

impl Gates {
    pub(super) fn new() -> Gates {
        Gates(ArcSwap::from_pointee(Gate::of_this_process()))
    }

    pub(super) fn get(&self) -> Arc<Gate> {
        let gate = self.0.load_full();
        if gate.process == std::process::id() {
            return gate;
        }
        // Of several threads that come first, one sets the gate that all of them use.
        self.0.compare_and_swap(&gate, Arc::new(Gate::of_this_process()));
        self.0.load_full()
    }
}

impl Gate {
    fn of_this_process() -> Gate {
        Gate { process: std::process::id(), running: Mutex::new(0), over: Condvar::new() }
    }

    pub(super) fn enter(&self) -> MutexGuard<'_, usize> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For callers that never wait.
    pub(super) fn try_enter(&self) -> Option<MutexGuard<'_, usize>> {
        match self.running.try_lock() {
            Ok(running) => Some(running),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits inside until something is over, or for so long.
    pub(super) fn wait<'g>(&self, running: MutexGuard<'g, usize>, most: Duration) -> MutexGuard<'g, usize> {
        self.over.wait_timeout(running, most).unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn tell_all(&self) {
        self.over.notify_all();
    }
}

impl Running {
    pub(super) fn count(gate: &Arc<Gate>, running: &mut usize) -> Running {
        *running += 1;
        Running(Arc::clone(gate))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.enter() -= 1;
        self.0.tell_all();
    }
}
