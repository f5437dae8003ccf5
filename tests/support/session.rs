//! Sessions: verifiers that keep tokens, and tokens that come again.

use std::time::{SystemTime, UNIX_EPOCH};

use cfaccess::{Config, Status, Verified, Verifier};
use serde_json::{Value, json};

use super::fetched::now;
use super::{mint, vectors};

pub fn config_with(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = vectors::config(&mint::config()).expect("a config");
    change(&mut config);
    config
}

pub fn verifier_with(change: impl FnOnce(&mut Config)) -> Verifier {
    Verifier::new(config_with(change), vectors::keys("acme.jwks.json")).expect("a verifier")
}

pub fn verifier() -> Verifier {
    verifier_with(|_| {})
}

/// The token of a person, valid at [`now`].
pub fn token_of(subject: &str) -> String {
    token_with(&json!({"sub": subject}))
}

/// The same with some claims changed.
pub fn token_with(changes: &Value) -> String {
    mint::token(&mint::header(), &merged(mint::person(), changes))
}

/// A person's token that is valid from now on, by the clock of the system, for this many seconds.
pub fn current_token(subject: &str, lifetime: i64) -> String {
    let now = seconds_now();
    token_with(&json!({"sub": subject, "iat": now, "nbf": now, "exp": now + lifetime}))
}

pub fn seconds_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs() as i64
}

/// The claims of a token that is accepted at [`now`].
pub fn look(verifier: &Verifier, token: &str) -> Verified {
    verifier.verify_at(token.as_bytes(), now()).expect("claims")
}

/// Whether both are the very same claims, not only equal ones.
pub fn are_the_same(one: &Verified, other: &Verified) -> bool {
    std::ptr::eq(&raw const **one, &raw const **other) && one.id() == other.id()
}

/// A token of at least `length` bytes, most of which are the claim `custom`.
pub fn long_token(length: usize) -> String {
    let custom = |letters: usize| token_with(&json!({"custom": {"groups": "g".repeat(letters)}}));
    let least = custom(0).len();
    custom(length.saturating_sub(least).div_ceil(4) * 3)
}

fn merged(mut payload: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().expect("changes") {
        payload[name] = value.clone();
    }
    payload
}

pub fn status_of(verifier: &Verifier, token: &str) -> Status {
    verifier.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
}
