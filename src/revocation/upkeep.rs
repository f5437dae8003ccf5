//! Keeps what is known of a shared store current: when callers wait for it, and when it counts no more.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::options::{RevocationOptions, WhenStale};
use super::polled::{Polled, about};
use super::status::RevocationsStatus;
use crate::keys::Patience;
use crate::refresh::{Current, Help, Refresher, State, Timing};
use crate::status::{Refusal, Status};
use crate::time::{Clock, Reading, Tick};

pub(super) struct Upkeep {
    /// That of the refresher, at hand.
    current: Arc<Current<()>>,
    refresher: Arc<Refresher<Polled>>,
    when_stale: WhenStale,
}

/// Whether tokens without a revocation can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Usable,
    /// Once an answer of the store has come.
    Awaited,
    Unusable,
}

impl Upkeep {
    pub(super) fn new(polled: Polled, timing: Timing, options: RevocationOptions) -> Upkeep {
        let about = about(&polled.team);
        let refresher = Refresher::new(polled, timing, State::pending(()), options.log, about);
        Upkeep {
            current: refresher.current(),
            refresher: Arc::new(refresher),
            when_stale: options.when_stale,
        }
    }

    /// Whether nothing is to be done about the store now.
    pub(super) fn is_quiet(&self, reading: &Reading) -> bool {
        self.current.is_unchanged_since(0, reading)
    }

    /// Begins a refresh once what is known is old, for which nobody waits yet.
    pub(super) fn standing(&self) -> Standing {
        let now = Tick::now();
        let state = self.current.load();
        if state.is_old(now) {
            self.refresher.refresh(now);
        }
        match (state.is_awaited(now), self.is_usable()) {
            (true, _) => Standing::Awaited,
            (false, true) => Standing::Usable,
            (false, false) => Standing::Unusable,
        }
    }

    /// Waits for the store where that is due, and refuses if what is known does not count any more.
    pub(super) fn settle(&self, patience: Patience) -> Result<(), Refusal> {
        let begin = Tick::now();
        let end = begin.plus(self.refresher.timing.timeout);
        while self.standing() == Standing::Awaited
            && let Help::InProgress(attempt) = self.refresher.help()
        {
            if patience == Patience::None {
                return Err(self.pending());
            }
            self.refresher.wait_until(&attempt, end);
            // One that had begun before may bring less than was known then.
            if attempt.has_begun_since(begin) || Tick::now().is_past(end) {
                break;
            }
        }
        // An answer that did not come in time holds up nobody else.
        if self.is_usable() { Ok(()) } else { Err(self.unavailable()) }
    }

    pub(super) fn connect(&self) -> Result<(), Refusal> {
        if self.is_quiet(&Clock::System.read()) && self.is_current() {
            return Ok(());
        }
        if let Help::InProgress(mut attempt) = self.refresher.help() {
            self.refresher.wait(&attempt);
            while let Some(prolonged) = self.refresher.prolonged(&attempt) {
                attempt = prolonged;
                self.refresher.wait(&attempt);
            }
        }
        if self.is_current() { Ok(()) } else { Err(self.unavailable()) }
    }

    /// As [`Upkeep::connect`], but never waits.
    pub(super) fn try_connect(&self) -> Result<(), Refusal> {
        if self.is_current() && self.standing() == Standing::Usable {
            return Ok(());
        }
        match self.refresher.help() {
            Help::InProgress(_) => Err(self.pending()),
            Help::None if self.is_current() => Ok(()),
            Help::None => Err(self.unavailable()),
        }
    }

    pub(super) fn is_reading(&self) -> bool {
        self.refresher.is_fetching()
    }

    pub(super) fn close(&self) {
        self.refresher.close();
    }

    pub(super) fn report(&self, status: &mut RevocationsStatus) {
        let now = Tick::now();
        let state = self.refresher.state(now);
        let counts = state.counts();
        status.age = state.age(now);
        status.last_error = state.last_error().map(Cow::into_owned);
        status.refreshes = counts.fetches;
        status.failures = counts.failures;
        status.skipped = self.refresher.source.skipped.load(Ordering::Relaxed);
        status.losses = self.refresher.source.losses.load(Ordering::Relaxed);
    }

    /// Whether the store answered last time, and not too long ago.
    fn is_current(&self) -> bool {
        let now = Tick::now();
        let state = self.refresher.state(now);
        state.is_in_force(now) && !state.has_failed()
    }

    fn is_usable(&self) -> bool {
        self.when_stale == WhenStale::Continue || self.current.load().is_in_force(Tick::now())
    }

    fn pending(&self) -> Refusal {
        let message = format!("{} are being read", about(&self.refresher.source.team));
        Refusal::new(Status::RevocationsPending, message)
    }

    fn unavailable(&self) -> Refusal {
        let state = self.refresher.state(Tick::now());
        let why = state.last_error().map(|error| format!(": {error}")).unwrap_or_default();
        let about = about(&self.refresher.source.team);
        Refusal::new(Status::RevocationsUnavailable, format!("nothing current is known of the {about}{why}"))
    }
}
