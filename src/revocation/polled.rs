//! Reads from a store what has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::store::{Change, Position, Store, StoreError};
use super::table::Table;
use crate::refresh::{Answer, Attempt, Failure, LogFunction, LogLevel, Source};
use crate::status::one_line;
use crate::team::Team;
use crate::time::Timestamp;

/// More are an error, never a part of them.
const ENTRIES_MAX: u64 = 2_000_000;
/// After so many questions everything is read again, in case the store has lost something unnoticed: every ten minutes
/// of a busy process at the default interval.
const QUESTIONS_PER_LOAD: u64 = 600;
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_LAST: Duration = Duration::from_secs(5);

/// Keeps a table current. Its value is the table, which changes inside, so there is only ever one.
pub(super) struct Polled {
    pub(super) team: Team,
    pub(super) store: Arc<dyn Store>,
    pub(super) table: Arc<Table>,
    timeout: Duration,
    log: Option<LogFunction>,
    questions: AtomicU64,
    failures: AtomicU32,
    pub(super) losses: AtomicU64,
    pub(super) skipped: AtomicU64,
}

impl Polled {
    pub(super) fn new(
        team: Team,
        store: Arc<dyn Store>,
        table: Arc<Table>,
        timeout: Duration,
        log: Option<LogFunction>,
    ) -> Polled {
        Polled {
            team,
            store,
            table,
            timeout,
            log,
            questions: AtomicU64::new(0),
            failures: AtomicU32::new(0),
            losses: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        }
    }

    /// Reads what has changed, if anything has.
    fn read(&self) -> Result<Answer<()>, StoreError> {
        let position = self.store.position(self.timeout)?;
        let seen = self.table.position();
        if position.counted > ENTRIES_MAX {
            let reason =
                format!("the store has {} entries; at most {ENTRIES_MAX} are supported", position.counted);
            return Err(StoreError::Refused(reason));
        }
        let loss = loss(seen.as_ref(), &position);
        if let Some(loss) = loss {
            self.losses.fetch_add(1, Ordering::Relaxed);
            self.report(&format!("the store has lost entries ({loss}); this process keeps what it knows"));
        }
        let from = match &seen {
            Some(seen)
                if loss.is_none()
                    && seen.connection == position.connection
                    && !self.must_read_everything() =>
            {
                if seen.version == position.version {
                    return Ok(Answer::NotModified { max_age: None });
                }
                seen.version
            }
            _ => 0,
        };
        let (changes, skipped) = self.changes_after(from)?;
        if from == 0 {
            self.questions.store(0, Ordering::Relaxed);
            self.note_skipped(skipped);
        } else if skipped > 0 {
            self.note_skipped(self.skipped.load(Ordering::Relaxed) + skipped);
        }
        // What came after the position was read is read again, which does no harm.
        self.table.apply(&changes, position, Timestamp::now());
        Ok(Answer::Value { value: (), max_age: None })
    }

    fn changes_after(&self, from: u64) -> Result<(Vec<Change>, u64), StoreError> {
        let mut changes = Vec::new();
        let mut skipped = 0;
        let mut next = Some(from);
        while let Some(version) = next {
            let page = self.store.changes_after(version, self.timeout)?;
            changes.extend(page.changes);
            skipped += page.skipped;
            // A page that does not go on would be read for ever.
            next = page.up_to.filter(|up_to| *up_to > version);
            if changes.len() as u64 > 2 * ENTRIES_MAX {
                return Err(StoreError::Refused("the store changes faster than it can be read".to_owned()));
            }
        }
        Ok((changes, skipped))
    }

    fn must_read_everything(&self) -> bool {
        self.questions.fetch_add(1, Ordering::Relaxed) >= QUESTIONS_PER_LOAD
    }

    fn note_skipped(&self, skipped: u64) {
        if self.skipped.swap(skipped, Ordering::Relaxed) < skipped {
            self.report(&format!("{skipped} entries of the store cannot be read and are not used"));
        }
    }

    fn report(&self, what: &str) {
        if let Some(log) = &self.log {
            log.call(LogLevel::Warning, &one_line(&format!("{}: {what}", about(&self.team))));
        }
    }

    fn retry_after(&self, error: &StoreError) -> Duration {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        match error {
            StoreError::Refused(_) => RETRY_LAST,
            StoreError::Unavailable(_) => {
                RETRY_FIRST.saturating_mul(2_u32.saturating_pow(failures)).min(RETRY_LAST)
            }
        }
    }
}

/// What lines of the log begin with.
pub(super) fn about(team: &Team) -> String {
    format!("revocations of {}", team.host())
}

/// How it shows that the store has lost something since it was read.
fn loss(seen: Option<&Position>, now: &Position) -> Option<&'static str> {
    let missing = |position: &Position| i128::from(position.entries) - i128::from(position.counted);
    match seen {
        Some(seen) if seen.epoch != now.epoch => Some("it is another store"),
        Some(seen) if seen.version > now.version => Some("its latest write is gone"),
        seen if missing(now) != seen.map_or(0, missing) => Some("its count of entries is wrong"),
        _ => None,
    }
}

impl Source for Polled {
    type Value = ();

    const THREAD: &'static str = "cfaccess-revoc";
    const CHANGED: Option<&'static str> = None;
    const RECOVERED: Option<&'static str> = Some("the store answers again");

    /// Every call of a store ends by itself.
    fn may_overlap(&self) -> bool {
        false
    }

    fn prepare(&self) {}

    fn fetch(&self, _current: &(), _attempt: &Attempt) -> Result<Answer<()>, Failure> {
        match self.read() {
            Ok(answer) => {
                self.failures.store(0, Ordering::Relaxed);
                Ok(answer)
            }
            Err(error) => {
                let retry_after = Some(self.retry_after(&error));
                Err(Failure { retry_after, ..Failure::new(error.reason()) })
            }
        }
    }

    fn merge(&self, (): (), (): &()) -> ((), bool) {
        ((), false)
    }

    fn store(&self, (): &(), _attempt: &Attempt) -> Result<(), String> {
        Ok(())
    }
}
