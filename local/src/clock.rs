//! The clock of this Access, which tests move. The clock of the application stays as it is.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time to everything here: tokens, sessions, cookies, `Date`, nonces.
#[derive(Default)]
pub(crate) struct Clock(Mutex<Setting>);

/// How the clock is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Setting {
    /// As the system's.
    #[default]
    Real,
    /// Seconds later (or earlier) than the system's.
    Offset(i64),
    /// Stopped at this time, in seconds since 1970.
    Frozen(i64),
}

impl Clock {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        match self.setting() {
            Setting::Real => system_now(),
            Setting::Offset(seconds) => system_now().saturating_add(seconds),
            Setting::Frozen(at) => at,
        }
    }

    pub(crate) fn setting(&self) -> Setting {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, setting: Setting) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    }
}

fn system_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_it_was_set() {
        let clock = Clock::default();
        let real = clock.now();
        clock.set(Setting::Offset(-7_200));
        assert!((real - 7_200..real - 7_190).contains(&clock.now()));
        clock.set(Setting::Frozen(5));
        assert_eq!(clock.now(), 5);
    }
}
