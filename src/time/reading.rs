//! The clocks, each read at most once for what is asked at one moment.

use std::cell::OnceCell;

use super::clock;
use super::coarse::Coarse;
use super::timestamp::Timestamp;

/// What tokens go by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The wall clock.
    System,
    /// Another time, for tests and replays.
    At(Timestamp),
}

/// One moment.
pub(crate) struct Reading {
    /// By the clock that tokens go by.
    pub(crate) now: Timestamp,
    wall: Option<i64>,
    coarse: OnceCell<Coarse>,
}

impl Clock {
    pub(crate) fn now(self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::At(now) => now,
        }
    }

    pub(crate) fn read(self) -> Reading {
        let (now, wall) = match self {
            Clock::System => {
                let wall = clock::wall();
                (Timestamp::of_clock(wall), Some(wall))
            }
            Clock::At(now) => (now, None),
        };
        Reading { now, wall, coarse: OnceCell::new() }
    }
}

impl Reading {
    /// By the wall clock of the machine, if tokens go by it.
    pub(crate) fn wall(&self) -> Option<i64> {
        self.wall
    }

    /// By the clocks of the machine, whatever tokens go by.
    pub(crate) fn coarse(&self) -> Coarse {
        *self.coarse.get_or_init(|| Coarse::with_wall(self.wall.unwrap_or_else(clock::wall)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_time_is_one_of_tokens_only() {
        let then = Timestamp::new(1).expect("a time");
        let reading = Clock::At(then).read();
        assert_eq!(reading.now, then);
        assert!(reading.coarse().distance().abs_diff(Coarse::now().distance()) < 1_000);
    }

    #[test]
    fn a_clock_is_read_once() {
        let reading = Clock::System.read();
        let first = reading.coarse();
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!((first.awake, first.distance()), (reading.coarse().awake, reading.coarse().distance()));
    }
}
