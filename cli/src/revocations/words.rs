//! Entries in words and in JSON.

use cfaccess::{Target, TargetKind, Terms, Timestamp};
use serde_json::{Value, json};

use crate::redaction::printable;
use crate::time;

/// What people call the kind.
fn kind_word(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Team => "team",
        TargetKind::Application => "app",
        TargetKind::Subject | TargetKind::Email => "user",
        TargetKind::Service => "service",
        TargetKind::Session => "session",
    }
}

/// `user ada@example.com`
pub fn about(target: &Target) -> String {
    match target.kind() {
        TargetKind::Team => "the team".to_owned(),
        kind => format!("{} {}", kind_word(kind), printable(target.value())),
    }
}

/// What an entry refuses.
pub fn says(terms: &Terms, now: Timestamp) -> String {
    if terms.expires_at <= now {
        return "fell away".to_owned();
    }
    let block = terms.blocked_until.filter(|until| *until > now).map(|until| match until {
        Timestamp::MAX => "blocked".to_owned(),
        until => format!("blocked until {}", time::local(until.seconds())),
    });
    block.unwrap_or_else(|| match terms.not_issued_after {
        None => "lifted".to_owned(),
        Some(Timestamp::MAX) => "all its tokens".to_owned(),
        Some(at) => {
            format!("tokens issued up to {}", time::local_and_utc(at.seconds()))
        }
    })
}

/// Times in seconds; the largest, 9007199254740991, means for ever.
pub fn terms_json(target: &Target, terms: &Terms) -> Value {
    json!({
        "kind": target.kind().name(),
        "value": target.value(),
        "not_issued_after": terms.not_issued_after.map(Timestamp::seconds),
        "blocked_until": terms.blocked_until.map(Timestamp::seconds),
        "expires_at": terms.expires_at.seconds(),
    })
}
