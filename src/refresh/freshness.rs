//! Whether a value has to be checked again, answered without reading it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::time::{Coarse, Reading, Tick};

/// Asked first by whoever has used the value before.
pub(super) struct Freshness {
    generation: AtomicU64,
    /// Until then, on the clock of [`Coarse`], there is nothing to do about the value.
    quiet_until: AtomicI64,
    /// The distance of the two coarse clocks when that was set.
    distance: AtomicI64,
    /// The same time by the wall clock alone, where it is so short that it does not matter if somebody puts that clock
    /// back meanwhile. A hit has read it anyway.
    from_wall: AtomicI64,
    until_wall: AtomicI64,
}

/// Of a value that is never refreshed.
const ALWAYS_QUIET: i64 = i64::MAX;
/// What the clocks may drift apart, in milliseconds, before somebody must have set one or have slept.
const DRIFT_MAX: u64 = 1_000;
/// In milliseconds.
const SHORT: i64 = 1_000;

impl Freshness {
    pub(super) fn new(generation: u64, quiet_until: Tick) -> Freshness {
        let freshness = Freshness {
            generation: AtomicU64::new(generation),
            quiet_until: AtomicI64::new(0),
            distance: AtomicI64::new(0),
            from_wall: AtomicI64::new(0),
            until_wall: AtomicI64::new(0),
        };
        freshness.be_quiet_until(quiet_until);
        freshness
    }

    /// Called before a value comes into force: from then on whoever used an older one checks again.
    pub(super) fn announce(&self, generation: u64) {
        self.generation.fetch_max(generation, Ordering::Release);
    }

    pub(super) fn be_quiet_until(&self, tick: Tick) {
        let quiet_until = if tick == Tick::NEVER {
            ALWAYS_QUIET
        } else {
            let now = Coarse::now();
            self.distance.store(now.distance(), Ordering::Relaxed);
            let left = i64::try_from(Tick::now().until(tick).as_millis()).unwrap_or(i64::MAX);
            self.from_wall.store(now.wall, Ordering::Relaxed);
            self.until_wall.store(if left <= SHORT { now.wall + left } else { 0 }, Ordering::Relaxed);
            now.awake.saturating_add(left).min(ALWAYS_QUIET - 1)
        };
        self.quiet_until.store(quiet_until, Ordering::Release);
    }

    /// Whether the value of this generation is still in force and need not be refreshed.
    pub(super) fn is_unchanged_since(&self, generation: u64, reading: &Reading) -> bool {
        let quiet_until = self.quiet_until.load(Ordering::Acquire);
        self.generation.load(Ordering::Acquire) == generation
            && (quiet_until == ALWAYS_QUIET
                || self.is_quiet_by_wall(reading)
                || self.is_quiet(reading.coarse(), quiet_until))
    }

    fn is_quiet_by_wall(&self, reading: &Reading) -> bool {
        let quiet = self.from_wall.load(Ordering::Relaxed)..self.until_wall.load(Ordering::Relaxed);
        reading.wall().is_some_and(|wall| quiet.contains(&wall))
    }

    fn is_quiet(&self, now: Coarse, quiet_until: i64) -> bool {
        let distance = self.distance.load(Ordering::Relaxed);
        now.awake < quiet_until && now.distance().abs_diff(distance) < DRIFT_MAX
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::time::Clock;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn is_unchanged_since(freshness: &Freshness, generation: u64) -> bool {
        freshness.is_unchanged_since(generation, &Clock::System.read())
    }

    #[test]
    fn a_generation_is_unchanged_until_another_is_announced() {
        let freshness = Freshness::new(1, Tick::NEVER);
        assert!(is_unchanged_since(&freshness, 1));
        freshness.announce(2);
        assert!(!is_unchanged_since(&freshness, 1));
        freshness.announce(1);
        assert!(is_unchanged_since(&freshness, 2), "it never goes back");
    }

    #[test]
    fn a_value_that_is_due_is_checked_again() {
        let freshness = Freshness::new(1, Tick::now().plus(HOUR));
        assert!(is_unchanged_since(&freshness, 1));
        freshness.be_quiet_until(Tick::now());
        assert!(!is_unchanged_since(&freshness, 1));
    }

    #[test]
    fn a_short_time_ends_by_the_wall_clock_and_does_not_begin_before_it_was_set() {
        const HALF: i64 = SHORT / 2;
        let freshness = Freshness::new(1, Tick::now().plus(Duration::from_millis(HALF as u64)));
        let reading = Clock::System.read();
        assert!(freshness.is_quiet_by_wall(&reading));
        for apart in [-HALF - 100, HALF + 100] {
            freshness.from_wall.fetch_add(apart, Ordering::Relaxed);
            freshness.until_wall.fetch_add(apart, Ordering::Relaxed);
            assert!(!freshness.is_quiet_by_wall(&reading), "{apart} ms");
            freshness.from_wall.fetch_sub(apart, Ordering::Relaxed);
            freshness.until_wall.fetch_sub(apart, Ordering::Relaxed);
        }
        freshness.be_quiet_until(Tick::now().plus(HOUR));
        assert!(!freshness.is_quiet_by_wall(&reading), "not a short time");
    }

    #[test]
    fn after_sleep_or_a_set_clock_nothing_is_quiet() {
        let freshness = Freshness::new(1, Tick::now().plus(HOUR));
        for apart in [-2_000, 2_000] {
            freshness.distance.fetch_add(apart, Ordering::Relaxed);
            assert!(!is_unchanged_since(&freshness, 1), "{apart} ms");
            freshness.distance.fetch_sub(apart, Ordering::Relaxed);
        }
        assert!(is_unchanged_since(&freshness, 1));
    }
}
