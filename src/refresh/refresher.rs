//! Keeps a value current: when to fetch, and who waits.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::Guard;

use super::current::Current;
use super::log::{LogFunction, LogLevel};
use super::monitor::{Fetching, Monitor, Monitors, Threads};
use super::source::Source;
use super::state::{Attempt, State, Turn};
use super::timing::Timing;
use crate::ffi::system;
use crate::status::one_line;
use crate::time::Tick;

/// The most callers of a process that wait for a fetch while a value is in force. Anybody can ask for an unknown
/// key, and must not be able to hold up a whole server by it.
const WAITING_MAX: usize = 2;

pub(crate) struct Refresher<S: Source> {
    pub(crate) source: S,
    pub(crate) timing: Timing,
    pub(super) current: Arc<Current<S::Value>>,
    log: Option<LogFunction>,
    /// What each line of the log begins with.
    about: String,
    pub(super) monitors: Monitors,
    closed: AtomicBool,
    /// A fetch was given up, which is yet to be logged.
    pub(super) has_given_up: AtomicBool,
    /// A failure was logged, and no recovery since.
    pub(super) has_reported: AtomicBool,
    suppressed: AtomicU64,
}

/// What a caller without the value it needs can wait for.
pub(crate) enum Help {
    InProgress(Attempt),
    /// No fetch may begin now.
    None,
}

impl<S: Source> Refresher<S> {
    pub(crate) fn new(
        source: S,
        timing: Timing,
        first: State<S::Value>,
        log: Option<LogFunction>,
        about: String,
    ) -> Refresher<S> {
        system::watch_process();
        Refresher {
            source,
            timing,
            current: Arc::new(Current::new(first)),
            log,
            about,
            monitors: Monitors::new(),
            closed: AtomicBool::new(false),
            has_given_up: AtomicBool::new(false),
            has_reported: AtomicBool::new(false),
            suppressed: AtomicU64::new(0),
        }
    }

    pub(crate) fn current(&self) -> Arc<Current<S::Value>> {
        Arc::clone(&self.current)
    }

    /// The state as it is to be shown: a fetch that did not end in time has failed.
    pub(crate) fn state(&self, now: Tick) -> Arc<State<S::Value>> {
        let state = Guard::into_inner(self.current.load());
        let fetching = self.monitors.get().enter().fetching;
        state.without_overdue(now, &self.timing, fetching).map_or(state, Arc::new)
    }

    pub(crate) fn suppressed(&self) -> u64 {
        self.suppressed.load(Ordering::Relaxed)
    }

    /// Begins a fetch if it is time for one; never waits.
    pub(crate) fn refresh(self: &Arc<Self>, now: Tick) {
        let monitor = self.monitors.get();
        let begun = monitor.try_enter().and_then(|mut threads| self.begin(&monitor, &mut threads, now).ok());
        if let Some((attempt, fetching)) = begun {
            self.spawn(&monitor, attempt, fetching);
        }
    }

    /// Begins or joins a fetch for a caller who needs it.
    pub(crate) fn help(self: &Arc<Self>) -> Help {
        let now = Tick::now();
        let monitor = self.monitors.get();
        // Without the lock, so that a flood of callers does not meet there.
        let mut turn = self.current.load().turn(now, monitor.process);
        if turn == Turn::Now {
            let begun = self.begin(&monitor, &mut monitor.enter(), now);
            match begun {
                Ok((attempt, fetching)) => {
                    self.spawn(&monitor, attempt, fetching);
                    return Help::InProgress(attempt);
                }
                Err(other) => turn = other,
            }
        }
        if let Turn::InProgress(attempt) = turn {
            return Help::InProgress(attempt);
        }
        self.suppressed.fetch_add(1, Ordering::Relaxed);
        Help::None
    }

    pub(crate) fn is_fetching(&self) -> bool {
        let process = self.monitors.get().process;
        matches!(self.current.load().turn(Tick::now(), process), Turn::InProgress(_))
    }

    /// The same fetch with a later deadline, if it has got further.
    pub(crate) fn prolonged(&self, attempt: &Attempt) -> Option<Attempt> {
        self.current.load().prolonged(attempt)
    }

    /// Counts a caller among those that wait, unless that is limited and enough callers do.
    pub(crate) fn begin_wait(&self, limited: bool) -> bool {
        let monitor = self.monitors.get();
        let mut threads = monitor.enter();
        if limited && threads.waiting >= WAITING_MAX {
            self.suppressed.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        threads.waiting += 1;
        true
    }

    /// Undoes [`Refresher::begin_wait`].
    pub(crate) fn end_wait(&self) {
        let monitor = self.monitors.get();
        let mut threads = monitor.enter();
        // It may have begun in the parent of this process.
        threads.waiting = threads.waiting.saturating_sub(1);
    }

    /// Waits for a fetch, for at most the timeout. Its thread has then ended as well, unless it was given up.
    pub(crate) fn wait(&self, attempt: &Attempt) {
        self.wait_until(attempt, attempt.deadline);
    }

    /// The same, but no longer than this.
    pub(crate) fn wait_until(&self, attempt: &Attempt, end: Tick) {
        let end = end.earlier_of(attempt.deadline);
        let monitor = self.monitors.get();
        let mut threads = monitor.enter();
        while threads.finished < attempt.number {
            let left = Tick::now().until(end);
            if left.is_zero() {
                return;
            }
            threads = monitor.wait(threads, left);
        }
        let ended = threads.take_ended();
        drop(threads);
        join(ended);
    }

    /// Begins no further fetch, and waits for those in progress, for at most the timeout.
    pub(crate) fn close(&self) {
        let deadline = Tick::now().plus(self.timing.timeout);
        let monitor = self.monitors.get();
        let mut threads = monitor.enter();
        self.closed.store(true, Ordering::Relaxed);
        while threads.fetching > 0 {
            let left = Tick::now().until(deadline);
            if left.is_zero() {
                return;
            }
            threads = monitor.wait(threads, left);
        }
        let ended = threads.take_ended();
        drop(threads);
        join(ended);
    }

    fn begin(
        &self,
        monitor: &Arc<Monitor>,
        threads: &mut Threads,
        now: Tick,
    ) -> Result<(Attempt, Fetching), Turn> {
        if let Some(awaited) = self.current.load().after_a_stop(now, &self.timing) {
            self.current.put(awaited);
        }
        if let Some(given_up) = self.current.load().without_overdue(now, &self.timing, threads.fetching) {
            self.current.put(given_up);
            self.has_given_up.store(true, Ordering::Relaxed);
        }
        let state = self.current.load();
        match state.turn(now, monitor.process) {
            Turn::Now if self.closed.load(Ordering::Relaxed) => return Err(Turn::NotYet),
            Turn::Now => {}
            other => return Err(other),
        }
        let cooldown = self.timing.cooldown + jitter(self.timing.cooldown);
        if threads.fetching > 0 && !self.source.may_overlap() {
            self.current.put(state.postpone(now.plus(cooldown)));
            return Err(Turn::NotYet);
        }
        let (next, attempt) = state.begin(now, monitor.process, self.timing.timeout, cooldown);
        self.current.put(next);
        Ok((attempt, Fetching::count(monitor, threads)))
    }

    /// Never called with the lock held: the function may ask for the status.
    pub(crate) fn log(&self, level: LogLevel, what: &str) {
        if let Some(log) = &self.log {
            log.call(level, &one_line(&format!("{}: {what}", self.about)));
        }
    }
}

/// Its thread is about to end, if it has not. Afterwards a process that forks has no thread of this library.
fn join(ended: Option<JoinHandle<()>>) {
    if let Some(thread) = ended {
        // Panics have been caught inside.
        let _ = thread.join();
    }
}

/// Up to a tenth of a pause, other in each worker of one server. A cryptographic generator would take tens of
/// milliseconds for its first number in a process, of a caller who does not wait.
pub(crate) fn jitter(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now()));
    pause * u32::from(random.to_le_bytes()[0]) / 2_550
}
