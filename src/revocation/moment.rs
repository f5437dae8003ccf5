//! Times as entries keep them in memory.

use crate::time::Timestamp;

/// Seconds since 1970, in as few bytes as possible. What is later than 32 bits can tell is always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u32);

impl Moment {
    /// The cut-off of an entry that has none.
    pub(super) const NONE: Moment = Moment(0);
    const ALWAYS: Moment = Moment(u32::MAX);

    pub(super) fn of(timestamp: Timestamp) -> Moment {
        u32::try_from(timestamp.seconds()).map_or(Moment::ALWAYS, Moment)
    }

    pub(super) fn timestamp(self) -> Timestamp {
        match self {
            Moment::ALWAYS => Timestamp::MAX,
            Moment(seconds) => Timestamp::new(seconds.into()).unwrap_or(Timestamp::MAX),
        }
    }

    pub(super) fn is_over(self, now: Timestamp) -> bool {
        now >= self.timestamp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_always() {
        let then = |seconds| Timestamp::new(seconds).expect("a time");
        let last = i64::from(u32::MAX) - 1;
        for seconds in [0, 1, last] {
            assert_eq!(Moment::of(then(seconds)).timestamp(), then(seconds));
        }
        for timestamp in [then(last + 1), then(last + 2), then(1 << 33), Timestamp::MAX] {
            assert_eq!(Moment::of(timestamp).timestamp(), Timestamp::MAX);
        }
        assert!(Moment::of(then(last)) < Moment::of(then(last + 1)));
    }
}
