//! The two clocks of the system, read at the cost of a few nanoseconds.
//!
//! Linux keeps a coarse copy of both, some milliseconds behind, which is as exact as seconds ask for.

/// Whole seconds since 1970 on the clock that people set; 0 if it stands before.
pub(crate) fn seconds_since_1970() -> i64 {
    read::seconds_since_1970()
}

/// Milliseconds on a clock that nobody sets and that never jumps.
pub(crate) fn milliseconds() -> i64 {
    read::milliseconds()
}

#[cfg(unix)]
mod read {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(target_os = "linux")]
    const CLOCKS: (ClockId, ClockId) = (ClockId::RealtimeCoarse, ClockId::MonotonicCoarse);
    #[cfg(not(target_os = "linux"))]
    const CLOCKS: (ClockId, ClockId) = (ClockId::Realtime, ClockId::Monotonic);

    pub(super) fn seconds_since_1970() -> i64 {
        clock_gettime(CLOCKS.0).tv_sec.max(0)
    }

    pub(super) fn milliseconds() -> i64 {
        let time = clock_gettime(CLOCKS.1);
        time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
    }
}

#[cfg(not(unix))]
mod read {
    use std::sync::OnceLock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    pub(super) fn seconds_since_1970() -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        i64::try_from(elapsed).unwrap_or(i64::MAX)
    }

    pub(super) fn milliseconds() -> i64 {
        static BEGINNING: OnceLock<Instant> = OnceLock::new();
        i64::try_from(BEGINNING.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}
