//! How revocations are kept current: what a caller may choose, and within which bounds.

use std::path::PathBuf;
use std::time::Duration;

use crate::refresh::{LogFunction, Timing};
use crate::status::{Refusal, Status};

/// How revocations are kept current; the defaults serve. `memory:` has no use for them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RevocationOptions {
    /// The time within which a revocation is in force in every process: 0.1 to 60 s, default 2 s. The store is asked
    /// again at half of it, in the background; from it on they wait for the answer.
    pub interval: Duration,
    /// How long one answer of the store may take, and how long a caller may wait for it: 0.1 to 60 s, default 1 s. A
    /// store that does not answer holds up the callers of a process once.
    pub timeout: Duration,
    /// How long the revocations that are known count while the store does not answer: default 300 s, at least
    /// `interval`, at most a day.
    pub max_stale: Duration,
    /// What happens to tokens after that.
    pub when_stale: WhenStale,
    /// A PEM file of certificate authorities to trust in addition to the platform's, for `rediss:`.
    pub ca_file: Option<PathBuf>,
    /// Hears what happens to the store.
    pub log: Option<LogFunction>,
}

/// What happens to tokens that no revocation is known for, while nothing current is known of the store. Revocations
/// that are known count either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenStale {
    /// They are refused with `REVOCATIONS_UNAVAILABLE`. The default.
    #[default]
    Refuse,
    /// They are accepted: an outage of the store must not become one of the application, even if a revocation does not
    /// reach it.
    Continue,
}

impl Default for RevocationOptions {
    fn default() -> RevocationOptions {
        RevocationOptions {
            interval: Duration::from_secs(2),
            timeout: Duration::from_secs(1),
            max_stale: Duration::from_secs(300),
            when_stale: WhenStale::Refuse,
            ca_file: None,
            log: None,
        }
    }
}

const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(60);
const STALE_MAX: Duration = Duration::from_secs(86_400);
/// The longest pause after a failure, with what is added to it at random.
const PAUSE_MAX: Duration = Duration::from_secs(6);
/// The least time between two questions, if the interval allows it.
const COOLDOWN: Duration = Duration::from_millis(500);

impl RevocationOptions {
    /// The durations, if they fit each other.
    pub(super) fn timing(&self) -> Result<Timing, Refusal> {
        let RevocationOptions { interval, timeout, max_stale, .. } = *self;
        within("interval", interval, SHORTEST, LONGEST)?;
        within("timeout", timeout, SHORTEST, LONGEST)?;
        within("max_stale", max_stale, interval, STALE_MAX)?;
        Ok(Timing {
            timeout,
            refresh_after: interval / 2,
            cooldown: COOLDOWN.min(interval / 4),
            wait_after: interval,
            max_stale,
            pause_max: PAUSE_MAX,
        })
    }
}

fn within(option: &str, value: Duration, least: Duration, most: Duration) -> Result<(), Refusal> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let [value, least, most] = [value, least, most].map(|duration| duration.as_secs_f64());
    let message = format!("{option} is {value} s; expected {least} to {most} s");
    Err(Refusal::new(Status::InvalidConfig, message))
}
