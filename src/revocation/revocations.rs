//! The revocations of one Access team.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clearance::Clearance;
use super::entry::{Action, MARGIN_DEFAULT, Note, RevocationEntry};
use super::open::{Opened, open};
use super::options::{RevocationOptions, WhenStale};
use super::polled::{Polled, about};
use super::status::RevocationsStatus;
use super::store::{AuditLine, Order, Query, Receipt, Store, StoreError};
use super::table::Table;
use super::target::{Target, TargetKind};
use crate::cache::Judgement;
use crate::claims::Payload;
use crate::keys::Patience;
use crate::refresh::{Current, Help, Refresher, State};
use crate::status::{Refusal, Status};
use crate::team::Team;
use crate::time::{Tick, Timestamp};

/// How long a write may wait for others, at least.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
const LIST_MAX: usize = 10_000;

/// What was revoked for one Access team, shared by any number of verifiers and threads.
///
/// A clone is another handle on the same revocations. Where a store is shared with other processes, what they revoke
/// is in force here within [`RevocationOptions::interval`], also if this process was idle before.
#[derive(Clone)]
pub struct Revocations(Arc<Inner>);

struct Inner {
    team: Team,
    source: &'static str,
    store: Arc<dyn Store>,
    table: Arc<Table>,
    write_timeout: Duration,
    when_stale: WhenStale,
    /// None where no other process writes.
    current: Option<(Arc<Current<()>>, Arc<Refresher<Polled>>)>,
}

/// How a revocation is made; the defaults serve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokeOptions {
    /// Refuses tokens issued up to this time, rather than up to now and the margin. It must not be in the future.
    pub at: Option<Timestamp>,
    /// How much later than now the cut-off is set, in seconds: 0 to 300, default 2.
    pub margin: Option<i64>,
    /// For the audit.
    pub note: Note,
}

/// Whether tokens without a revocation can be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Usable,
    /// Once an answer of the store has come.
    Awaited,
    Unusable,
}

impl Revocations {
    /// Opens the store of a team, which is named as in [`Config::new`](crate::Config::new):
    ///
    /// - `memory:` for the life of this process; the program itself makes the revocations
    /// - `sqlite:PATH` for the processes of one host
    /// - `redis://…`, `rediss://…` and `redis+unix://…` for many hosts (Redis or Valkey)
    ///
    /// Nothing is read yet: the first verification does that, unless [`Revocations::connect`] did.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if the URL, the team or an option is wrong, or the library was built without the feature of
    /// the store.
    pub fn open(url: &str, team: &str, options: RevocationOptions) -> Result<Revocations, Refusal> {
        let team = Team::parse(team)?;
        let timing = options.timing()?;
        let Opened { source, store, is_shared } = open(url, &team, &options)?;
        let table = Arc::new(Table::new());
        let current = is_shared.then(|| {
            let about = about(&team);
            let (store, table) = (Arc::clone(&store), Arc::clone(&table));
            let polled = Polled::new(team.clone(), store, table, timing.timeout, options.log.clone());
            let refresher = Refresher::new(polled, timing, State::pending(()), options.log.clone(), about);
            (refresher.current(), Arc::new(refresher))
        });
        let write_timeout = timing.timeout.max(WRITE_TIMEOUT);
        let when_stale = options.when_stale;
        Ok(Revocations(Arc::new(Inner { team, source, store, table, write_timeout, when_stale, current })))
    }

    /// Ends the sessions of a target: its tokens that were issued up to now and a margin are refused with `REVOKED`.
    /// Of a session all tokens are refused. Revoking again only moves the cut-off to later.
    ///
    /// When this returns, the store has remembered it, and it is in force in this process.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if an option is wrong; `REVOCATIONS_UNAVAILABLE` if the store did not confirm the write, so
    /// that it is not known to be there, or refuses it.
    pub fn revoke(&self, target: &Target, options: &RevokeOptions) -> Result<Receipt, Refusal> {
        let margin = options.margin.unwrap_or(MARGIN_DEFAULT);
        self.write_one(target, Action::Revoke { at: options.at, margin }, &options.note)
    }

    /// Keeps a target out until a time, or for ever: all its tokens are refused with `BLOCKED`. Those issued until now
    /// stay refused after that.
    ///
    /// # Errors
    /// As [`Revocations::revoke`].
    pub fn block(&self, target: &Target, until: Option<Timestamp>, note: &Note) -> Result<Receipt, Refusal> {
        let until = until.unwrap_or(Timestamp::MAX);
        self.write_one(target, Action::Block { until, margin: MARGIN_DEFAULT }, note)
    }

    /// Ends a block; tokens that were issued before it stay refused. Where there is no block, the cut-off is lifted.
    /// Lifting what is not there has no effect.
    ///
    /// # Errors
    /// As [`Revocations::revoke`].
    pub fn lift(&self, target: &Target, note: &Note) -> Result<Receipt, Refusal> {
        self.write_one(target, Action::Lift, note)
    }

    /// Adds entries of another store, or of the program's own, all or none. They only raise what is there.
    ///
    /// # Errors
    /// As [`Revocations::revoke`].
    pub fn import(&self, entries: &[RevocationEntry]) -> Result<Vec<Receipt>, Refusal> {
        let notes: Vec<Note> = entries
            .iter()
            .map(|entry| Note { made_by: entry.made_by.clone(), reason: entry.reason.clone() })
            .collect();
        let writes = entries.iter().zip(&notes);
        self.write(writes.map(|(entry, note)| (&entry.target, Action::Import(entry.terms), note)))
    }

    /// Entries of the store in the order of kind and value, from behind `after`: at most `limit`, which is 1 to 10,000.
    /// Lifted ones and those that fell away are there until they are purged.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, and `REVOCATIONS_UNAVAILABLE` if the store does not answer.
    pub fn list(
        &self,
        kind: Option<TargetKind>,
        after: Option<&Target>,
        limit: usize,
    ) -> Result<Vec<RevocationEntry>, Refusal> {
        check_limit(limit)?;
        let query = Query { kind, after, limit };
        self.0.store.list(&query, self.0.write_timeout).map_err(|error| self.refuse(&error))
    }

    /// What was written, oldest first, from behind the line with the id `after`: at most `limit`, which is 1 to 10,000.
    ///
    /// # Errors
    /// As [`Revocations::list`].
    pub fn audit(&self, after: &str, limit: usize) -> Result<Vec<AuditLine>, Refusal> {
        check_limit(limit)?;
        self.0.store.audit(after, limit, self.0.write_timeout).map_err(|error| self.refuse(&error))
    }

    /// Removes entries from the store that fell away more than an hour ago, and says how many. Writes do that by and
    /// by.
    ///
    /// # Errors
    /// As [`Revocations::list`].
    pub fn purge(&self) -> Result<u64, Refusal> {
        self.0.store.purge(Timestamp::now(), self.0.write_timeout).map_err(|error| self.refuse(&error))
    }

    /// Makes sure that the store has been read before the first token comes: reads it now and waits, for at most the
    /// timeout, unless what is known is current.
    ///
    /// # Errors
    /// `REVOCATIONS_UNAVAILABLE` with the reason; later verifications try again.
    pub fn connect(&self) -> Result<(), Refusal> {
        let Some(refresher) = self.0.refresher() else { return Ok(()) };
        if self.0.is_quiet() && !refresher.state(Tick::now()).has_failed() {
            return Ok(());
        }
        if let Help::InProgress(attempt) = refresher.help() {
            refresher.wait(&attempt);
        }
        let now = Tick::now();
        let state = refresher.state(now);
        if state.is_in_force(now) && !state.has_failed() { Ok(()) } else { Err(self.unavailable()) }
    }

    /// As [`Revocations::connect`], but never waits.
    ///
    /// # Errors
    /// As [`Revocations::connect`], and `REVOCATIONS_PENDING` while the store is being read.
    pub fn try_connect(&self) -> Result<(), Refusal> {
        let Some(refresher) = self.0.refresher() else { return Ok(()) };
        let now = Tick::now();
        let state = refresher.state(now);
        if state.is_in_force(now) && !state.has_failed() && !state.is_awaited(now) {
            return Ok(());
        }
        match refresher.help() {
            Help::InProgress(_) => Err(pending()),
            Help::None => Err(self.unavailable()),
        }
    }

    /// Whether the store is being asked, and has not reached the timeout. Never waits.
    pub fn is_reading(&self) -> bool {
        self.0.refresher().is_some_and(|refresher| refresher.is_fetching())
    }

    /// Asks no more, and waits for an answer that is on its way, for at most the timeout. What is known counts on, and
    /// is old after `max_stale`. Must not be called from the log function.
    pub fn close(&self) {
        if let Some(refresher) = self.0.refresher() {
            refresher.close();
        }
    }

    /// What is known now.
    pub fn status(&self) -> RevocationsStatus {
        let snapshot = self.0.table.snapshot();
        let mut status = RevocationsStatus {
            source: self.0.source,
            entries: snapshot.entries(),
            version: snapshot.version,
            age: None,
            last_error: None,
            refreshes: 0,
            failures: 0,
            skipped: 0,
            losses: 0,
        };
        if let Some(refresher) = self.0.refresher() {
            let now = Tick::now();
            let state = refresher.state(now);
            let counts = state.counts();
            status.age = state.age(now);
            status.last_error = state.last_error().map(Cow::into_owned);
            status.refreshes = counts.fetches;
            status.failures = counts.failures;
            status.skipped = refresher.source.skipped.load(Ordering::Relaxed);
            status.losses = refresher.source.losses.load(Ordering::Relaxed);
        }
        status
    }

    pub(crate) fn team(&self) -> &Team {
        &self.0.team
    }

    pub(crate) fn clearance(&self, payload: &Payload<'_>) -> Clearance {
        Clearance::new(&self.0.table, payload)
    }

    /// Waits for the store if what is known is too old. Whether something may have changed by that.
    pub(crate) fn refresh_for(&self, patience: Patience) -> bool {
        if self.0.is_quiet() || self.0.standing() != Standing::Awaited {
            return false;
        }
        self.settle(patience).is_ok()
    }

    /// Refuses a token that was revoked, and others while it cannot be told.
    pub(crate) fn check(
        &self,
        clearance: &Clearance,
        issued_at: Timestamp,
        now: Timestamp,
        patience: Patience,
    ) -> Result<(), Refusal> {
        // What is known to be revoked is refused however old that knowledge is.
        self.probe(clearance, issued_at, now)?;
        if self.0.is_quiet() {
            return Ok(());
        }
        if self.settle(patience)? {
            self.probe(clearance, issued_at, now)?;
        }
        Ok(())
    }

    /// Judges a token that was accepted before.
    pub(crate) fn judge(&self, clearance: &Clearance, issued_at: Timestamp, now: Timestamp) -> Judgement {
        if clearance.is_of(self.0.table.version()) && self.0.is_quiet() {
            return Judgement::Good;
        }
        self.judge_after_a_change(clearance, issued_at, now)
    }

    #[cold]
    fn judge_after_a_change(&self, clearance: &Clearance, issued_at: Timestamp, now: Timestamp) -> Judgement {
        if self.probe(clearance, issued_at, now).is_err() {
            return Judgement::Over;
        }
        match self.0.standing() {
            Standing::Usable => Judgement::Good,
            Standing::Awaited | Standing::Unusable => Judgement::NotNow,
        }
    }

    fn probe(&self, clearance: &Clearance, issued_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        clearance.probe(&self.0.table.snapshot(), issued_at, now).map_err(|hit| hit.refusal())
    }

    /// Waits for the store where that is due and patience allows. Whether it was waited for.
    fn settle(&self, patience: Patience) -> Result<bool, Refusal> {
        let Some(refresher) = self.0.refresher() else { return Ok(false) };
        let mut has_waited = false;
        if self.0.standing() == Standing::Awaited
            && let Help::InProgress(attempt) = refresher.help()
        {
            if patience == Patience::None {
                return Err(pending());
            }
            refresher.wait(&attempt);
            has_waited = true;
        }
        // An answer that did not come in time holds up nobody else.
        if self.0.is_usable() { Ok(has_waited) } else { Err(self.unavailable()) }
    }

    fn write_one(&self, target: &Target, action: Action, note: &Note) -> Result<Receipt, Refusal> {
        let receipt = self.write([(target, action, note)].into_iter())?.pop();
        receipt.ok_or_else(|| Refusal::new(Status::Internal, "the store gave no receipt"))
    }

    fn write<'a>(
        &self,
        writes: impl Iterator<Item = (&'a Target, Action, &'a Note)>,
    ) -> Result<Vec<Receipt>, Refusal> {
        let now = Timestamp::now();
        let orders = writes
            .map(|(target, action, note)| {
                action.check(now)?;
                note.check()?;
                Ok(Order { target, action, writer_clock: now, note })
            })
            .collect::<Result<Vec<_>, Refusal>>()?;
        let receipts =
            self.0.store.write(&orders, self.0.write_timeout).map_err(|error| self.refuse(&error))?;
        self.0.table.apply_own(&receipts, now);
        Ok(receipts)
    }

    fn unavailable(&self) -> Refusal {
        let error = self
            .0
            .refresher()
            .and_then(|refresher| refresher.state(Tick::now()).last_error().map(Cow::into_owned));
        let why = error.map(|error| format!(": {error}")).unwrap_or_default();
        let message = format!("nothing current is known of the revocations of {}{why}", self.0.team.host());
        Refusal::new(Status::RevocationsUnavailable, message)
    }

    fn refuse(&self, error: &StoreError) -> Refusal {
        let message = format!("{}: {}", about(&self.0.team), error.reason());
        Refusal::new(Status::RevocationsUnavailable, message)
    }
}

impl Inner {
    fn refresher(&self) -> Option<&Arc<Refresher<Polled>>> {
        self.current.as_ref().map(|(_, refresher)| refresher)
    }

    /// Whether nothing is to be done about the store now.
    fn is_quiet(&self) -> bool {
        self.current.as_ref().is_none_or(|(current, _)| current.is_unchanged_since(0))
    }

    /// Begins a refresh once what is known is old, for which nobody waits yet.
    fn standing(&self) -> Standing {
        let Some((current, refresher)) = &self.current else { return Standing::Usable };
        let now = Tick::now();
        let state = current.load();
        if state.is_old(now) {
            refresher.refresh(now);
        }
        if state.is_awaited(now) {
            Standing::Awaited
        } else if self.is_usable() {
            Standing::Usable
        } else {
            Standing::Unusable
        }
    }

    fn is_usable(&self) -> bool {
        let is_in_force = |current: &Current<()>| current.load().is_in_force(Tick::now());
        self.when_stale == WhenStale::Continue
            || self.current.as_ref().is_none_or(|(current, _)| is_in_force(current))
    }
}

fn pending() -> Refusal {
    Refusal::new(Status::RevocationsPending, "the revocations are being read")
}

fn check_limit(limit: usize) -> Result<(), Refusal> {
    if (1..=LIST_MAX).contains(&limit) {
        return Ok(());
    }
    let message = format!("limit is {limit}; expected 1 to {LIST_MAX}");
    Err(Refusal::new(Status::InvalidArgument, message))
}

/// Without the URL of the store, which may hold a password.
impl fmt::Debug for Revocations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { team, source, .. } = &*self.0;
        write!(formatter, "Revocations({source} of {})", team.host())
    }
}
