//! The durations that a refresh goes by.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// How long a fetch may take, and how long a caller may wait for it.
    pub(crate) timeout: Duration,
    /// The age at which a value is fetched again.
    pub(crate) refresh_after: Duration,
    /// The least time between the beginnings of two fetches.
    pub(crate) cooldown: Duration,
    /// The age from which on callers wait for a refresh.
    pub(crate) wait_after: Duration,
    /// The age at which a value is no longer in force.
    pub(crate) max_stale: Duration,
    /// The longest pause after a failure that the source can ask for.
    pub(crate) pause_max: Duration,
}
