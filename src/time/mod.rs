//! The time that tokens go by, and the time that ages and waits go by.

mod clock;
mod coarse;
mod reading;
mod tick;
mod timestamp;

pub(crate) use coarse::Coarse;
pub(crate) use reading::{Clock, Reading};
pub(crate) use tick::Tick;
pub use timestamp::Timestamp;
pub(crate) use timestamp::microseconds_since_1970;
