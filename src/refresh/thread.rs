//! The thread of one fetch, and what its answer changes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::Guard;

use super::log::LogLevel;
use super::monitor::{Fetching, Monitor};
use super::refresher::Refresher;
use super::source::{Answer, Failure, Source};
use super::state::Attempt;
use crate::ffi::system;
use crate::status::one_line;
use crate::time::Tick;

/// What an answer changed.
enum Outcome {
    /// Nothing: a later fetch has already confirmed the value in force.
    Overtaken,
    Confirmed {
        is_other: bool,
    },
    Failed(Arc<str>),
}

impl<S: Source> Refresher<S> {
    /// The fetch runs on a thread of its own, so that those who wait for it can stop waiting. Signals are left to
    /// the threads of the program.
    pub(super) fn spawn(self: &Arc<Self>, monitor: &Monitor, attempt: Attempt, fetching: Fetching) {
        let refresher = Arc::clone(self);
        let run = move || {
            // Dropped last: once no fetch is counted, none uses the source any more.
            let _fetching = fetching;
            let refresher = refresher;
            refresher.run(&attempt);
        };
        let thread = std::thread::Builder::new().name(S::THREAD.to_owned());
        match system::with_signals_blocked(|| thread.spawn(run)) {
            Ok(thread) => monitor.enter().latest = Some((attempt.number, thread)),
            Err(error) => {
                // Not logged: this is the thread of a caller, who does not expect to be called back.
                self.apply(&attempt, Err(Failure::new(format!("no thread for the fetch: {error}"))));
                self.finish(&attempt);
            }
        }
    }

    fn run(&self, attempt: &Attempt) {
        if self.has_given_up.swap(false, Ordering::Relaxed) {
            self.log_failure("the fetch before this one was given up");
        }
        system::without_fork_or_exit(|| self.source.prepare());
        let current = Guard::into_inner(self.current.load());
        let go_on = || self.prolong(attempt);
        let answer = catch_unwind(AssertUnwindSafe(|| self.source.fetch(current.value(), attempt, &go_on)));
        let answer = answer.unwrap_or_else(|_| Err(Failure::new("an internal error ended the fetch")));
        match self.apply(attempt, answer) {
            Outcome::Overtaken => {}
            Outcome::Failed(reason) => self.log_failure(&reason),
            Outcome::Confirmed { is_other } => {
                if S::RECOVERED.is_some() {
                    self.has_given_up.store(false, Ordering::Relaxed);
                }
                let is_recovery = self.has_reported.swap(false, Ordering::Relaxed);
                let news = [S::RECOVERED.filter(|_| is_recovery), S::CHANGED.filter(|_| is_other)];
                news.into_iter().flatten().for_each(|news| self.log(LogLevel::Info, news));
                self.store(attempt);
            }
        }
        self.finish(attempt);
    }

    /// Where a recovery is logged, so is only the first failure before it.
    fn log_failure(&self, reason: &str) {
        if S::RECOVERED.is_none() || !self.has_reported.swap(true, Ordering::Relaxed) {
            self.log(LogLevel::Warning, reason);
        }
    }

    /// Puts off the end of a fetch that has got further, shortly before it would be given up.
    fn prolong(&self, attempt: &Attempt) {
        if self.current.load().time_left(Tick::now()) > self.timing.timeout / 4 {
            return;
        }
        let monitor = self.monitors.get();
        let _alone = monitor.enter();
        if let Some(next) = self.current.load().prolong(attempt, Tick::now(), &self.timing) {
            self.current.put(next);
        }
    }

    /// Changes the state as the answer says.
    fn apply(&self, attempt: &Attempt, answer: Result<Answer<S::Value>, Failure>) -> Outcome {
        let monitor = self.monitors.get();
        let _alone = monitor.enter();
        let state = self.current.load();
        if state.has_overtaken(attempt) {
            return Outcome::Overtaken;
        }
        let now = Tick::now();
        let (next, outcome) = match answer {
            Ok(Answer::Value { value, max_age }) => {
                let merged = self.source.merge(value, state.value());
                let is_other = merged.1;
                (state.replace(attempt, merged, max_age, now, &self.timing), Outcome::Confirmed { is_other })
            }
            Ok(Answer::NotModified { max_age }) => (
                state.not_modified(attempt, max_age, now, &self.timing),
                Outcome::Confirmed { is_other: false },
            ),
            Err(failure) => {
                let reason: Arc<str> = one_line(&failure.reason).into();
                (
                    state.fail(attempt, &reason, failure.retry_after, now, &self.timing),
                    Outcome::Failed(reason),
                )
            }
        };
        self.current.put(next);
        outcome
    }

    /// Those who wait go on. They have waited for the value to be stored, too: a program may end with them.
    fn finish(&self, attempt: &Attempt) {
        let monitor = self.monitors.get();
        let mut threads = monitor.enter();
        threads.finished = threads.finished.max(attempt.number);
        monitor.notify_all();
    }

    fn store(&self, attempt: &Attempt) {
        let value = Arc::clone(self.current.load().value());
        let reason = self.source.store(&value, attempt).err().map(|reason| one_line(&reason));
        if self.note_store_error(reason.as_deref())
            && let Some(reason) = reason
        {
            self.log(LogLevel::Warning, &reason);
        }
    }

    /// Whether that is news.
    fn note_store_error(&self, reason: Option<&str>) -> bool {
        let monitor = self.monitors.get();
        let _alone = monitor.enter();
        let state = self.current.load();
        let is_news = state.store_error() != reason;
        if is_news {
            self.current.put(state.with_store_error(reason.map(Arc::from)));
        }
        is_news
    }
}
