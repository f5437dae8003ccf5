//! Time for ages and waits; tokens go by [`crate::time::Timestamp`].

use std::time::Duration;

use super::clock;

/// A moment by two clocks, in milliseconds: a monotonic one that counts sleep, and the wall clock, which also
/// shows that a virtual machine was restored from a snapshot. Of an age the larger difference counts; a wait goes
/// by the monotonic clock alone, and is neither cut short nor prolonged when somebody sets the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    elapsed: i64,
    wall: i64,
}

impl Tick {
    pub(crate) const NEVER: Tick = Tick { elapsed: i64::MAX, wall: i64::MAX };
    /// Before every other.
    pub(crate) const BEGINNING: Tick = Tick { elapsed: i64::MIN, wall: i64::MIN };

    pub(crate) fn now() -> Tick {
        Tick { elapsed: clock::elapsed(), wall: clock::wall() }
    }

    pub(crate) fn plus(self, duration: Duration) -> Tick {
        self.on_each_clock(|time| time.saturating_add(milliseconds(duration)))
    }

    pub(crate) fn minus(self, duration: Duration) -> Tick {
        self.on_each_clock(|time| time.saturating_sub(milliseconds(duration)))
    }

    /// How long ago `earlier` was; zero if it is yet to come.
    pub(crate) fn since(self, earlier: Tick) -> Duration {
        let elapsed = self.elapsed.saturating_sub(earlier.elapsed);
        let wall = self.wall.saturating_sub(earlier.wall);
        Duration::from_millis(u64::try_from(elapsed.max(wall)).unwrap_or(0))
    }

    /// How long to wait until `later`; zero if it is over.
    pub(crate) fn until(self, later: Tick) -> Duration {
        Duration::from_millis(u64::try_from(later.elapsed.saturating_sub(self.elapsed)).unwrap_or(0))
    }

    /// Whether either clock has come that far.
    pub(crate) fn has_reached(self, moment: Tick) -> bool {
        self.elapsed >= moment.elapsed || self.wall >= moment.wall
    }

    /// Whether waiting until `deadline` is over.
    pub(crate) fn is_past(self, deadline: Tick) -> bool {
        self.elapsed >= deadline.elapsed
    }

    /// This moment with the wall clock as it is set `now`.
    pub(crate) fn as_seen_from(self, now: Tick) -> Tick {
        let ago = now.elapsed.saturating_sub(self.elapsed);
        Tick { elapsed: self.elapsed, wall: now.wall.saturating_sub(ago) }
    }

    pub(crate) fn earlier_of(self, other: Tick) -> Tick {
        Tick { elapsed: self.elapsed.min(other.elapsed), wall: self.wall.min(other.wall) }
    }

    pub(crate) fn later_of(self, other: Tick) -> Tick {
        Tick { elapsed: self.elapsed.max(other.elapsed), wall: self.wall.max(other.wall) }
    }

    fn on_each_clock(self, change: impl Fn(i64) -> i64) -> Tick {
        Tick { elapsed: change(self.elapsed), wall: change(self.wall) }
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
impl Tick {
    pub(crate) fn at_seconds(elapsed: i64, wall: i64) -> Tick {
        Tick { elapsed: elapsed * 1_000, wall: wall * 1_000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn nothing_wraps() {
        assert_eq!(Tick::NEVER.plus(Duration::MAX), Tick::NEVER);
        assert_eq!(Tick::BEGINNING.minus(Duration::MAX).since(Tick::NEVER), Duration::ZERO);
        assert_eq!(Tick::NEVER.until(Tick::BEGINNING), Duration::ZERO);
    }

    #[test]
    fn an_age_is_the_larger_difference() {
        let confirmed = Tick::at_seconds(100, 1_000);
        for now in [Tick::at_seconds(3_700, 1_000), Tick::at_seconds(100, 4_600), Tick::at_seconds(3_700, 0)]
        {
            assert_eq!(now.since(confirmed), HOUR);
            assert!(now.has_reached(confirmed.plus(HOUR)));
        }
        assert!(!Tick::at_seconds(3_699, 4_599).has_reached(confirmed.plus(HOUR)));
    }

    #[test]
    fn a_wait_does_not_go_by_the_wall_clock() {
        let deadline = Tick::at_seconds(105, 1_005);
        for wall in [0, 1_001, 9_999] {
            let now = Tick::at_seconds(101, wall);
            assert_eq!(now.until(deadline).as_secs(), 4);
            assert!(!now.is_past(deadline) && Tick::at_seconds(105, wall).is_past(deadline));
        }
    }

    #[test]
    fn a_moment_is_seen_by_the_wall_clock_of_now() {
        let began = Tick::at_seconds(100, 1_000);
        assert_eq!(began.as_seen_from(Tick::at_seconds(102, 4_602)), Tick::at_seconds(100, 4_600));
        assert_eq!(began.as_seen_from(Tick::at_seconds(102, 1_002)), began);
    }
}
