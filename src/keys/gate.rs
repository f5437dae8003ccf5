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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_has_one_gate() {
        let gates = Gates::new();
        assert_eq!(gates.get().process, std::process::id());
        assert!(Arc::ptr_eq(&gates.get(), &gates.get()));
    }

    #[test]
    fn a_child_makes_one_gate_for_all_its_threads_and_leaves_the_locked_one_alone() {
        let parents = Arc::new(Gate { process: 0, ..Gate::of_this_process() });
        let _held = parents.enter();
        let gates = Gates(ArcSwap::new(Arc::clone(&parents)));

        let found = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| gates.get())).collect();
            threads.into_iter().map(|thread| thread.join().expect("a gate")).collect::<Vec<_>>()
        });

        assert!(found.iter().all(|gate| Arc::ptr_eq(gate, &found[0])));
        assert!(!Arc::ptr_eq(&found[0], &parents));
        assert!(found[0].try_enter().is_some());
    }

    #[test]
    fn who_never_waits_is_turned_away_from_a_gate_in_use() {
        let gate = Gate::of_this_process();
        let inside = gate.enter();
        assert!(gate.try_enter().is_none());
        drop(inside);
        assert!(gate.try_enter().is_some());
    }

    #[test]
    fn a_fetch_counts_until_it_is_over_even_if_it_panics() {
        let gate = Arc::new(Gate::of_this_process());
        let running = Running::count(&gate, &mut gate.enter());
        assert_eq!(*gate.enter(), 1);

        let ended = std::thread::spawn(move || {
            let _running = running;
            panic!("a bug");
        });

        assert!(ended.join().is_err());
        assert_eq!(*gate.enter(), 0);
    }

    #[test]
    fn whoever_waits_hears_of_the_end_or_stops_waiting() {
        let gate = Arc::new(Gate::of_this_process());
        let mut inside = gate.enter();
        let running = Running::count(&gate, &mut inside);
        inside = gate.wait(inside, Duration::from_millis(1));
        assert_eq!(*inside, 1);

        std::thread::scope(|scope| {
            scope.spawn(move || drop(running));
            while *inside > 0 {
                inside = gate.wait(inside, Duration::MAX);
            }
        });
    }
}
