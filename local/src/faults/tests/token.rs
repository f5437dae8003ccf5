use cfaccess::{Config, Keys, Verifier};
use serde_json::{Value, json};

use crate::faults::{Fault, Stage, apply, other_email};
use crate::keys::KeyRing;
use crate::team::TEAM;
use crate::tokens::AppClaims;
use crate::tokens::tests::support::*;

/// As an origin sees it: what the edge delivers with the fault, in headers.
fn delivered(fault: Fault, claims: &AppClaims, ring: &KeyRing) -> Vec<(&'static [u8], Vec<u8>)> {
    let mut headers: Vec<(&'static [u8], Vec<u8>)> = Vec::new();
    if let Some(token) = apply(fault, claims, ring).unwrap() {
        headers.push((b"Cf-Access-Jwt-Assertion", token.clone().into_bytes()));
        if fault == Fault::HeaderTwice {
            headers.push((b"Cf-Access-Jwt-Assertion", token.into_bytes()));
        }
    }
    let email = if fault == Fault::EmailOther { other_email(claims) } else { claims.text("email") };
    if !email.is_empty() {
        headers.push((b"Cf-Access-Authenticated-User-Email", email.into()));
    }
    headers
}

fn status_of_request(verifier: &Verifier, headers: &[(&'static [u8], Vec<u8>)]) -> &'static str {
    let headers: Vec<(&[u8], &[u8])> =
        headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
    match verifier.verify_request(&headers) {
        Ok(_) => "OK",
        Err(refusal) => refusal.status().name(),
    }
}

fn both_kinds() -> [AppClaims; 2] {
    let now = system_now();
    let mut person = of_person(now, 3_600);
    person.0.insert("custom".into(), json!({ "nested": { "a": [1, { "b": "c/d" }] } }));
    [person, of_service(now, 3_600)]
}

fn request_verifier(ring: &KeyRing) -> Verifier {
    let mut config = Config::new(TEAM).unwrap();
    config.add_audience(AUD).unwrap();
    config.allow_any_service().unwrap();
    Verifier::new(config, Keys::from_json(&ring.document().body).unwrap()).unwrap()
}

#[test]
fn every_fault_of_a_token_has_its_status() {
    let ring = shared_ring();
    let verifier = request_verifier(ring);
    for claims in both_kinds() {
        for fault in Fault::all().filter(|fault| fault.stage() == Stage::Token) {
            let headers = delivered(fault, &claims, ring);
            let expected = fault.status().unwrap();
            let status = status_of_request(&verifier, &headers);
            assert_eq!(status, expected, "{} for {}", fault.name(), claims.text("sub"));
        }
    }
}

#[test]
fn faults_of_other_steps_leave_the_token_good() {
    let ring = shared_ring();
    let verifier = request_verifier(ring);
    for claims in both_kinds() {
        for fault in Fault::all().filter(|fault| fault.stage() != Stage::Token) {
            assert_eq!(status_of_request(&verifier, &delivered(fault, &claims, ring)), "OK");
        }
    }
}

/// So that an origin which does not look at one thing is found out by one fault.
#[test]
fn a_fault_in_the_claims_changes_nothing_else() {
    let ring = shared_ring();
    for claims in both_kinds() {
        let before = serde_json::to_value(&claims.0).unwrap();
        for (fault, changed) in [
            (Fault::ClaimMissingExp, &["exp"][..]),
            (Fault::ClaimExpText, &["exp"]),
            (Fault::WrongTeam, &["iss"]),
            (Fault::WrongApp, &["aud"]),
            (Fault::Expired, &["exp", "iat", "nbf"]),
            (Fault::Future, &["exp", "iat", "nbf"]),
            (Fault::TooLong, &["exp"]),
            (Fault::TokenLarge, &["custom"]),
            (Fault::AlgNone, &[]),
            (Fault::AlgHs256, &[]),
            (Fault::Crit, &[]),
            (Fault::KeyUnknown, &[]),
            (Fault::SignatureBad, &[]),
        ] {
            let mut after = payload(&apply(fault, &claims, ring).unwrap().unwrap());
            let mut before = before.clone();
            for claims in [&mut before, &mut after] {
                claims.as_object_mut().unwrap().retain(|name, _| !changed.contains(&name.as_str()));
            }
            assert_eq!(after, before, "{}", fault.name());
        }
        let aud = |claims: &Value| claims["aud"].is_array();
        let other = payload(&apply(Fault::WrongApp, &claims, ring).unwrap().unwrap());
        assert_eq!(aud(&other), aud(&before));
    }
}

#[test]
fn types_of_other_tokens_are_for_the_right_application() {
    let ring = shared_ring();
    for claims in both_kinds() {
        let named = |fault| payload(&apply(fault, &claims, ring).unwrap().unwrap());
        assert_eq!(named(Fault::TypeOrg)["aud"], json!([AUD]));
        for fault in [Fault::TypeMeta, Fault::TypeMatch] {
            let claims = named(fault);
            assert_eq!((&claims["aud"], &claims["hostname"]), (&json!(AUD), &json!("wiki.localhost")));
            assert!(claims.get("exp").is_none() && claims.get("iss").is_none());
        }
    }
}

#[test]
fn a_large_token_has_17_000_bytes() {
    let ring = shared_ring();
    for claims in both_kinds() {
        let length = apply(Fault::TokenLarge, &claims, ring).unwrap().unwrap().len();
        assert!((16_900..17_100).contains(&length), "{length}");
    }
}
