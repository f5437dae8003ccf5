//! Keeps the keys of one team current: when to fetch, who waits, what an answer changes.

use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::Guard;

use super::cache_file::CacheFile;
use super::current::Current;
use super::document::KeySet;
use super::fetch::{Answer, Custom, Failure, Fetch};
use super::gate::{Gate, Gates, Running};
use super::https::Https;
use super::options::{LogFunction, LogLevel, RemoteOptions, Timing};
use super::state::{Fetched, Flight, State, Turn};
use crate::status::{Refusal, one_line};
use crate::team::Team;
use crate::time::Tick;

/// So many fetches may run at once: the current one, and some that were given up and do not end.
const RUNNING_MAX: usize = 4;

pub(super) struct Refresher {
    pub(super) team: Team,
    pub(super) timing: Timing,
    current: Arc<Current>,
    source: Box<dyn Fetch>,
    cache_file: Option<CacheFile>,
    log: Option<LogFunction>,
    gates: Gates,
    closed: AtomicBool,
    suppressed: AtomicU64,
}

/// How a caller without the key it needs goes on.
pub(super) enum Help {
    /// A fetch is under way.
    Coming(Flight),
    /// None may begin now.
    None,
}

impl Refresher {
    pub(super) fn new(team: Team, options: RemoteOptions) -> Result<Refresher, Refusal> {
        let timing = Timing::of(&options)?;
        let url = team.certs_url();
        let source: Box<dyn Fetch> = match options.fetch {
            Some(function) => Box::new(Custom { function, url }),
            // It ends before its callers stop waiting, so that they hear why.
            None => Box::new(Https::new(url, timing.timeout * 19 / 20, options.ca_file.as_deref())?),
        };
        let refresher = Refresher {
            team,
            timing,
            current: Arc::new(Current::new(State::empty())),
            source,
            cache_file: options.cache_file.map(CacheFile::new).transpose()?,
            log: options.log,
            gates: Gates::new(),
            closed: AtomicBool::new(false),
            suppressed: AtomicU64::new(0),
        };
        refresher.take_copy();
        Ok(refresher)
    }

    pub(super) fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current)
    }

    pub(super) fn suppressed(&self) -> u64 {
        self.suppressed.load(Ordering::Relaxed)
    }

    /// Begins a fetch behind a caller who has the key it needs; never waits.
    pub(super) fn refresh(self: &Arc<Self>, now: Tick) {
        let gate = self.gates.get();
        let begun = gate.try_enter().and_then(|mut running| self.take_turn(&gate, &mut running, now).ok());
        if let Some((flight, running)) = begun {
            self.take_off(flight, running);
        }
    }

    /// Begins or joins a fetch for a caller who needs it.
    pub(super) fn help(self: &Arc<Self>) -> Help {
        let (now, process) = (Tick::now(), std::process::id());
        // Without the gate, so that a flood of unknown keys does not meet there.
        let mut turn = self.current.load().turn(now, process);
        if turn == Turn::Now {
            let gate = self.gates.get();
            let taken = self.take_turn(&gate, &mut gate.enter(), now);
            match taken {
                Ok((flight, running)) => {
                    self.take_off(flight, running);
                    return Help::Coming(flight);
                }
                Err(other) => turn = other,
            }
        }
        if let Turn::Underway(flight) = turn {
            return Help::Coming(flight);
        }
        self.suppressed.fetch_add(1, Ordering::Relaxed);
        Help::None
    }

    /// Returns when the fetch is over or given up, which is within the timeout for whoever joins it.
    pub(super) fn wait(&self, flight: &Flight) {
        let gate = self.gates.get();
        let mut running = gate.enter();
        while self.current.load().is_under_way(flight) {
            let left = flight.deadline.since(Tick::now());
            if left.is_zero() {
                return;
            }
            running = gate.wait(running, left);
        }
    }

    /// Begins no further fetch, and returns when none runs any more.
    pub(super) fn close(&self) {
        let gate = self.gates.get();
        let mut running = gate.enter();
        self.closed.store(true, Ordering::Relaxed);
        while *running > 0 {
            running = gate.wait(running, Duration::MAX);
        }
    }

    fn take_turn(&self, gate: &Arc<Gate>, running: &mut usize, now: Tick) -> Result<(Flight, Running), Turn> {
        let state = self.current.load();
        match state.turn(now, gate.process) {
            Turn::Now => {}
            other => return Err(other),
        }
        if *running >= RUNNING_MAX || self.closed.load(Ordering::Relaxed) {
            return Err(Turn::NotYet);
        }
        let flight = Flight {
            began: now,
            began_at: SystemTime::now(),
            deadline: now.plus(self.timing.timeout),
            process: gate.process,
        };
        let next = state.begin(flight, self.timing.cooldown + jitter(self.timing.cooldown));
        self.current.put(next);
        Ok((flight, Running::count(gate, running)))
    }

    /// The fetch runs on a thread of its own, so that whoever waits for it can stop waiting.
    fn take_off(self: &Arc<Self>, flight: Flight, running: Running) {
        let refresher = Arc::clone(self);
        let fly = move || {
            // Dropped last: whoever sees that no fetch runs has seen the last use of what it held, too.
            let _running = running;
            let refresher = refresher;
            let known = Guard::into_inner(refresher.current.load());
            let answer = catch_unwind(AssertUnwindSafe(|| refresher.source.fetch(known.entity_tag())));
            let answer = answer.unwrap_or_else(|_| Err(Failure::new("an internal error ended the fetch")));
            refresher.land(&flight, answer);
        };
        if let Err(error) = std::thread::Builder::new().name("cfaccess-keys".to_owned()).spawn(fly) {
            // Not told to the log: this is the thread of a caller, who does not expect to be called back.
            self.settle(&flight, Err(Failure::new(format!("no thread for the fetch: {error}"))));
        }
    }

    fn land(&self, flight: &Flight, answer: Result<Answer, Failure>) {
        let Some((changed, failure)) = self.settle(flight, answer) else { return };
        match failure {
            Some(reason) => self.log(LogLevel::Warning, &reason),
            None => {
                if changed {
                    self.log(LogLevel::Info, "other keys are in force");
                }
                self.keep_copy(flight);
            }
        }
    }

    /// Whether other keys are in force now, and why the fetch failed if it did; nothing if it was outrun.
    fn settle(&self, flight: &Flight, answer: Result<Answer, Failure>) -> Option<(bool, Option<Arc<str>>)> {
        let news = answer.and_then(|answer| self.read(answer));
        let gate = self.gates.get();
        let (changed, failure) = {
            let _alone = gate.enter();
            let state = self.current.load();
            if state.outruns(flight) {
                return None;
            }
            let (next, failure) = self.apply(&state, flight, news);
            let changed = !Arc::ptr_eq(next.set(), state.set());
            self.current.put(next);
            (changed, failure)
        };
        gate.tell_all();
        Some((changed, failure))
    }

    fn read(&self, answer: Answer) -> Result<News, Failure> {
        match answer {
            Answer::NotModified { max_age } => Ok(News::NotModified { max_age }),
            Answer::Document { bytes, entity_tag, max_age } => {
                let set = KeySet::parse(&bytes).map_err(|refusal| Failure::new(refusal.message()))?;
                let document = self.cache_file.as_ref().map(|_| Arc::from(bytes));
                Ok(News::Document { fetched: Fetched { set, entity_tag, document }, max_age })
            }
        }
    }

    /// What follows from an answer, and why it failed if it did.
    fn apply(
        &self,
        state: &State,
        flight: &Flight,
        news: Result<News, Failure>,
    ) -> (State, Option<Arc<str>>) {
        match news {
            Ok(News::Document { fetched, max_age }) => {
                (state.replace(flight, fetched, max_age, &self.timing), None)
            }
            Ok(News::NotModified { max_age }) => (state.not_modified(flight, max_age, &self.timing), None),
            Err(failure) => {
                let reason: Arc<str> = one_line(&failure.reason).into();
                let after = state.fail(flight, &reason, failure.retry_after, Tick::now(), &self.timing);
                (after, Some(reason))
            }
        }
    }

    fn take_copy(&self) {
        match self.cache_file.as_ref().and_then(|file| file.load(self.timing.max_stale)) {
            Some(Ok(copy)) => {
                let confirmed = Tick::now().minus(copy.age);
                self.current.put(State::copied(copy.set, copy.document, confirmed, &self.timing));
                self.log(LogLevel::Info, "the keys of the copy on disk are in force");
            }
            Some(Err(reason)) => self.note(&reason),
            None => {}
        }
    }

    fn keep_copy(&self, flight: &Flight) {
        let state = self.current.load();
        if let (Some(file), Some(document)) = (&self.cache_file, state.document_confirmed_by(flight))
            && let Err(reason) = file.store(document, flight.began_at)
        {
            self.note(&reason);
        }
    }

    /// Tells of trouble with the copy on disk, which no caller hears of otherwise.
    fn note(&self, reason: &str) {
        let reason: Arc<str> = one_line(reason).into();
        {
            let gate = self.gates.get();
            let _alone = gate.enter();
            let noted = self.current.load().with_error(&reason);
            self.current.put(noted);
        }
        self.log(LogLevel::Warning, &reason);
    }

    /// Never called inside the gate: a listener may ask for the status.
    fn log(&self, level: LogLevel, what: &str) {
        if let Some(log) = &self.log {
            (log.0)(level, &one_line(&format!("keys of {}: {what}", self.team.host())));
        }
    }
}

/// What an answer says, once its document is read.
enum News {
    Document { fetched: Fetched, max_age: Option<Duration> },
    NotModified { max_age: Option<Duration> },
}

/// Up to a tenth, other in each worker of one server. A cryptographic generator would take tens of
/// milliseconds for its first number in a process, of a caller who does not wait.
fn jitter(cooldown: Duration) -> Duration {
    let random = RandomState::new().hash_one((std::process::id(), SystemTime::now()));
    cooldown * u32::from(random.to_le_bytes()[0]) / 2_550
}
