//! Time at the cost of a few nanoseconds, for what every cache hit asks.

use super::clock;

/// Two cheap clocks, in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Coarse {
    /// Monotonic; it may stop while the machine sleeps.
    pub(crate) awake: i64,
    pub(crate) wall: i64,
}

impl Coarse {
    pub(crate) fn now() -> Coarse {
        Coarse::with_wall(clock::wall())
    }

    /// Where the wall clock has been read already.
    pub(super) fn with_wall(wall: i64) -> Coarse {
        Coarse { awake: clock::awake(), wall }
    }

    /// How far the clocks are apart, which changes when the machine sleeps and when the wall clock is set.
    pub(crate) fn distance(self) -> i64 {
        self.wall.saturating_sub(self.awake)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_and_a_clock_that_is_set_change_the_distance_and_time_does_not() {
        let before = Coarse { awake: 1_000, wall: 50_000 };
        assert_eq!(before.distance(), Coarse { awake: 4_000, wall: 53_000 }.distance());
        assert_ne!(
            before.distance(),
            Coarse { awake: 1_000, wall: 691_250_000 }.distance(),
            "eight days asleep"
        );
        assert_ne!(before.distance(), Coarse { awake: 4_000, wall: 50_000 }.distance(), "put back");
    }
}
