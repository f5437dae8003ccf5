//! What a verifier has done so far. Each thread counts for itself.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use once_cell::race::OnceBox;
use serde_json::{Value, json};

use crate::cache::Occupancy;
use crate::status::{Refusal, Status};
use crate::thread_number::{self, NUMBERS};

/// What a [`Verifier`](crate::Verifier) has done since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Tokens accepted after a whole verification.
    pub verified: u64,
    /// Tokens accepted because they had been verified before and are still valid.
    pub hits: u64,
    /// Tokens and requests refused, by status; those that occurred, in the order of their numbers.
    pub refusals: Vec<(Status, u64)>,
    /// Verified tokens that left the cache to make room for others.
    pub evictions: u64,
    /// Verified tokens that are in the cache now.
    pub entries: usize,
    /// The memory that they take, in bytes.
    pub bytes: usize,
    /// What [`Verifier::warnings`](crate::Verifier::warnings) says.
    pub warnings: Vec<String>,
}

/// How a token was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acceptance {
    /// After a whole verification.
    Verified,
    CacheHit,
}

/// How many threads share a group, which is allocated when the first of them counts something.
const GROUP: usize = 32;

pub(crate) struct Counters {
    /// By the number of the thread: each is written by one thread and read by all.
    of_threads: [OnceBox<[OnceBox<Counts>; GROUP]>; NUMBERS / GROUP],
    /// Of the threads without a number.
    of_others: Counts,
}

/// The alignment keeps threads out of each other's cache lines.
#[repr(align(128))]
struct Counts {
    verified: AtomicU64,
    hits: AtomicU64,
    refusals: [AtomicU64; Status::COUNT],
}

/// By hand, since the standard library has it for arrays of at most 32 elements only.
impl Default for Counts {
    fn default() -> Counts {
        Counts {
            verified: AtomicU64::default(),
            hits: AtomicU64::default(),
            refusals: [const { AtomicU64::new(0) }; Status::COUNT],
        }
    }
}

impl Counters {
    pub(crate) fn new() -> Counters {
        Counters { of_threads: [const { OnceBox::new() }; NUMBERS / GROUP], of_others: Counts::default() }
    }

    pub(crate) fn accepted(&self, acceptance: Acceptance) {
        self.add_one(|counts| match acceptance {
            Acceptance::Verified => Some(&counts.verified),
            Acceptance::CacheHit => Some(&counts.hits),
        });
    }

    pub(crate) fn refused(&self, refusal: &Refusal) {
        let index = Status::all().position(|status| status == refusal.status());
        self.add_one(|counts| counts.refusals.get(index?));
    }

    pub(crate) fn add_up(&self, occupancy: Occupancy, warnings: &[String]) -> Stats {
        let sum = |count: &dyn Fn(&Counts) -> u64| self.all().map(count).sum();
        let refusals = Status::all().enumerate().map(|(index, status)| {
            let count = sum(&|counts| counts.refusals.get(index).map_or(0, |count| count.load(Relaxed)));
            (status, count)
        });
        Stats {
            verified: sum(&|counts| counts.verified.load(Relaxed)),
            hits: sum(&|counts| counts.hits.load(Relaxed)),
            refusals: refusals.filter(|(_, count)| *count > 0).collect(),
            evictions: occupancy.evictions,
            entries: occupancy.entries,
            bytes: occupancy.bytes,
            warnings: warnings.to_vec(),
        }
    }

    fn add_one(&self, which: impl Fn(&Counts) -> Option<&AtomicU64>) {
        match thread_number::of_this_thread().and_then(|number| self.of_thread(number)) {
            // Nobody else writes there, so nothing is lost between reading and writing.
            Some(mine) => {
                if let Some(count) = which(mine) {
                    count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
                }
            }
            None => {
                if let Some(count) = which(&self.of_others) {
                    count.fetch_add(1, Relaxed);
                }
            }
        }
    }

    fn of_thread(&self, number: usize) -> Option<&Counts> {
        let group = self.of_threads.get(number / GROUP)?;
        let group = group.get_or_init(|| Box::new([const { OnceBox::new() }; GROUP]));
        Some(group.get(number % GROUP)?.get_or_init(Box::default))
    }

    fn all(&self) -> impl Iterator<Item = &Counts> {
        let of_threads = self.of_threads.iter().filter_map(OnceBox::get).flatten().filter_map(OnceBox::get);
        of_threads.chain([&self.of_others])
    }
}

impl Stats {
    /// The stats as a JSON object with a member for each field; `refusals` is an object of counts by the
    /// name of the status.
    pub fn to_json(&self) -> String {
        let refusals = self.refusals.iter().map(|(status, count)| (status.name().to_owned(), json!(count)));
        json!({
            "verified": self.verified,
            "hits": self.hits,
            "refusals": refusals.collect::<Value>(),
            "evictions": self.evictions,
            "entries": self.entries,
            "bytes": self.bytes,
            "warnings": self.warnings,
        })
        .to_string()
    }
}
