//! The revocations of one Access team.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clearance::{Clearance, Hit};
use super::entry::{Action, MARGIN_DEFAULT, Note, RevocationEntry};
use super::open::{Opened, open};
use super::options::RevocationOptions;
use super::polled::{Polled, about};
use super::status::RevocationsStatus;
use super::store::{AuditLine, Order, Query, Receipt, Store, StoreError, StoreReport};
use super::table::Table;
use super::target::{Target, TargetKind};
use super::upkeep::{Standing, Upkeep};
use crate::claims::Payload;
use crate::keys::Patience;
use crate::status::{Refusal, Status};
use crate::team::Team;
use crate::time::{Clock, Reading, Timestamp};

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
    /// None where no other process writes.
    upkeep: Option<Upkeep>,
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

/// What is known of a token that was accepted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It is not revoked.
    Clear,
    Revoked,
    /// It was not when the store was last read, which is too long ago.
    Unsettled,
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
        let opened = open(url, &team, &options)?;
        Revocations::of(opened, team, options)
    }

    pub(super) fn of(opened: Opened, team: Team, options: RevocationOptions) -> Result<Revocations, Refusal> {
        let timing = options.timing()?;
        let Opened { source, store, is_shared } = opened;
        let table = Arc::new(Table::new(is_shared));
        let write_timeout = timing.timeout.max(WRITE_TIMEOUT);
        let upkeep = is_shared.then(|| {
            let (store, table) = (Arc::clone(&store), Arc::clone(&table));
            let polled = Polled::new(team.clone(), store, table, &timing, options.log.clone());
            Upkeep::new(polled, timing, options)
        });
        Ok(Revocations(Arc::new(Inner { team, source, store, table, write_timeout, upkeep })))
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
        self.write(writes.map(|(entry, note)| {
            let terms = entry.terms.with_sufficient_end(entry.made_at);
            (&entry.target, Action::Import(terms), note)
        }))
    }

    /// Entries of the store in the order of kind and value, after `after`: at most `limit`, which is 1 to 10,000.
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

    /// What was written, oldest first, after the line with the id `after`: at most `limit`, which is 1 to 10,000.
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

    /// Looks at how the store itself is set up.
    ///
    /// # Errors
    /// As [`Revocations::list`].
    pub fn examine(&self) -> Result<StoreReport, Refusal> {
        self.0.store.examine(self.0.write_timeout).map_err(|error| self.refuse(&error))
    }

    /// Makes sure that the store has been read before the first token comes: reads it now and waits, unless what is
    /// known is current. It waits for at most the timeout, and longer only while a large store goes on answering.
    ///
    /// # Errors
    /// `REVOCATIONS_UNAVAILABLE` with the reason; later verifications try again.
    pub fn connect(&self) -> Result<(), Refusal> {
        self.0.upkeep.as_ref().map_or(Ok(()), Upkeep::connect)
    }

    /// As [`Revocations::connect`], but never waits.
    ///
    /// # Errors
    /// As [`Revocations::connect`], and `REVOCATIONS_PENDING` while the store is being read.
    pub fn try_connect(&self) -> Result<(), Refusal> {
        self.0.upkeep.as_ref().map_or(Ok(()), Upkeep::try_connect)
    }

    /// Whether the store is being asked, and has not reached the timeout. Never waits.
    pub fn is_reading(&self) -> bool {
        self.0.upkeep.as_ref().is_some_and(Upkeep::is_reading)
    }

    /// Asks no more, and waits for an answer that is on its way, for at most the timeout. What is known counts on, and
    /// is old after `max_stale`. Must not be called from the log function.
    pub fn close(&self) {
        if let Some(upkeep) = &self.0.upkeep {
            upkeep.close();
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
        if let Some(upkeep) = &self.0.upkeep {
            upkeep.report(&mut status);
        }
        status
    }

    pub(crate) fn team(&self) -> &Team {
        &self.0.team
    }

    pub(crate) fn clearance(&self, payload: &Payload<'_>) -> Clearance {
        Clearance::new(&self.0.table, payload)
    }

    /// Refuses a token that was revoked, and others while it cannot be told.
    pub(crate) fn check(
        &self,
        clearance: &Clearance,
        issued_at: Timestamp,
        clock: Clock,
        patience: Patience,
    ) -> Result<(), Refusal> {
        let reading = clock.read();
        // What is known to be revoked is refused however old that knowledge is. The store is asked nevertheless, or a
        // lift would go unnoticed for as long as only refused tokens come.
        if let Err(hit) = self.probe(clearance, issued_at, reading.now) {
            self.refresh_if_old();
            return Err(hit.refusal());
        }
        if self.is_quiet(&reading) {
            return Ok(());
        }
        self.settle(patience)?;
        self.probe(clearance, issued_at, clock.now()).map_err(Hit::refusal)
    }

    /// Judges a token that was accepted before. Once the caller has [settled](Revocations::settle), what is known is
    /// good enough.
    pub(crate) fn judge(
        &self,
        clearance: &Clearance,
        issued_at: Timestamp,
        reading: &Reading,
        is_settled: bool,
    ) -> Finding {
        if clearance.is_of(self.0.table.version()) && self.is_quiet(reading) {
            return Finding::Clear;
        }
        self.judge_after_a_change(clearance, issued_at, reading, is_settled)
    }

    #[cold]
    fn judge_after_a_change(
        &self,
        clearance: &Clearance,
        issued_at: Timestamp,
        reading: &Reading,
        is_settled: bool,
    ) -> Finding {
        if self.probe(clearance, issued_at, reading.now).is_err() {
            return Finding::Revoked;
        }
        let is_settled = is_settled
            || self.is_quiet(reading)
            || self.0.upkeep.as_ref().is_none_or(|upkeep| upkeep.standing() == Standing::Usable);
        if is_settled { Finding::Clear } else { Finding::Unsettled }
    }

    /// Waits for the store where that is due, and refuses if what is known does not count any more.
    pub(crate) fn settle(&self, patience: Patience) -> Result<(), Refusal> {
        self.0.upkeep.as_ref().map_or(Ok(()), |upkeep| upkeep.settle(patience))
    }

    /// Asks the store in the background, if that is due.
    fn refresh_if_old(&self) {
        if let Some(upkeep) = &self.0.upkeep {
            upkeep.standing();
        }
    }

    /// Whether nothing is to be done about the store now.
    fn is_quiet(&self, reading: &Reading) -> bool {
        self.0.upkeep.as_ref().is_none_or(|upkeep| upkeep.is_quiet(reading))
    }

    fn probe(&self, clearance: &Clearance, issued_at: Timestamp, now: Timestamp) -> Result<(), Hit> {
        clearance.probe(&self.0.table.snapshot(), issued_at, now)
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

    fn refuse(&self, error: &StoreError) -> Refusal {
        let message = format!("{}: {}", about(&self.0.team), error.reason());
        let refusal = Refusal::new(Status::RevocationsUnavailable, message);
        match error {
            StoreError::Unavailable(_) => refusal,
            StoreError::Refused(_) => refusal.lasting(),
        }
    }
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
