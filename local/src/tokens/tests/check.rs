use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::support::*;
use crate::tokens::check::{Rejection, check};
use crate::tokens::sign::{header, payload, sign_parts};
use crate::tokens::{AppClaims, OrgClaims, Typ, sign};

const NOW: i64 = 1_000_000;

fn with(name: &str, value: Value) -> AppClaims {
    let mut claims = of_person(NOW, 60);
    if value.is_null() {
        claims.0.remove(name);
    } else {
        claims.0.insert(name.into(), value);
    }
    claims
}

#[test]
fn a_token_is_good_from_its_first_second_to_its_last_by_the_given_clock() {
    let ring = shared_ring();
    let person = sign(&ring.current(), Typ::None, &of_person(NOW, 60));
    let service = sign(&ring.current(), Typ::Jwt, &of_service(NOW, 60));
    for token in [&person, &service] {
        for now in [NOW, NOW + 60] {
            assert!(check(token, ring, "app", now).unwrap().is_for(AUD));
        }
        assert_eq!(check(token, ring, "app", NOW + 61).unwrap_err(), Rejection("token expired"));
    }
    assert_eq!(check(&person, ring, "app", NOW - 1).unwrap_err(), Rejection("token not valid yet"));
    assert_eq!(check(&person, ring, "app", NOW).unwrap().text("email"), "ada@example.com");
}

#[test]
fn types_are_not_mixed_up() {
    let ring = shared_ring();
    let org = OrgClaims {
        email: "ada@example.com".into(),
        sub: "x".into(),
        identity_nonce: NONCE.into(),
        iat: NOW,
        exp: NOW + 10,
    };
    let org = sign(&ring.current(), Typ::None, &org);
    let app = sign(&ring.current(), Typ::None, &of_person(NOW, 60));
    assert_eq!(check(&org, ring, "org", NOW).unwrap().text("identity_nonce"), NONCE);
    assert_eq!(check(&org, ring, "app", NOW).unwrap_err(), Rejection("wrong type of token"));
    assert_eq!(check(&app, ring, "org", NOW).unwrap_err(), Rejection("wrong type of token"));
    assert_eq!(check(&app, ring, "meta", NOW).unwrap_err(), Rejection("wrong type of token"));
}

#[test]
fn what_is_not_as_we_sign_it_is_refused() {
    let ring = shared_ring();
    let key = ring.current();
    let good = payload(&of_person(NOW, 60));
    let sign_claims = |claims: AppClaims| sign(&key, Typ::None, &claims);
    let token = sign_claims(of_person(NOW, 60));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut other = URL_SAFE_NO_PAD.decode(signature).unwrap();
    other[7] ^= 1;
    let foreign = ring.foreign().unwrap();
    let by_foreign =
        |kid: &str| sign_parts(&header(kid, Typ::None), &good, &foreign.encoding, Algorithm::RS256);
    let unsigned = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","kid":"{}"}}"#, key.kid));
    let crit = format!(r#"{{"alg":"RS256","kid":"{}","crit":["x"]}}"#, key.kid);
    let hmac = EncodingKey::from_secret(key.public_pem.as_bytes());
    let hs256 = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, key.kid);

    for (token, reason) in [
        (String::new(), "not a token"),
        ("a.b.c".into(), "not a token"),
        ("a".repeat(16_385), "token too large"),
        (format!("{message}."), "bad signature"),
        (format!("{message}.{}", URL_SAFE_NO_PAD.encode(&other)), "bad signature"),
        (by_foreign(&key.kid), "bad signature"),
        (by_foreign(&foreign.kid), "unknown kid"),
        (format!("{unsigned}.{}.", URL_SAFE_NO_PAD.encode(&good)), "not a token"),
        (sign_parts(&hs256, &good, &hmac, Algorithm::HS256), "algorithm is not RS256"),
        (sign_parts(r#"{"alg":"RS256"}"#, &good, &key.encoding, Algorithm::RS256), "no kid"),
        (sign_parts(&crit, &good, &key.encoding, Algorithm::RS256), "critical header not supported"),
        (
            sign_parts(&header(&key.kid, Typ::None), "[1,2]", &key.encoding, Algorithm::RS256),
            "malformed claims",
        ),
        (sign_claims(with("iss", json!("https://acme.cloudflareaccess.com"))), "another issuer"),
        (sign_claims(with("iss", json!([crate::team::ISSUER]))), "another issuer"),
        (sign_claims(with("iss", Value::Null)), "another issuer"),
        (sign_claims(with("exp", Value::Null)), "no exp"),
        (sign_claims(with("iat", Value::Null)), "no iat"),
        (sign_claims(with("exp", json!("9999999999"))), "a time is not a whole number"),
        (sign_claims(with("exp", json!(1e12))), "a time is not a whole number"),
        (sign_claims(with("nbf", json!("0"))), "a time is not a whole number"),
        (sign_claims(with("type", Value::Null)), "wrong type of token"),
        (sign_claims(with("type", json!(["app"]))), "wrong type of token"),
    ] {
        assert_eq!(check(&token, ring, "app", NOW).unwrap_err(), Rejection(reason), "{token}");
    }
}
