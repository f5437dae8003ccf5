//! The store: which operation is tried how, and for how long.

use std::thread;
use std::time::{Duration, Instant};

use super::super::entry::RevocationEntry;
use super::super::store::{AuditLine, Order, Page, Position, Query, Receipt, Store, StoreError};
use super::fault::Fault;
use super::location::Location;
use super::place::Place;
use super::session::Session;
use super::{read, session, write};
use crate::ffi::system;
use crate::team::Team;
use crate::time::Timestamp;

/// How long other processes may hold up a reader, and a writer.
const READ: Patience = Patience { limit: Duration::from_millis(500), pause: Duration::from_micros(500) };
const WRITE: Patience = Patience { limit: Duration::from_secs(2), pause: Duration::from_millis(2) };
const FIRST_PAUSE: Duration = Duration::from_micros(250);
/// The least time that a commit waits for readers.
const COMMIT_PATIENCE: Duration = Duration::from_millis(100);
/// After a write, so that a process that writes again and again does not keep out all others.
const PAUSE_AFTER_WRITE: Duration = Duration::from_millis(1);
/// How many entries one transaction purges.
const PURGE_BATCH: u64 = 1_000;

/// How to wait for other processes.
struct Patience {
    limit: Duration,
    /// The longest time between attempts: writers that follow upon each other leave only short gaps.
    pause: Duration,
}

/// Opens the file anew for each operation, while this process does not fork: a connection, and the locks of the process
/// behind it, must not reach a child.
pub(in crate::revocation) struct Sqlite {
    location: Location,
    team: String,
}

impl Sqlite {
    pub(in crate::revocation) fn new(location: Location, team: &Team) -> Sqlite {
        Sqlite { location, team: team.host().to_owned() }
    }

    fn read<T>(
        &self,
        timeout: Duration,
        body: impl Fn(&Session, &Place) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        self.try_for(&READ, timeout, |_| {
            let place = Place::find(&self.location)?;
            let opened = match Session::to_read(&place.path) {
                Err(Fault::Empty) => {
                    Session::to_write(&self.location, &place.path)?.commit(COMMIT_PATIENCE)?;
                    Session::to_read(&place.path)
                }
                Err(Fault::Interrupted) => {
                    session::roll_back(&place.path)?;
                    Session::to_read(&place.path)
                }
                opened => opened,
            };
            body(&opened?, &place)
        })
    }

    fn write<T>(
        &self,
        timeout: Duration,
        body: impl Fn(&Session) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let done = self.try_for(&WRITE, timeout, |left| {
            let place = Place::find(&self.location)?;
            let session = Session::to_write(&self.location, &place.path)?;
            let done = body(&session)?;
            session.commit(left.max(COMMIT_PATIENCE))?;
            Ok(done)
        })?;
        thread::sleep(PAUSE_AFTER_WRITE);
        Ok(done)
    }

    /// Tries until no other process is in the way. Between attempts this process may fork.
    fn try_for<T>(
        &self,
        patience: &Patience,
        timeout: Duration,
        attempt: impl Fn(Duration) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let begin = Instant::now();
        let limit = patience.limit.min(timeout);
        let mut pause = FIRST_PAUSE;
        loop {
            let left = limit.saturating_sub(begin.elapsed());
            match system::without_fork_or_exit(|| attempt(left)) {
                Err(Fault::Busy) if !left.is_zero() => thread::sleep(pause.min(left)),
                done => return done.map_err(|fault| fault.of(&self.location.path)),
            }
            pause = (pause * 2).min(patience.pause);
        }
    }
}

impl Store for Sqlite {
    fn position(&self, timeout: Duration) -> Result<Position, StoreError> {
        self.read(timeout, |session, place| {
            let epoch = session.epoch.clone();
            let read::Account { version, entries, .. } = read::account(&session.connection, &self.team)?;
            // A file loses no single entries, so they are not counted.
            Ok(Position { epoch, version, entries, counted: entries, connection: place.identity })
        })
    }

    fn changes_after(&self, version: u64, timeout: Duration) -> Result<Page, StoreError> {
        self.read(timeout, |session, _| read::changes_after(&session.connection, &self.team, version))
    }

    fn write(&self, orders: &[Order<'_>], timeout: Duration) -> Result<Vec<Receipt>, StoreError> {
        let clock = Timestamp::now();
        self.write(timeout, |session| write::write(&session.connection, &self.team, orders, clock))
    }

    fn list(&self, query: &Query<'_>, timeout: Duration) -> Result<Vec<RevocationEntry>, StoreError> {
        self.read(timeout, |session, _| read::list(&session.connection, &self.team, query))
    }

    fn audit(&self, after: &str, limit: usize, timeout: Duration) -> Result<Vec<AuditLine>, StoreError> {
        let after = after.parse().unwrap_or(0);
        self.read(timeout, |session, _| read::audit(&session.connection, &self.team, after, limit))
    }

    fn purge(&self, now: Timestamp, timeout: Duration) -> Result<u64, StoreError> {
        let mut purged = 0;
        loop {
            let batch = self
                .write(timeout, |session| write::purge(&session.connection, &self.team, now, PURGE_BATCH))?;
            purged += batch;
            if batch < PURGE_BATCH {
                return Ok(purged);
            }
        }
    }
}
