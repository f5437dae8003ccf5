//! Which keys are in force, for how long, and what is known of their endpoint: replaced whole, never edited.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::document::KeySet;
use super::remote::Timing;
use crate::tick::Tick;

#[derive(Clone)]
pub(crate) struct State {
    set: Arc<KeySet>,
    /// From then on the set is no longer in force.
    stale_at: Tick,
    /// From then on it is time for a refresh, behind the caller who notices.
    refresh_at: Tick,
    /// When the fetch began that last confirmed the set.
    confirmed: Option<Tick>,
    entity_tag: Option<String>,
    /// The document, where a copy of it is kept on disk.
    document: Option<Arc<[u8]>>,
    flight: Option<Flight>,
    /// No fetch begins before.
    not_before: Tick,
    last_error: Option<Arc<str>>,
    counts: Counts,
}

/// A fetch under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    pub(super) began: Tick,
    /// The same moment on the clock of the files.
    pub(super) began_at: SystemTime,
    /// From then on it is given up, whatever it still does.
    pub(super) deadline: Tick,
    /// The process that it runs in.
    pub(super) process: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) fetches: u64,
    pub(super) failures: u64,
    pub(super) not_modified: u64,
}

/// Whether a fetch may begin now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// One is under way.
    Underway(Flight),
    /// The cooldown is not over.
    NotYet,
}

/// Keys that the endpoint has just handed out.
pub(super) struct Fetched {
    pub(super) set: KeySet,
    pub(super) entity_tag: Option<String>,
    pub(super) document: Option<Arc<[u8]>>,
}

impl State {
    /// Keys from JSON or a file, which stay in force until others are loaded.
    pub(super) fn fixed(set: Arc<KeySet>) -> State {
        State { stale_at: Tick::NEVER, refresh_at: Tick::NEVER, ..State::of(set) }
    }

    /// No keys yet.
    pub(super) fn empty() -> State {
        State::of(Arc::new(KeySet::empty()))
    }

    /// Keys from the copy on disk, to be confirmed at the first use.
    pub(super) fn copied(set: KeySet, document: Vec<u8>, confirmed: Tick, timing: &Timing) -> State {
        State {
            stale_at: confirmed.plus(timing.max_stale),
            confirmed: Some(confirmed),
            document: Some(document.into()),
            ..State::of(Arc::new(set))
        }
    }

    fn of(set: Arc<KeySet>) -> State {
        State {
            set,
            stale_at: Tick::BEGINNING,
            refresh_at: Tick::BEGINNING,
            confirmed: None,
            entity_tag: None,
            document: None,
            flight: None,
            not_before: Tick::BEGINNING,
            last_error: None,
            counts: Counts::default(),
        }
    }

    /// The keys, whether or not they are still in force.
    pub(crate) fn set(&self) -> &Arc<KeySet> {
        &self.set
    }

    pub(super) fn entity_tag(&self) -> Option<&str> {
        self.entity_tag.as_deref()
    }

    pub(super) fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// How long ago the endpoint last confirmed the set.
    pub(super) fn age(&self, now: Tick) -> Option<Duration> {
        self.confirmed.map(|confirmed| now.since(confirmed))
    }

    pub(super) fn refresh_in(&self, now: Tick) -> Duration {
        self.refresh_at.since(now)
    }

    pub(super) fn is_under_way(&self, flight: &Flight) -> bool {
        self.flight.as_ref() == Some(flight)
    }

    pub(super) fn document_confirmed_by(&self, flight: &Flight) -> Option<&[u8]> {
        self.document.as_deref().filter(|_| self.confirmed == Some(flight.began))
    }

    pub(super) fn is_in_force(&self, now: Tick) -> bool {
        now < self.stale_at
    }

    pub(super) fn is_old(&self, now: Tick) -> bool {
        now >= self.refresh_at
    }

    pub(super) fn turn(&self, now: Tick, process: u32) -> Turn {
        match self.flight {
            // It went on in the parent of this process only.
            Some(flight) if flight.process != process => Turn::Now,
            Some(flight) if now < flight.deadline => Turn::Underway(flight),
            _ if now < self.not_before => Turn::NotYet,
            _ => Turn::Now,
        }
    }

    /// A fetch begins, and no other before `cooldown` has passed.
    pub(super) fn begin(&self, flight: Flight, cooldown: Duration) -> State {
        let not_before = flight.began.plus(cooldown);
        let counts = Counts { fetches: self.counts.fetches + 1, ..self.counts };
        State { flight: Some(flight), not_before, refresh_at: not_before, counts, ..self.clone() }
    }

    /// The endpoint handed out this set.
    pub(super) fn replace(
        &self,
        flight: &Flight,
        fetched: Fetched,
        max_age: Option<Duration>,
        timing: &Timing,
    ) -> State {
        let Fetched { set, entity_tag, document } = fetched;
        let set = set.in_place_of(&self.set);
        State { set, entity_tag, document, ..self.confirm(flight, max_age, timing) }
    }

    /// The endpoint said that the set in force is still the one.
    pub(super) fn not_modified(&self, flight: &Flight, max_age: Option<Duration>, timing: &Timing) -> State {
        let counts = Counts { not_modified: self.counts.not_modified + 1, ..self.counts };
        State { counts, ..self.confirm(flight, max_age, timing) }
    }

    fn confirm(&self, flight: &Flight, max_age: Option<Duration>, timing: &Timing) -> State {
        let fresh = max_age.map_or(timing.refresh_after, |age| age.min(timing.refresh_after));
        State {
            stale_at: flight.began.plus(timing.max_stale),
            refresh_at: flight.began.plus(fresh).max(self.not_before),
            confirmed: Some(flight.began),
            last_error: None,
            ..self.over(flight)
        }
    }

    /// The fetch failed; the keys in force stay.
    pub(super) fn fail(
        &self,
        flight: &Flight,
        reason: &Arc<str>,
        retry_after: Option<Duration>,
        now: Tick,
        timing: &Timing,
    ) -> State {
        let wait = retry_after.unwrap_or_default().min(timing.cooldown * RETRY_AFTER_COOLDOWNS);
        let not_before = self.not_before.max(now.plus(wait));
        State {
            not_before,
            refresh_at: self.refresh_at.max(not_before),
            last_error: Some(Arc::clone(reason)),
            counts: Counts { failures: self.counts.failures + 1, ..self.counts },
            ..self.over(flight)
        }
    }

    pub(super) fn with_error(&self, reason: &Arc<str>) -> State {
        State { last_error: Some(Arc::clone(reason)), ..self.clone() }
    }

    fn over(&self, flight: &Flight) -> State {
        let flight = self.flight.filter(|current| current != flight);
        State { flight, ..self.clone() }
    }

    /// Whether a later fetch has already confirmed the set in force.
    pub(super) fn outruns(&self, flight: &Flight) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed > flight.began)
    }
}

/// A `Retry-After` is honoured up to this many cooldowns.
const RETRY_AFTER_COOLDOWNS: u32 = 10;
