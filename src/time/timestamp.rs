//! Points in time, as tokens and configurations give them.

use std::time::{SystemTime, UNIX_EPOCH};

use super::clock;

/// Seconds since 1970-01-01T00:00:00Z, from 0 to 2^53 - 1 (the integers that every JSON reader keeps exact).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest point in time that a token can name.
    pub const MAX: Timestamp = Timestamp((1 << 53) - 1);

    /// A point in time; `None` below 0 and above [`Timestamp::MAX`].
    pub const fn new(seconds: i64) -> Option<Timestamp> {
        if seconds < 0 || seconds > Timestamp::MAX.0 { None } else { Some(Timestamp(seconds)) }
    }

    /// The system's clock. A clock outside of the range reads as its nearest end, where no
    /// token of today is valid.
    pub fn now() -> Timestamp {
        Timestamp::of_clock(clock::wall())
    }

    /// From milliseconds since 1970.
    pub(super) fn of_clock(wall: i64) -> Timestamp {
        Timestamp::new((wall / 1_000).max(0)).unwrap_or(Timestamp::MAX)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    pub(crate) const ZERO: Timestamp = Timestamp(0);

    /// Some seconds later, or the nearest end of the range.
    pub(crate) fn plus(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds).clamp(0, Timestamp::MAX.0))
    }

    /// How much later this is than `earlier`, in seconds; negative if it is before.
    pub(crate) const fn since(self, earlier: Timestamp) -> i64 {
        self.0 - earlier.0
    }
}

/// By the wall clock; 0 if it is set to an earlier time.
pub(crate) fn microseconds_since_1970() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_ends_where_doubles_stop_being_exact() {
        assert!(Timestamp::new(-1).is_none());
        assert!(Timestamp::new(0).is_some());
        assert_eq!(Timestamp::new(9_007_199_254_740_991), Some(Timestamp::MAX));
        assert!(Timestamp::new(9_007_199_254_740_992).is_none());
    }
}
