//! The clocks of the system.

/// Milliseconds since 1970 by the wall clock, a few milliseconds late where that is cheaper.
pub(super) fn wall() -> i64 {
    read::wall()
}

/// Milliseconds by a monotonic clock that counts the time that the machine sleeps.
pub(super) fn elapsed() -> i64 {
    read::elapsed()
}

/// Milliseconds by a monotonic clock that is read in a few nanoseconds. It may stop while the machine sleeps.
pub(super) fn awake() -> i64 {
    read::awake()
}

#[cfg(unix)]
mod read {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(target_os = "linux")]
    mod id {
        use super::ClockId;
        pub(super) const WALL: ClockId = ClockId::RealtimeCoarse;
        pub(super) const ELAPSED: ClockId = ClockId::Boottime;
        pub(super) const AWAKE: ClockId = ClockId::MonotonicCoarse;
    }
    #[cfg(not(target_os = "linux"))]
    mod id {
        use super::ClockId;
        pub(super) const WALL: ClockId = ClockId::Realtime;
        pub(super) const ELAPSED: ClockId = ClockId::Monotonic;
        pub(super) const AWAKE: ClockId = ClockId::Monotonic;
    }

    pub(super) fn wall() -> i64 {
        milliseconds(id::WALL)
    }

    pub(super) fn elapsed() -> i64 {
        milliseconds(id::ELAPSED)
    }

    pub(super) fn awake() -> i64 {
        milliseconds(id::AWAKE)
    }

    fn milliseconds(clock: ClockId) -> i64 {
        let time = clock_gettime(clock);
        time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
    }
}

#[cfg(not(unix))]
mod read {
    use std::sync::OnceLock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    pub(super) fn wall() -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis());
        i64::try_from(elapsed).unwrap_or(i64::MAX)
    }

    pub(super) fn elapsed() -> i64 {
        static BEGINNING: OnceLock<Instant> = OnceLock::new();
        i64::try_from(BEGINNING.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    pub(super) fn awake() -> i64 {
        elapsed()
    }
}
