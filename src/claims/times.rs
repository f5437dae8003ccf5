//! When a token is valid: checked at its verification, and again at each cache hit.

use crate::config::Config;
use crate::time::Timestamp;

/// The times in a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// `iat`
    pub(crate) issued_at: Timestamp,
    /// `nbf`
    pub(crate) not_before: Option<Timestamp>,
    /// `exp`
    pub(crate) expires_at: Timestamp,
}

/// A token's times, as one application sees them at one time.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) config: &'a Config,
    pub(crate) times: &'a Times,
    pub(crate) now: Timestamp,
}

impl Times {
    /// The later of `iat` and `nbf`.
    pub(crate) fn starts_at(&self) -> Timestamp {
        self.not_before.map_or(self.issued_at, |not_before| not_before.max(self.issued_at))
    }

    /// The latest end of an application's own session.
    pub(crate) fn ends_at(&self, config: &Config) -> Timestamp {
        let oldest = config.max_age.and_then(|most| Timestamp::new(self.issued_at.seconds() + most));
        oldest.map_or(self.expires_at, |oldest| oldest.min(self.expires_at))
    }
}

impl Moment<'_> {
    /// RFC 7519 section 4.1.4: not "on or after" `exp`.
    pub(crate) fn is_before_the_end(&self) -> bool {
        self.seconds_late() < self.config.leeway
    }

    pub(crate) fn is_after_the_start(&self) -> bool {
        self.seconds_early() <= self.config.leeway
    }

    pub(crate) fn is_young_enough(&self) -> bool {
        self.config.max_age.is_none_or(|most| self.age() <= most)
    }

    /// Every check that depends on the current time.
    pub(crate) fn is_good(&self) -> bool {
        self.is_before_the_end() && self.is_after_the_start() && self.is_young_enough()
    }

    pub(crate) fn seconds_late(&self) -> i64 {
        self.now.since(self.times.expires_at)
    }

    pub(crate) fn seconds_early(&self) -> i64 {
        self.times.starts_at().since(self.now)
    }

    pub(crate) fn age(&self) -> i64 {
        self.now.since(self.times.issued_at)
    }
}
