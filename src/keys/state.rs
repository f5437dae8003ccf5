//! Which keys are in force, for how long, and what is known of their endpoint: replaced whole, never edited.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::document::KeySet;
use super::options::Timing;
use crate::time::Tick;

#[derive(Clone)]
pub(crate) struct State {
    set: Arc<KeySet>,
    /// Counts the sets that were in force.
    generation: u64,
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

    /// Other keys of that kind.
    pub(super) fn loaded(&self, set: &Arc<KeySet>) -> State {
        State { set: Arc::clone(set), generation: self.generation + 1, ..self.clone() }
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
            generation: 1,
            ..State::of(Arc::new(set))
        }
    }

    fn of(set: Arc<KeySet>) -> State {
        State {
            set,
            generation: 0,
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

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Until then nothing is to be done about the set.
    pub(super) fn quiet_until(&self) -> Tick {
        self.stale_at.min(self.refresh_at)
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
        let generation = self.generation + u64::from(!Arc::ptr_eq(&set, &self.set));
        State { set, generation, entity_tag, document, ..self.confirm(flight, max_age, timing) }
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

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: u32 = 7;
    const TIMING: Timing = Timing {
        timeout: Duration::from_secs(5),
        refresh_after: Duration::from_secs(3_600),
        cooldown: Duration::from_secs(30),
        max_stale: Duration::from_secs(86_400),
    };

    fn at(seconds: u64) -> Tick {
        Tick::BEGINNING.plus(Duration::from_secs(seconds))
    }

    fn flight(began: u64) -> Flight {
        Flight {
            began: at(began),
            began_at: SystemTime::UNIX_EPOCH,
            deadline: at(began + 5),
            process: PROCESS,
        }
    }

    /// Begun then, on top of `state`.
    fn begun(state: &State, began: u64) -> State {
        state.begin(flight(began), TIMING.cooldown)
    }

    fn confirmed_at(began: u64, max_age: Option<u64>) -> State {
        begun(&State::empty(), began).not_modified(&flight(began), max_age.map(Duration::from_secs), &TIMING)
    }

    fn failed(state: &State, began: u64, retry_after: Option<u64>, now: u64) -> State {
        let retry_after = retry_after.map(Duration::from_secs);
        begun(state, began).fail(&flight(began), &"an outage".into(), retry_after, at(now), &TIMING)
    }

    #[test]
    fn a_fetch_is_under_way_until_its_deadline_and_the_next_begins_after_the_cooldown() {
        assert_eq!(State::empty().turn(at(0), PROCESS), Turn::Now);
        let state = begun(&State::empty(), 100);
        assert_eq!(state.counts().fetches, 1);
        assert_eq!(state.turn(at(104), PROCESS), Turn::Underway(flight(100)));
        assert_eq!(state.turn(at(105), PROCESS), Turn::NotYet);
        assert_eq!(state.turn(at(129), PROCESS), Turn::NotYet);
        assert_eq!(state.turn(at(130), PROCESS), Turn::Now);
    }

    #[test]
    fn a_fetch_of_another_process_counts_for_nothing() {
        let state = begun(&State::empty(), 100);
        assert_eq!(state.turn(at(101), PROCESS + 1), Turn::Now);
        assert_eq!(confirmed_at(100, None).turn(at(101), PROCESS + 1), Turn::NotYet, "it was over");
    }

    #[test]
    fn what_is_confirmed_ages_from_the_beginning_of_its_fetch() {
        let state = confirmed_at(100, None);
        assert!(!state.is_under_way(&flight(100)));
        assert_eq!(state.age(at(160)), Some(Duration::from_secs(60)));
        assert!(!state.is_old(at(3_699)) && state.is_old(at(3_700)));
        assert!(state.is_in_force(at(86_499)) && !state.is_in_force(at(86_500)));
        assert_eq!(state.counts(), Counts { fetches: 1, failures: 0, not_modified: 1 });
    }

    #[test]
    fn max_age_makes_a_refresh_sooner_but_never_later_nor_within_the_cooldown() {
        for (max_age, refresh_in) in [(0, 30), (29, 30), (300, 300), (3_601, 3_600), (u64::MAX, 3_600)] {
            let left = confirmed_at(100, Some(max_age)).refresh_in(at(100));
            assert_eq!(left.as_secs(), refresh_in, "max-age={max_age}");
        }
    }

    #[test]
    fn a_new_set_replaces_all_that_was_known_of_the_old_one() {
        let document: Arc<[u8]> = Arc::from(&b"{}"[..]);
        let fetched = |entity_tag: &str, document| Fetched {
            set: KeySet::empty(),
            entity_tag: Some(entity_tag.to_owned()),
            document,
        };
        let first = begun(&State::empty(), 100).replace(
            &flight(100),
            fetched("\"1\"", Some(Arc::clone(&document))),
            None,
            &TIMING,
        );
        assert_eq!(first.entity_tag(), Some("\"1\""));
        assert_eq!(first.document_confirmed_by(&flight(100)), Some(&document[..]));

        let second = begun(&first, 200).replace(&flight(200), fetched("\"2\"", None), None, &TIMING);
        assert_eq!(second.entity_tag(), Some("\"2\""));
        assert_eq!(second.document_confirmed_by(&flight(200)), None);
        assert!(Arc::ptr_eq(first.set(), second.set()), "the same keys stay the same");
    }

    #[test]
    fn a_failure_keeps_what_is_in_force_and_ends_with_the_next_success() {
        let state = failed(&confirmed_at(100, None), 3_700, None, 3_701);
        assert!(state.is_in_force(at(86_499)) && !state.is_in_force(at(86_500)));
        assert_eq!(state.last_error(), Some("an outage"));
        assert_eq!(state.counts(), Counts { fetches: 2, failures: 1, not_modified: 1 });
        assert_eq!(state.refresh_in(at(3_700)), TIMING.cooldown);

        let confirmed = begun(&state, 3_730).not_modified(&flight(3_730), None, &TIMING);
        assert_eq!(confirmed.last_error(), None);
    }

    #[test]
    fn retry_after_is_honoured_from_its_answer_up_to_ten_cooldowns() {
        for (retry_after, wait) in [(None, 28), (Some(0), 28), (Some(60), 60), (Some(u64::MAX), 300)] {
            let state = failed(&State::empty(), 100, retry_after, 102);
            assert_eq!(state.turn(at(102 + wait - 1), PROCESS), Turn::NotYet, "{retry_after:?}");
            assert_eq!(state.turn(at(102 + wait), PROCESS), Turn::Now, "{retry_after:?}");
        }
    }

    #[test]
    fn an_answer_is_outrun_by_a_later_fetch_and_leaves_that_one_under_way() {
        assert!(!State::empty().outruns(&flight(100)));
        assert!(!confirmed_at(100, None).outruns(&flight(100)));
        assert!(confirmed_at(200, None).outruns(&flight(100)));

        let state = begun(&begun(&State::empty(), 100), 130).not_modified(&flight(100), None, &TIMING);
        assert!(state.is_under_way(&flight(130)));
    }
}
