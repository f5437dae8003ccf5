//! Where a value comes from, and what a fetch of it may come back with.

use std::time::Duration;

use super::state::Attempt;

/// Fetches a value, and keeps it beyond this process if it can.
pub(crate) trait Source: Send + Sync + 'static {
    type Value: Send + Sync;

    /// The name of the threads that fetch, at most 15 bytes.
    const THREAD: &'static str;

    /// Logged when another value comes into force.
    const CHANGED: Option<&'static str>;

    /// Logged at the first answer after failures. Where that is logged, only the first of several failures is.
    const RECOVERED: Option<&'static str>;

    /// Whether a fetch may begin while one that was given up still runs. Where fetches end by themselves
    /// that only adds threads.
    fn may_overlap(&self) -> bool;

    /// Called on the thread of a fetch before it fetches, while this process neither forks nor exits.
    fn prepare(&self);

    /// Fetches the value, or finds that `current` is still the one. A long fetch calls `go_on` whenever it has got
    /// further, and is then not given up for another timeout.
    fn fetch(
        &self,
        current: &Self::Value,
        attempt: &Attempt,
        go_on: &dyn Fn(),
    ) -> Result<Answer<Self::Value>, Failure>;

    /// What comes into force in place of `current`, and whether it differs for those who use it.
    fn merge(&self, fetched: Self::Value, current: &Self::Value) -> (Self::Value, bool);

    /// Keeps a value that this attempt confirmed, for the next process.
    fn store(&self, value: &Self::Value, attempt: &Attempt) -> Result<(), String>;
}

/// The source answered.
pub(crate) enum Answer<T> {
    Value { value: T, max_age: Option<Duration> },
    NotModified { max_age: Option<Duration> },
}

/// The source did not answer, or not with a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: String,
    pub(crate) retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn new(reason: impl Into<String>) -> Failure {
        Failure { reason: reason.into(), retry_after: None }
    }
}
