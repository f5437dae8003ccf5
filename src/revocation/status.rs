//! What revocations report about themselves.

use std::time::Duration;

use serde_json::json;

/// The state of a [`Revocations`](super::Revocations), for logs and health pages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevocationsStatus {
    /// Where they come from: `memory`, `sqlite` or `redis`.
    pub source: &'static str,
    /// How many entries refuse tokens in this process.
    pub entries: usize,
    /// Increases whenever the entries of this process change.
    pub version: u64,
    /// How long ago the store last answered; `None` if it never did, and for `memory`.
    pub age: Option<Duration>,
    /// Why the store did not answer, in one line; `None` since the last answer.
    pub last_error: Option<String>,
    /// Questions to the store.
    pub refreshes: u64,
    /// Questions that were not answered.
    pub failures: u64,
    /// Entries of the store that cannot be read and are not used.
    pub skipped: u64,
    /// How often the store was seen to have lost entries. This process keeps those that it knew.
    pub losses: u64,
}

impl RevocationsStatus {
    /// The status as a JSON object with a member for each field; durations in seconds.
    pub fn to_json(&self) -> String {
        json!({
            "source": self.source,
            "entries": self.entries,
            "version": self.version,
            "age": self.age.map(|age| age.as_secs_f64()),
            "last_error": self.last_error,
            "refreshes": self.refreshes,
            "failures": self.failures,
            "skipped": self.skipped,
            "losses": self.losses,
        })
        .to_string()
    }
}
