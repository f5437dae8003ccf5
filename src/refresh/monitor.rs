//! Where the threads of one process meet about a fetch.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::process::Process;

/// A lock that another thread held when the process forked stays locked for ever in the child, so each process
/// makes a monitor of its own.
pub(super) struct Monitors(ArcSwap<Monitor>);

/// A lock, and a condition to wait for in it.
pub(super) struct Monitor {
    pub(super) process: Process,
    threads: Mutex<Threads>,
    changed: Condvar,
}

/// The threads of this process that fetch or wait.
#[derive(Default)]
pub(super) struct Threads {
    /// Those that fetch, given up or not.
    pub(super) fetching: u32,
    /// Those that wait for a fetch.
    pub(super) waiting: usize,
    /// The number of the latest fetch that is over.
    pub(super) finished: u64,
    /// The latest fetch, by its number, and its thread.
    pub(super) latest: Option<(u64, JoinHandle<()>)>,
}

/// Counts a thread that fetches until it is dropped.
pub(super) struct Fetching(Arc<Monitor>);

impl Monitors {
    pub(super) fn new() -> Monitors {
        Monitors(ArcSwap::from_pointee(Monitor::of_this_process()))
    }

    pub(super) fn get(&self) -> Arc<Monitor> {
        let monitor = self.0.load_full();
        if monitor.process.is_current() {
            return monitor;
        }
        // Of several threads that come first, one sets the monitor that all of them use.
        self.0.compare_and_swap(&monitor, Arc::new(Monitor::of_this_process()));
        self.0.load_full()
    }
}

impl Monitor {
    fn of_this_process() -> Monitor {
        Monitor { process: Process::current(), threads: Mutex::default(), changed: Condvar::new() }
    }

    pub(super) fn enter(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For callers that never wait.
    pub(super) fn try_enter(&self) -> Option<MutexGuard<'_, Threads>> {
        match self.threads.try_lock() {
            Ok(threads) => Some(threads),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits until something has changed, or for at most `most`.
    pub(super) fn wait<'m>(
        &self,
        threads: MutexGuard<'m, Threads>,
        most: Duration,
    ) -> MutexGuard<'m, Threads> {
        self.changed.wait_timeout(threads, most).unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn notify_all(&self) {
        self.changed.notify_all();
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // The thread is one of the parent: there is nothing here to detach from.
        if !self.process.is_current() {
            let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(threads.latest.take());
        }
    }
}

impl Threads {
    /// The thread of the latest fetch, if that is over.
    pub(super) fn take_ended(&mut self) -> Option<JoinHandle<()>> {
        self.latest.take_if(|(number, _)| *number <= self.finished).map(|(_, thread)| thread)
    }
}

impl Fetching {
    pub(super) fn count(monitor: &Arc<Monitor>, threads: &mut Threads) -> Fetching {
        threads.fetching += 1;
        Fetching(Arc::clone(monitor))
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.enter().fetching -= 1;
        self.0.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_one_monitor() {
        let monitors = Monitors::new();
        assert!(monitors.get().process.is_current());
        assert!(Arc::ptr_eq(&monitors.get(), &monitors.get()));
    }

    #[test]
    fn a_child_makes_one_monitor_for_all_its_threads_and_leaves_the_locked_one_alone() {
        let parents = Arc::new(Monitor {
            process: Process::other(),
            threads: Mutex::default(),
            changed: Condvar::new(),
        });
        let _held = parents.enter();
        let monitors = Monitors(ArcSwap::new(Arc::clone(&parents)));

        let found = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| monitors.get())).collect();
            threads.into_iter().map(|thread| thread.join().expect("a monitor")).collect::<Vec<_>>()
        });

        assert!(found.iter().all(|monitor| Arc::ptr_eq(monitor, &found[0])));
        assert!(!Arc::ptr_eq(&found[0], &parents));
        assert!(found[0].try_enter().is_some());
    }

    #[test]
    fn try_enter_returns_none_while_locked() {
        let monitor = Monitor::of_this_process();
        let inside = monitor.enter();
        assert!(monitor.try_enter().is_none());
        drop(inside);
        assert!(monitor.try_enter().is_some());
    }

    #[test]
    fn a_thread_counts_as_fetching_until_it_ends_even_by_a_panic() {
        let monitor = Arc::new(Monitor::of_this_process());
        let fetching = Fetching::count(&monitor, &mut monitor.enter());
        assert_eq!(monitor.enter().fetching, 1);

        let ended = std::thread::spawn(move || {
            let _fetching = fetching;
            panic!("a bug");
        });

        assert!(ended.join().is_err());
        assert_eq!(monitor.enter().fetching, 0);
    }

    #[test]
    fn waiting_ends_with_a_change_or_when_its_time_is_over() {
        let monitor = Arc::new(Monitor::of_this_process());
        let mut inside = monitor.enter();
        let fetching = Fetching::count(&monitor, &mut inside);
        inside = monitor.wait(inside, Duration::from_millis(1));
        assert_eq!(inside.fetching, 1);

        std::thread::scope(|scope| {
            scope.spawn(move || drop(fetching));
            while inside.fetching > 0 {
                inside = monitor.wait(inside, Duration::MAX);
            }
        });
    }
}
