//! Reads from a store what has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::edit::Edit;
use super::entry::Terms;
use super::review::Review;
use super::store::{Position, Store, StoreError};
use super::table::{Changes, Table};
use crate::refresh::{Answer, Attempt, Failure, LogFunction, LogLevel, Source, Timing, jitter};
use crate::status::one_line;
use crate::team::Team;
use crate::time::Timestamp;

/// More are an error, never a part of them.
const ENTRIES_MAX: u64 = 2_000_000;
/// How far back a new connection is read, in microseconds: versions are times, and the clock of another server may be
/// behind.
const OVERLAP: u64 = 600_000_000;
const RETRY_FIRST: Duration = Duration::from_millis(500);
/// After a failure that ends by itself. It is no longer than the interval, so that a store that is back is noticed
/// within one.
const RETRY_LAST: Duration = Duration::from_secs(5);
/// After one that somebody has to end.
const RETRY_REFUSED: Duration = Duration::from_secs(5);
const NOT_USED: &str = "are not used";
const REVOKED: &str = "count as revoked";

/// Keeps a table current. Its value is the table, which changes inside, so there is only ever one.
pub(super) struct Polled {
    pub(super) team: Team,
    pub(super) store: Arc<dyn Store>,
    pub(super) table: Arc<Table>,
    interval: Duration,
    timeout: Duration,
    log: Option<LogFunction>,
    review: Review,
    failures: AtomicU32,
    unreadable: AtomicU64,
    pub(super) losses: AtomicU64,
    pub(super) skipped: AtomicU64,
}

/// Entries that were read.
#[derive(Default)]
struct Read {
    edits: Vec<Edit>,
    skipped: u64,
    /// Those that count as always revoked, since their terms could not be read.
    unreadable: u64,
}

impl Polled {
    pub(super) fn new(
        team: Team,
        store: Arc<dyn Store>,
        table: Arc<Table>,
        timing: &Timing,
        log: Option<LogFunction>,
    ) -> Polled {
        Polled {
            team,
            store,
            table,
            interval: timing.wait_after,
            timeout: timing.timeout,
            log,
            review: Review::new(),
            failures: AtomicU32::new(0),
            unreadable: AtomicU64::new(0),
            losses: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        }
    }

    /// Reads what has changed, if anything has.
    fn read(&self, go_on: &dyn Fn()) -> Result<Answer<()>, StoreError> {
        let position = self.store.position(self.timeout)?;
        if position.counted > ENTRIES_MAX {
            let reason =
                format!("the store has {} entries; at most {ENTRIES_MAX} are supported", position.counted);
            return Err(StoreError::Refused(reason));
        }
        let seen = self.table.position();
        match (loss(seen.as_ref(), &position), seen) {
            (None, Some(seen)) => self.follow(&seen, position, go_on),
            (loss, _) => {
                self.load(position, loss.is_some(), go_on)?;
                if let Some(loss) = loss {
                    self.losses.fetch_add(1, Ordering::Relaxed);
                    self.report(&format!(
                        "the store has lost entries ({loss}); this process keeps what it knows"
                    ));
                }
                Ok(Answer::Value { value: (), max_age: None })
            }
        }
    }

    /// Everything.
    fn load(&self, position: Position, has_lost: bool, go_on: &dyn Fn()) -> Result<(), StoreError> {
        let mut read = Read::default();
        read.edits.reserve(usize::try_from(position.counted).unwrap_or(0));
        let mut next = Some(0);
        while let Some(version) = next {
            // Its position may be lost as well, so there is no other end.
            next = self.read_page(version, u64::MAX, &mut read)?;
            go_on();
        }
        self.note(&self.skipped, read.skipped, NOT_USED);
        self.note(&self.unreadable, read.unreadable, REVOKED);
        self.table.apply(Changes { edits: read.edits, position, has_lost }, Timestamp::now());
        self.review.end();
        Ok(())
    }

    /// What was written since, and a part of the rest, in case it has changed unnoticed.
    fn follow(
        &self,
        seen: &Position,
        position: Position,
        go_on: &dyn Fn(),
    ) -> Result<Answer<()>, StoreError> {
        let is_reconnected = seen.connection != position.connection;
        if is_reconnected {
            self.review.begin();
        }
        let review = self.review.next();
        if seen.version == position.version && review.is_none() {
            return Ok(Answer::NotModified { max_age: None });
        }
        let mut read = Read::default();
        let from = if is_reconnected { seen.version.saturating_sub(OVERLAP) } else { seen.version };
        let mut next = (from < position.version).then_some(from);
        while let Some(version) = next {
            next = self.read_page(version, position.version, &mut read)?;
            go_on();
        }
        let (skipped, unreadable) = (read.skipped, read.unreadable);

        // It must not keep the rest waiting.
        let end = Instant::now() + self.timeout / 4;
        let mut reviewed = review;
        while let Some(version) = reviewed {
            reviewed = self.read_page(version, position.version, &mut read)?;
            go_on();
            if Instant::now() >= end {
                break;
            }
        }
        if !is_reconnected {
            let and_before = |count: &AtomicU64, more| count.load(Ordering::Relaxed).saturating_add(more);
            self.note(&self.skipped, and_before(&self.skipped, skipped), NOT_USED);
            self.note(&self.unreadable, and_before(&self.unreadable, unreadable), REVOKED);
        }
        self.table.apply(Changes { edits: read.edits, position, has_lost: false }, Timestamp::now());
        if review.is_some() {
            self.review.go_on_at(reviewed);
        }
        Ok(Answer::Value { value: (), max_age: None })
    }

    /// Reads the next page, and says where to go on, if not all has been read up to `last`. What came after that is
    /// read again next time.
    fn read_page(&self, after: u64, last: u64, read: &mut Read) -> Result<Option<u64>, StoreError> {
        let page = self.store.changes_after(after, self.timeout)?;
        read.unreadable += page.changes.iter().filter(|change| change.terms == Terms::ALWAYS).count() as u64;
        read.skipped += page.skipped;
        read.edits.extend(page.changes.iter().map(|change| self.table.edit(change)));
        if read.edits.len() as u64 > 2 * ENTRIES_MAX {
            return Err(StoreError::Refused("the store changes faster than it can be read".to_owned()));
        }
        match page.up_to {
            Some(up_to) if up_to <= after => {
                Err(StoreError::Refused("the store does not go on: it repeats its changes".to_owned()))
            }
            up_to => Ok(up_to.filter(|up_to| *up_to < last)),
        }
    }

    /// Takes a count over, and tells if it has grown.
    fn note(&self, count: &AtomicU64, now: u64, what: &str) {
        if count.swap(now, Ordering::Relaxed) < now {
            self.report(&format!("{now} entries of the store cannot be read and {what}"));
        }
    }

    fn report(&self, what: &str) {
        if let Some(log) = &self.log {
            log.call(LogLevel::Warning, &one_line(&format!("{}: {what}", about(&self.team))));
        }
    }

    fn retry_after(&self, error: &StoreError) -> Duration {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed);
        let pause = match error {
            StoreError::Refused(_) => RETRY_REFUSED,
            StoreError::Unavailable(_) => {
                let last = self.interval.clamp(RETRY_FIRST, RETRY_LAST);
                RETRY_FIRST.saturating_mul(2_u32.saturating_pow(failures)).min(last)
            }
        };
        pause + jitter(pause)
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
        Some(seen) if seen.version == 0 && seen.epoch.is_empty() => None,
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

    fn fetch(&self, _current: &(), _attempt: &Attempt, go_on: &dyn Fn()) -> Result<Answer<()>, Failure> {
        match self.read(go_on) {
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
