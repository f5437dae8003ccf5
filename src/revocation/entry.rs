//! What an entry says about its target, and how a write changes it.

use super::target::{Target, TargetKind};
use crate::config::{LEEWAY_MAX, LIFETIME_MAX};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// How much later than now a cut-off is set, in seconds, unless the caller says otherwise: `iat` counts whole
/// seconds, and a revocation is in force everywhere only after an interval.
pub(crate) const MARGIN_DEFAULT: i64 = 2;
const MARGIN_MAX: i64 = 300;
const NOTE_BYTES_MAX: usize = 256;
/// A lift is kept for readers that were away.
pub(super) const LIFT_LIFETIME: i64 = 86_400;

/// What an entry says. [`Timestamp::MAX`] means always, for ever and never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Tokens with an `iat` up to then are refused with `REVOKED`; `None` if it is no cut-off.
    pub not_issued_after: Option<Timestamp>,
    /// Until then every token is refused with `BLOCKED`; `None` if it is no block.
    pub blocked_until: Option<Timestamp>,
    /// From then on no token is alive that the entry could refuse, and it falls away.
    pub expires_at: Timestamp,
}

/// An entry of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevocationEntry {
    /// What it is about.
    pub target: Target,
    /// What it says.
    pub terms: Terms,
    /// When it was last written.
    pub made_at: Timestamp,
    /// Who wrote it last; may be empty.
    pub made_by: String,
    /// Why; may be empty.
    pub reason: String,
}

/// Who writes and why, for the audit: each one line of at most 256 bytes, empty if unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Who makes the revocation.
    pub made_by: String,
    /// Why.
    pub reason: String,
}

/// What a write does to the entry of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Refuses tokens issued up to now and a margin, or up to an earlier time.
    Revoke { at: Option<Timestamp>, margin: i64 },
    /// Refuses all tokens until a time.
    Block { until: Timestamp, margin: i64 },
    /// Ends a block; where there is none, ends the entry.
    Lift,
    /// Adds what another store said.
    Import(Terms),
}

impl RevocationEntry {
    /// An entry from elsewhere, for [`Revocations::import`](crate::Revocations::import).
    pub fn new(target: Target, terms: Terms, made_at: Timestamp) -> RevocationEntry {
        RevocationEntry { target, terms, made_at, made_by: String::new(), reason: String::new() }
    }
}

impl Note {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let sane = |text: &str| text.len() <= NOTE_BYTES_MAX && !text.contains(char::is_control);
        if sane(&self.made_by) && sane(&self.reason) {
            return Ok(());
        }
        let message = "the author and the reason must each be one line of at most 256 bytes";
        Err(Refusal::new(Status::InvalidArgument, message))
    }
}

impl Action {
    /// Refuses what could not be meant.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let invalid = |message: String| Err(Refusal::new(Status::InvalidArgument, message));
        match *self {
            Action::Revoke { margin, .. } | Action::Block { margin, .. }
                if !(0..=MARGIN_MAX).contains(&margin) =>
            {
                invalid(format!("margin is {margin}; expected 0 to {MARGIN_MAX} seconds"))
            }
            Action::Revoke { at: Some(at), margin } if at > now.plus(margin) => {
                invalid(format!("the cut-off {} is in the future", at.seconds()))
            }
            Action::Block { until, .. } if until <= now => {
                invalid(format!("the end of the block, {}, is in the past", until.seconds()))
            }
            _ => Ok(()),
        }
    }

    /// The name in the audit.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Action::Revoke { .. } => "revoke",
            Action::Block { .. } => "block",
            Action::Lift => "lift",
            Action::Import(_) => "import",
        }
    }

    /// What the entry says after this write; `now` is the later of the clocks of writer and store. Everything but a
    /// lift only raises.
    pub(crate) fn apply(&self, kind: TargetKind, before: Option<Terms>, now: Timestamp) -> Terms {
        match *self {
            Action::Revoke { at, margin } => {
                raise(before, cut_off(kind, at.unwrap_or_else(|| now.plus(margin)), now))
            }
            Action::Block { until, margin } => {
                let cut_off = cut_off(kind, now.plus(margin), now);
                let expires_at = cut_off.expires_at.max(until);
                raise(before, Terms { blocked_until: Some(until), expires_at, ..cut_off })
            }
            Action::Lift => lift(before, now),
            Action::Import(terms) => raise(before, terms),
        }
    }
}

fn cut_off(kind: TargetKind, at: Timestamp, now: Timestamp) -> Terms {
    // The nonce of a session never becomes good again.
    let at = if kind == TargetKind::Session { Timestamp::MAX } else { at };
    Terms { not_issued_after: Some(at), blocked_until: None, expires_at: end_of(at, now) }
}

/// When the last token is over that was issued up to a cut-off, which was made at `made_at`. Of a session that is
/// always revoked, the last one can be issued a whole lifetime after that.
fn end_of(cut_off: Timestamp, made_at: Timestamp) -> Timestamp {
    let last = if cut_off == Timestamp::MAX { made_at.plus(LIFETIME_MAX) } else { cut_off };
    last.plus(LIFETIME_MAX + LEEWAY_MAX)
}

fn raise(before: Option<Terms>, by: Terms) -> Terms {
    let Some(before) = before else { return by };
    Terms {
        not_issued_after: before.not_issued_after.max(by.not_issued_after),
        blocked_until: before.blocked_until.max(by.blocked_until),
        expires_at: before.expires_at.max(by.expires_at),
    }
}

/// The tokens of before a block stay refused after it.
fn lift(before: Option<Terms>, now: Timestamp) -> Terms {
    match before {
        Some(terms) if terms.is_blocked(now) => {
            let end = terms.not_issued_after.map_or(now, |at| end_of(at, now));
            let expires_at = terms.expires_at.min(end).max(now.plus(LIFT_LIFETIME));
            Terms { blocked_until: None, expires_at, ..terms }
        }
        _ => Terms { not_issued_after: None, blocked_until: None, expires_at: now.plus(LIFT_LIFETIME) },
    }
}

impl Terms {
    /// What is taken for granted of an entry that cannot be read.
    pub(crate) const ALWAYS: Terms =
        Terms { not_issued_after: Some(Timestamp::MAX), blocked_until: None, expires_at: Timestamp::MAX };

    /// The same, falling away no earlier than it may.
    pub(super) fn with_sufficient_end(self, made_at: Timestamp) -> Terms {
        let ends = [self.not_issued_after.map(|at| end_of(at, made_at)), self.blocked_until];
        Terms { expires_at: ends.into_iter().flatten().fold(self.expires_at, Timestamp::max), ..self }
    }

    /// Whether tokens of any age are refused.
    pub fn is_blocked(&self, now: Timestamp) -> bool {
        self.blocked_until.is_some_and(|until| now < until)
    }

    /// Whether it refuses nothing.
    pub fn is_lifted(&self) -> bool {
        self.not_issued_after.is_none() && self.blocked_until.is_none()
    }
}

/// The version of a write: a time, so that versions keep growing when a store loses writes.
pub(crate) fn next_version(previous: u64, microseconds: u64) -> u64 {
    microseconds.max(previous.saturating_add(1))
}
