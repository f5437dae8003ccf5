//! How the keys of a team are fetched: what a caller may choose, and within which bounds.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::local_address::LocalAddress;
use super::proxy::Proxy;
use crate::refresh::{LogFunction, Timing};
use crate::status::{Refusal, Status};

/// How the keys of a team are fetched and kept current; the defaults serve.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RemoteOptions {
    /// A PEM file of certificate authorities to trust in addition to the platform's, for networks that
    /// re-sign TLS. For the team `cfaccess-local` they are trusted in place of the platform's.
    pub ca_file: Option<PathBuf>,
    /// The proxy to use in place of those of the environment, for programs whose environment is emptied.
    /// Like them it is not used if `NO_PROXY` names the team's host or a parent domain of it.
    pub proxy: Option<Proxy>,
    /// Where a local Access listens, for the team `cfaccess-local` and no other. Without it and without a `ca_file`,
    /// that team has the address in the environment variable `CFACCESS_LOCAL`.
    pub local: Option<LocalAddress>,
    /// How long a fetch may take, and how long a caller may wait for one: 0.1 to 60 s, default 5 s.
    pub timeout: Duration,
    /// The age at which keys are fetched again, ahead of need: default one hour, at least `cooldown`.
    /// The endpoint's `Cache-Control: max-age` may make it sooner, never later.
    pub refresh_after: Duration,
    /// The least time between the beginnings of two fetches, whatever caused them: default 30 s, at
    /// least 1 s. Up to a tenth is added at random.
    pub cooldown: Duration,
    /// How long keys stay in force that the endpoint no longer confirms: default one day, at least
    /// `refresh_after`, at most six days.
    pub max_stale: Duration,
    /// Where a copy of the keys is kept, so that a restart during an outage works. Whoever can write it
    /// chooses who is let in: the path must not be a symbolic link or belong to another user, and its folder
    /// must not belong to another user (root excepted) or be writable by others without the sticky bit. A
    /// group of this process may write both.
    pub cache_file: Option<PathBuf>,
    /// Fetches the document in place of the library's own HTTPS.
    pub fetch: Option<FetchFunction>,
    /// Hears what happens to the keys.
    pub log: Option<LogFunction>,
    /// Begins the first fetch when a verifier is made, rather than with the first token. Not for a program
    /// that forks its workers afterwards: each of them fetches for itself anyway.
    pub prefetch: bool,
}

/// Fetches the document at a URL, or says in a line why not. It is called on a thread of its own,
/// should end within the timeout, and may be called again while an earlier call has not ended.
#[derive(Clone)]
pub struct FetchFunction(pub(super) Arc<Fetch>);

type Fetch = dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync;

impl Default for RemoteOptions {
    fn default() -> RemoteOptions {
        RemoteOptions {
            ca_file: None,
            proxy: None,
            local: None,
            timeout: Duration::from_secs(5),
            refresh_after: Duration::from_secs(3_600),
            cooldown: Duration::from_secs(30),
            max_stale: Duration::from_secs(86_400),
            cache_file: None,
            fetch: None,
            log: None,
            prefetch: false,
        }
    }
}

impl FetchFunction {
    /// Takes a function from a URL to a document, or to the reason why there is none.
    pub fn new(fetch: impl Fn(&str) -> Result<Vec<u8>, String> + Send + Sync + 'static) -> FetchFunction {
        FetchFunction(Arc::new(fetch))
    }
}

impl fmt::Debug for FetchFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FetchFunction")
    }
}

const TIMEOUT_MIN: Duration = Duration::from_millis(100);
const TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// A `Retry-After` is honoured up to this many cooldowns.
const RETRY_AFTER_COOLDOWNS: u32 = 10;
const COOLDOWN_MIN: Duration = Duration::from_secs(1);
/// A key that was replaced stays valid for seven days.
const STALE_MAX: Duration = Duration::from_secs(6 * 86_400);

impl RemoteOptions {
    /// The durations, if they fit each other.
    pub(super) fn timing(&self) -> Result<Timing, Refusal> {
        let RemoteOptions { timeout, refresh_after, cooldown, max_stale, .. } = *self;
        let wrong = |option: &str, value: Duration, expected: String| {
            let message = format!("{option} is {} s; expected {expected}", value.as_secs_f64());
            Err(Refusal::new(Status::InvalidConfig, message))
        };
        if !(TIMEOUT_MIN..=TIMEOUT_MAX).contains(&timeout) {
            return wrong("timeout", timeout, "0.1 to 60 s".to_owned());
        }
        if cooldown < COOLDOWN_MIN {
            return wrong("cooldown", cooldown, "at least 1 s".to_owned());
        }
        if refresh_after < cooldown {
            let expected = format!("at least the cooldown of {} s", cooldown.as_secs_f64());
            return wrong("refresh_after", refresh_after, expected);
        }
        if !(refresh_after..=STALE_MAX).contains(&max_stale) {
            let least = refresh_after.as_secs_f64();
            let expected = format!("at least the refresh_after of {least} s, at most 518400 s (6 days)");
            return wrong("max_stale", max_stale, expected);
        }
        Ok(Timing {
            timeout,
            refresh_after,
            cooldown,
            wait_after: Duration::MAX,
            max_stale,
            pause_max: cooldown * RETRY_AFTER_COOLDOWNS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl Fn(&mut RemoteOptions)) -> Result<Timing, Refusal> {
        let mut options = RemoteOptions::default();
        change(&mut options);
        options.timing()
    }

    #[test]
    fn durations_at_their_bounds_fit() {
        let seconds = Duration::from_secs;
        assert!(with(|_| {}).is_ok());
        assert!(with(|options| options.timeout = Duration::from_millis(100)).is_ok());
        assert!(with(|options| options.timeout = seconds(60)).is_ok());
        assert!(with(|options| options.cooldown = seconds(1)).is_ok());
        assert!(with(|options| options.refresh_after = seconds(30)).is_ok());
        assert!(with(|options| options.max_stale = seconds(3_600)).is_ok());
        assert!(with(|options| options.max_stale = seconds(518_400)).is_ok());
    }

    #[test]
    fn durations_beyond_their_bounds_are_named() {
        let milliseconds = Duration::from_millis;
        for (name, refused) in [
            ("timeout", with(|options| options.timeout = milliseconds(99))),
            ("timeout", with(|options| options.timeout = milliseconds(60_001))),
            ("cooldown", with(|options| options.cooldown = milliseconds(999))),
            ("refresh_after", with(|options| options.refresh_after = milliseconds(29_999))),
            ("refresh_after", with(|options| options.cooldown = milliseconds(3_600_001))),
            ("max_stale", with(|options| options.max_stale = milliseconds(3_599_999))),
            ("max_stale", with(|options| options.max_stale = milliseconds(518_400_001))),
            ("max_stale", with(|options| options.refresh_after = milliseconds(86_400_001))),
        ] {
            let refusal = refused.expect_err(name);
            assert_eq!(refusal.status(), Status::InvalidConfig);
            assert!(refusal.message().starts_with(name), "{refusal}");
        }
    }
}
