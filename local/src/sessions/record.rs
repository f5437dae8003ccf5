//! One session of a person.

use serde::{Deserialize, Serialize};

/// What a session is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// All applications: what a login is for.
    Global,
    /// An application, by its name.
    Application(String),
}

/// A session that begins.
#[derive(Clone, Debug)]
pub(crate) struct Begun<'a> {
    pub(crate) scope: Scope,
    pub(crate) email: &'a str,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
}

/// When a session that was ended is no longer accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    /// At once, wherever the clock is moved to.
    Now,
    /// From this time on.
    At(i64),
}

impl Ended {
    pub(super) fn after(delay: i64, now: i64) -> Ended {
        if delay <= 0 { Ended::Now } else { Ended::At(now.saturating_add(delay)) }
    }

    pub(super) fn holds(self, now: i64) -> bool {
        match self {
            Ended::Now => true,
            Ended::At(at) => at <= now,
        }
    }

    /// Ending twice does not put the end off.
    pub(super) fn earlier(self, other: Ended) -> Ended {
        match (self, other) {
            (Ended::At(one), Ended::At(another)) => Ended::At(one.min(another)),
            _ => Ended::Now,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) scope: Scope,
    pub(super) email: String,
    pub(super) issued: i64,
    pub(super) expires: i64,
    pub(super) ended: Option<Ended>,
    /// The value of `CF_Binding`.
    pub(super) binding: String,
    /// Counts sessions in the order of their beginning.
    pub(super) number: u64,
}

impl Record {
    pub(super) fn end(&mut self, ended: Ended) {
        self.ended = Some(self.ended.map_or(ended, |before| before.earlier(ended)));
    }

    pub(super) fn is_ended(&self, now: i64) -> bool {
        self.ended.is_some_and(|ended| ended.holds(now))
    }
}
