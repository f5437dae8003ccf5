//! How long ago a login may be: where this rule stands among the others, and what it says.

mod support;

use cfaccess::{Refusal, Status, Timestamp, Verifier};
use serde_json::{Value, json};
use support::{mint, vectors};

const MAX_AGE: i64 = 600;
const OLD: i64 = mint::NOW - MAX_AGE - 1;

fn verifier() -> Verifier {
    let mut config = mint::config();
    config["max_age"] = json!(MAX_AGE);
    config["max_lifetime"] = json!(86_400);
    vectors::verifier(&config, "acme.jwks.json")
}

/// A person who logged in one second too long ago, with some claims changed.
fn old(changes: Value) -> Value {
    let mut payload = mint::person();
    (payload["iat"], payload["nbf"]) = (json!(OLD), json!(OLD));
    for (name, value) in changes.as_object().expect("changes") {
        payload[name] = value.clone();
    }
    payload
}

fn refusal(token: &str) -> Refusal {
    let now = Timestamp::new(mint::NOW).expect("a time");
    verifier().verify_at(token.as_bytes(), now).expect_err("a refusal")
}

#[test]
fn these_are_named_before_a_login_too_long_ago() {
    for (changes, status) in [
        (json!({"exp": "soon"}), Status::InvalidClaim),
        (json!({"iss": "https://other.cloudflareaccess.com"}), Status::WrongIssuer),
        (json!({"aud": ["x"]}), Status::WrongAudience),
        (json!({"type": "org"}), Status::WrongTokenType),
        (json!({"exp": mint::NOW - 30}), Status::Expired),
        (json!({"nbf": mint::NOW + 31}), Status::NotYetValid),
        (json!({"exp": OLD + 86_401}), Status::SessionTooLong),
    ] {
        assert_eq!(refusal(&mint::token(&mint::header(), &old(changes))).status(), status);
    }
}

#[test]
fn these_are_named_behind_a_login_too_long_ago() {
    let service = json!({"sub": "", "email": "", "common_name": "id.access"});
    for changes in [json!({}), json!({"sub": ""}), service] {
        let token = mint::token(&mint::header(), &old(changes));
        assert_eq!(refusal(&token).status(), Status::SessionTooOld);
    }
}

#[test]
fn no_age_is_looked_at_before_the_signature_holds() {
    let (header, payload) = (mint::header().to_string(), old(json!({})).to_string());
    let stranger = mint::signing_key("stranger");
    let token = mint::sign_with(&stranger, header.as_bytes(), payload.as_bytes());
    assert_eq!(refusal(&token).status(), Status::BadSignature);
}

#[test]
fn the_message_has_both_numbers() {
    let refusal = refusal(&mint::token(&mint::header(), &old(json!({}))));
    assert!(refusal.message().contains("601 s ago"), "{refusal}");
    assert!(refusal.message().contains("at most 600 s"), "{refusal}");
}

#[test]
fn the_seconds_left_end_with_the_age_or_with_the_token() {
    let now = |seconds: i64| Timestamp::new(seconds).expect("a time");
    for (exp, ends_at) in [(mint::NOW + 3_600, mint::NOW + 540), (mint::NOW + 100, mint::NOW + 100)] {
        let mut payload = mint::person();
        payload["exp"] = json!(exp);
        let token = mint::token(&mint::header(), &payload);

        let claims = verifier().verify_at(token.as_bytes(), now(mint::NOW)).expect("claims");

        assert_eq!(claims.ends_at(), now(ends_at));
        assert_eq!(claims.seconds_left(now(mint::NOW)), ends_at - mint::NOW);
        assert_eq!(claims.seconds_left(now(ends_at - 1)), 1);
        assert_eq!(claims.seconds_left(now(ends_at)), 0);
        assert_eq!(claims.seconds_left(now(ends_at + 9)), 0, "never below 0");
    }
}
