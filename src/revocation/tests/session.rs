//! Tokens, and verifiers that know them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::super::{Revocations, Target, TargetKind};
use crate::config::Config;
use crate::keys::Keys;
use crate::status::{Refusal, Status};
use crate::time::Timestamp;
use crate::verifier::Verifier;

const AUDIENCE: &str = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";

fn read(path: &str) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(super) fn verifier(revocations: &Revocations) -> Verifier {
    verifier_with(revocations, |_| {})
}

pub(super) fn verifier_with(revocations: &Revocations, change: impl FnOnce(&mut Config)) -> Verifier {
    let keys = Keys::from_json(&read("tests/vectors/acme.jwks.json")).expect("keys");
    let mut config = Config::new("acme").expect("a team");
    config.add_audience(AUDIENCE).expect("an audience");
    config.set_revocations(revocations);
    change(&mut config);
    Verifier::new(config, keys).expect("a verifier")
}

/// The token of a person of this name, issued at this time and valid for an hour.
pub(super) fn token_issued(name: &str, issued_at: Timestamp) -> String {
    let mut person: Value = serde_json::from_slice(&read("tests/vectors/person.json")).expect("a person");
    let keys: Value = serde_json::from_slice(&read("tests/vectors/acme.jwks.json")).expect("keys");
    let iat = issued_at.seconds();
    for (claim, value) in [
        ("sub", json!(name)),
        ("email", json!(format!("{name}@example.com"))),
        ("identity_nonce", json!(format!("nonce-{name}"))),
        ("iat", json!(iat)),
        ("nbf", json!(iat)),
        ("exp", json!(iat + 3_600)),
    ] {
        person[claim] = value;
    }
    let header = json!({"alg": "RS256", "kid": keys["keys"][0]["kid"], "typ": "JWT"});
    let input = format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(person.to_string()));
    let key = EncodingKey::from_rsa_pem(&read("tests/vectors/keys/acme-1.pem")).expect("a key");
    let signature = crypto::sign(input.as_bytes(), &key, Algorithm::RS256).expect("a signature");
    format!("{input}.{signature}")
}

pub(super) fn token(name: &str) -> String {
    token_issued(name, Timestamp::now())
}

pub(super) fn email(name: &str) -> Target {
    Target::new(TargetKind::Email, &format!("{name}@example.com")).expect("an e-mail")
}

pub(super) fn verdict(verifier: &Verifier, token: &str) -> Status {
    status_of(verifier.verify(token.as_bytes()).map(drop))
}

pub(super) fn try_verdict(verifier: &Verifier, token: &str) -> Status {
    status_of(verifier.try_verify(token.as_bytes()).map(drop))
}

pub(super) fn status_of(outcome: Result<(), Refusal>) -> Status {
    outcome.map_or_else(|refusal| refusal.status(), |()| Status::Ok)
}

pub(super) fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// Waits until it is so, for at most ten seconds.
pub(super) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(milliseconds(5));
    }
    panic!("{what}: not within ten seconds");
}
