//! Time on a clock that never jumps, for ages and waits; tokens go by [`crate::time::Timestamp`].

use std::time::Duration;

use super::clock;

/// Milliseconds on the clock that never jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(i64);

impl Tick {
    pub(crate) const NEVER: Tick = Tick(i64::MAX);
    /// Before every other.
    pub(crate) const BEGINNING: Tick = Tick(i64::MIN);

    pub(crate) fn now() -> Tick {
        Tick(clock::milliseconds())
    }

    pub(crate) fn milliseconds(self) -> i64 {
        self.0
    }

    pub(crate) fn from_milliseconds(milliseconds: i64) -> Tick {
        Tick(milliseconds)
    }

    pub(crate) fn plus(self, duration: Duration) -> Tick {
        Tick(self.0.saturating_add(milliseconds(duration)))
    }

    pub(crate) fn minus(self, duration: Duration) -> Tick {
        Tick(self.0.saturating_sub(milliseconds(duration)))
    }

    /// How much later this is than `earlier`; nothing if it is before.
    pub(crate) fn since(self, earlier: Tick) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_wraps() {
        assert_eq!(Tick::NEVER.plus(Duration::MAX), Tick::NEVER);
        assert_eq!(Tick::BEGINNING.minus(Duration::MAX).since(Tick::NEVER), Duration::ZERO);
        assert_eq!(Tick(5).since(Tick(2)), Duration::from_millis(3));
        assert_eq!(Tick(2).since(Tick(5)), Duration::ZERO);
    }
}
