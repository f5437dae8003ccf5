//! Which value is in force, for how long, and what is known of its source: replaced whole, never edited.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::process::Process;
use super::timing::Timing;
use crate::time::Tick;

pub(crate) struct State<T> {
    value: Arc<T>,
    /// Counts the values that were in force.
    generation: u64,
    /// From then on the value is no longer in force.
    stale_at: Tick,
    /// From then on it is time for a refresh, which delays no caller who has what it needs.
    refresh_at: Tick,
    /// From then on whoever uses the value waits for a refresh, as long as the source answered last time.
    wait_from: Tick,
    confirmed: Option<Confirmation>,
    in_progress: Option<Attempt>,
    /// No fetch begins before.
    not_before: Tick,
    /// Why the last fetch failed.
    last_error: Option<Arc<str>>,
    /// Why the value is not kept for the next process, for as long as that is so.
    store_error: Option<Arc<str>>,
    counts: Counts,
}

/// One fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// Later ones have higher numbers.
    pub(super) number: u64,
    pub(super) began: Tick,
    /// The same moment as files are dated.
    pub(crate) began_at: SystemTime,
    /// From then on it is given up, whatever it still does.
    pub(super) deadline: Tick,
    /// Whether the deadline has been put off.
    is_prolonged: bool,
    pub(super) process: Process,
}

impl Attempt {
    /// How long it is until those who wait give up.
    pub(crate) fn time_left(&self) -> Duration {
        Tick::now().until(self.deadline)
    }

    pub(crate) fn has_begun_since(&self, begin: Tick) -> bool {
        self.began.is_past(begin)
    }

    fn is_overdue(&self, now: Tick) -> bool {
        self.process.is_current() && now.is_past(self.deadline)
    }

    /// Whether it is this one, whatever its deadline.
    fn is(&self, other: &Attempt) -> bool {
        self.number == other.number && self.process == other.process
    }

    fn until(self, deadline: Tick) -> Attempt {
        Attempt { deadline, is_prolonged: true, ..self }
    }
}

/// The source said that the value is the one.
#[derive(Clone, Copy)]
struct Confirmation {
    /// When the fetch began that brought it.
    at: Tick,
    /// The number of that fetch; 0 if another process made it.
    by: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) fetches: u64,
    pub(crate) failures: u64,
    pub(crate) not_modified: u64,
}

/// Whether a fetch may begin now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    InProgress(Attempt),
    /// The cooldown is not over.
    NotYet,
}

/// Not derived, since a value need not be cloneable.
impl<T> Clone for State<T> {
    fn clone(&self) -> State<T> {
        State {
            value: Arc::clone(&self.value),
            last_error: self.last_error.clone(),
            store_error: self.store_error.clone(),
            ..*self
        }
    }
}

impl<T> State<T> {
    /// A value that stays in force until another is loaded.
    pub(crate) fn fixed(value: T) -> State<T> {
        State { stale_at: Tick::NEVER, refresh_at: Tick::NEVER, wait_from: Tick::NEVER, ..State::of(value) }
    }

    /// Another value of that kind.
    pub(crate) fn loaded(&self, value: &Arc<T>) -> State<T> {
        State { value: Arc::clone(value), generation: self.generation + 1, ..self.clone() }
    }

    /// A value that is not in force.
    pub(crate) fn pending(value: T) -> State<T> {
        State::of(value)
    }

    /// A value that an earlier process kept, to be confirmed at its first use.
    pub(crate) fn kept(value: T, confirmed: Tick, max_stale: Duration) -> State<T> {
        State {
            stale_at: confirmed.plus(max_stale),
            confirmed: Some(Confirmation { at: confirmed, by: 0 }),
            generation: 1,
            ..State::of(value)
        }
    }

    fn of(value: T) -> State<T> {
        State {
            value: Arc::new(value),
            generation: 0,
            stale_at: Tick::BEGINNING,
            refresh_at: Tick::BEGINNING,
            wait_from: Tick::BEGINNING,
            confirmed: None,
            in_progress: None,
            not_before: Tick::BEGINNING,
            last_error: None,
            store_error: None,
            counts: Counts::default(),
        }
    }

    /// The value, whether or not it is still in force.
    pub(crate) fn value(&self) -> &Arc<T> {
        &self.value
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Until then nothing is to be done about the value.
    pub(super) fn quiet_until(&self) -> Tick {
        self.stale_at.earlier_of(self.refresh_at).earlier_of(self.wait_from)
    }

    /// Why the last fetch failed, and why no value is kept for the next process.
    pub(crate) fn last_error(&self) -> Option<Cow<'_, str>> {
        match (self.last_error.as_deref(), self.store_error.as_deref()) {
            (Some(fetch), Some(store)) => Some(Cow::Owned([fetch, "; ", store].concat())),
            (one, other) => one.or(other).map(Cow::Borrowed),
        }
    }

    /// Whether the last fetch failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.last_error.is_some()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// How long ago the source last confirmed the value.
    pub(crate) fn age(&self, now: Tick) -> Option<Duration> {
        self.confirmed.map(|confirmed| now.since(confirmed.at))
    }

    pub(crate) fn refresh_in(&self, now: Tick) -> Duration {
        now.until(self.refresh_at)
    }

    pub(crate) fn is_in_force(&self, now: Tick) -> bool {
        !now.has_reached(self.stale_at)
    }

    pub(crate) fn is_old(&self, now: Tick) -> bool {
        now.has_reached(self.refresh_at)
    }

    pub(crate) fn is_awaited(&self, now: Tick) -> bool {
        now.has_reached(self.wait_from)
    }

    pub(super) fn prolonged(&self, attempt: &Attempt) -> Option<Attempt> {
        self.in_progress.filter(|current| current.is(attempt) && current.deadline != attempt.deadline)
    }

    /// How long it is until the fetch in progress is given up.
    pub(super) fn time_left(&self, now: Tick) -> Duration {
        self.in_progress.map_or(Duration::ZERO, |attempt| now.until(attempt.deadline))
    }

    pub(super) fn turn(&self, now: Tick, process: Process) -> Turn {
        match self.in_progress {
            // It goes on in the parent of this process only.
            Some(attempt) if attempt.process != process => Turn::Now,
            Some(attempt) if !now.is_past(attempt.deadline) => Turn::InProgress(attempt),
            _ if !now.has_reached(self.not_before) => Turn::NotYet,
            _ => Turn::Now,
        }
    }

    /// A fetch begins, and no other before `cooldown` has passed.
    pub(super) fn begin(
        &self,
        now: Tick,
        process: Process,
        timeout: Duration,
        cooldown: Duration,
    ) -> (State<T>, Attempt) {
        let counts = Counts { fetches: self.counts.fetches + 1, ..self.counts };
        let attempt = Attempt {
            number: counts.fetches,
            began: now,
            began_at: SystemTime::now(),
            deadline: now.plus(timeout),
            is_prolonged: false,
            process,
        };
        let not_before = now.plus(cooldown);
        let next =
            State { in_progress: Some(attempt), not_before, refresh_at: not_before, counts, ..self.clone() };
        (next, attempt)
    }

    /// The fetch has come so far that it may take longer. Nobody waits for it any more: how much is left is unknown.
    /// `None` if it has been given up.
    pub(super) fn prolong(&self, attempt: &Attempt, now: Tick, timing: &Timing) -> Option<State<T>> {
        let prolonged =
            self.in_progress.filter(|current| current.is(attempt))?.until(now.plus(timing.timeout));
        Some(State { in_progress: Some(prolonged), wait_from: Tick::NEVER, ..self.clone() })
    }

    /// This state, with a second timeout for a fetch whose deadline passed unnoticed: this process was stopped, or
    /// asked for nothing meanwhile, so that nothing is known of the source.
    pub(super) fn after_a_stop(&self, now: Tick, timing: &Timing) -> Option<State<T>> {
        let attempt = self.in_progress.filter(|attempt| {
            !attempt.is_prolonged
                && attempt.is_overdue(now)
                && now.is_past(attempt.deadline.plus(timing.timeout))
        })?;
        Some(State { in_progress: Some(attempt.until(now.plus(timing.timeout))), ..self.clone() })
    }

    /// The source handed out this value, which may be the one in force.
    pub(super) fn replace(
        &self,
        attempt: &Attempt,
        (value, is_other): (T, bool),
        max_age: Option<Duration>,
        now: Tick,
        timing: &Timing,
    ) -> State<T> {
        let generation = self.generation + u64::from(is_other);
        State { value: Arc::new(value), generation, ..self.confirm(attempt, max_age, now, timing) }
    }

    /// The source said that the value in force is still the one.
    pub(super) fn not_modified(
        &self,
        attempt: &Attempt,
        max_age: Option<Duration>,
        now: Tick,
        timing: &Timing,
    ) -> State<T> {
        let counts = Counts { not_modified: self.counts.not_modified + 1, ..self.counts };
        State { counts, ..self.confirm(attempt, max_age, now, timing) }
    }

    fn confirm(&self, attempt: &Attempt, max_age: Option<Duration>, now: Tick, timing: &Timing) -> State<T> {
        // Somebody may have set the wall clock since the attempt began.
        let at = attempt.began.as_seen_from(now);
        let fresh = max_age.map_or(timing.refresh_after, |age| age.min(timing.refresh_after));
        let wait_from = at.plus(timing.wait_after);
        // What came too late to be waited for is fetched again without a pause.
        let not_before = if now.has_reached(wait_from) { Tick::BEGINNING } else { self.not_before };
        State {
            stale_at: at.plus(timing.max_stale),
            refresh_at: at.plus(fresh).later_of(not_before),
            wait_from,
            not_before,
            confirmed: Some(Confirmation { at, by: attempt.number }),
            last_error: None,
            ..self.finish(attempt)
        }
    }

    /// The fetch failed; the value in force stays. One that was given up has been counted before.
    pub(super) fn fail(
        &self,
        attempt: &Attempt,
        reason: &Arc<str>,
        retry_after: Option<Duration>,
        now: Tick,
        timing: &Timing,
    ) -> State<T> {
        let wait = retry_after.unwrap_or_default().min(timing.pause_max);
        let not_before = self.not_before.later_of(now.plus(wait));
        let is_news = self.in_progress.is_some_and(|current| current.is(attempt));
        let failures = self.counts.failures + u64::from(is_news);
        State {
            not_before,
            refresh_at: self.refresh_at.later_of(not_before),
            wait_from: Tick::NEVER,
            last_error: Some(Arc::clone(reason)),
            counts: Counts { failures, ..self.counts },
            ..self.finish(attempt)
        }
    }

    /// This state, with a fetch that did not end in time counted as a failure; `None` if there is none.
    ///
    /// Each of the `hanging` threads doubles the pause before the next fetch, up to the age at which the value
    /// would be fetched again anyway.
    pub(super) fn without_overdue(&self, now: Tick, timing: &Timing, hanging: u32) -> Option<State<T>> {
        let attempt = self.in_progress.filter(|attempt| attempt.is_overdue(now))?;
        let mut reason = format!("the fetch gave no answer within {} s", timing.timeout.as_secs_f64());
        if hanging > 1 {
            reason += &format!("; {hanging} fetches have not ended");
        }
        let pause = timing.cooldown.saturating_mul(2_u32.saturating_pow(hanging).saturating_sub(1));
        let not_before = self.not_before.plus(pause.min(timing.refresh_after));
        let failed = self.fail(&attempt, &reason.into(), None, attempt.deadline, timing);
        Some(failed.postpone(not_before))
    }

    /// No fetch begins before `tick`.
    pub(super) fn postpone(&self, tick: Tick) -> State<T> {
        let not_before = self.not_before.later_of(tick);
        State { not_before, refresh_at: self.refresh_at.later_of(not_before), ..self.clone() }
    }

    pub(crate) fn with_store_error(&self, reason: Option<Arc<str>>) -> State<T> {
        State { store_error: reason, ..self.clone() }
    }

    pub(super) fn store_error(&self) -> Option<&str> {
        self.store_error.as_deref()
    }

    fn finish(&self, attempt: &Attempt) -> State<T> {
        let in_progress = self.in_progress.filter(|current| !current.is(attempt));
        State { in_progress, ..self.clone() }
    }

    /// Whether a later fetch has already confirmed the value in force.
    pub(super) fn has_overtaken(&self, attempt: &Attempt) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed.by > attempt.number)
    }
}
