use std::sync::Arc;

use serde_json::{Value, json};

use super::support::*;
use crate::config::{Config, Decision, Include, Policy, ServiceToken, TeamSettings};
use crate::faults::{Fault, Stage};
use crate::tokens::mint::{MintError, MintRequest, mint};

fn config() -> Config {
    let mut wiki = application();
    wiki.session_duration = None;
    wiki.policies = vec![Policy {
        id: POLICY,
        name: "staff".into(),
        decision: Decision::Allow,
        include: Include::default(),
        session_duration: Some(1_800),
    }];
    Config {
        team: TeamSettings { session_duration: 86_400, strict_service_token_auth: true, revocation_delay: 0 },
        applications: vec![Arc::new(wiki)],
        users: vec![ada()],
        service_tokens: vec![ServiceToken { name: "ci".into(), client_id: CLIENT_ID.into() }],
        cloudflared: false,
    }
}

fn request(members: Value) -> MintRequest {
    serde_json::from_value(members).unwrap()
}

fn minted(members: Value) -> String {
    mint(&request(members), &config(), shared_ring(), system_now()).unwrap()
}

fn refused(members: Value) -> String {
    let MintError(line) = mint(&request(members), &config(), shared_ring(), 0).unwrap_err();
    assert!(!line.contains('\n'), "{line}");
    line
}

#[test]
fn people_and_services_are_as_the_configuration_has_them() {
    let verifier = verifier(shared_ring());
    let token = minted(json!({ "email": "Ada@Example.com" }));
    assert_eq!(status(&verifier, &token), "OK");
    let claims = payload(&token);
    assert_eq!(claims["sub"], ada().sub().to_string());
    assert_eq!((&claims["policy_id"], &claims["country"]), (&json!(POLICY.to_string()), &json!("DE")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1_801);
    let nonce = claims["identity_nonce"].as_str().unwrap();
    assert!(nonce.len() == 16 && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()));

    for service in ["ci", CLIENT_ID] {
        let token = minted(json!({ "app": "wiki", "service": service }));
        assert_eq!(status(&verifier, &token), "OK");
        let claims = payload(&token);
        assert_eq!(claims["common_name"], CLIENT_ID);
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 86_401);
    }
    let token = minted(json!({ "email": "somebody@example.com" }));
    assert_eq!((status(&verifier, &token), &payload(&token)["country"]), ("OK", &json!("US")));
}

#[test]
fn times_are_from_now() {
    let verifier = verifier(shared_ring());
    let at = |issued: i64, expires: i64| {
        minted(json!({ "email": "ada@example.com", "issued": issued, "expires": expires }))
    };
    assert_eq!(status(&verifier, &at(-7_200, 3_600)), "OK");
    assert_eq!(status(&verifier, &at(-7_200, -3_600)), "EXPIRED");
    assert_eq!(status(&verifier, &at(3_600, 7_200)), "NOT_YET_VALID");
    let claims = payload(&at(-10, 20));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 30);
    assert_eq!(claims["nbf"], claims["iat"]);
}

#[test]
fn claims_take_the_place_of_others_and_null_removes() {
    let token = minted(json!({
        "email": "ada@example.com",
        "claims": { "sub": null, "country": "FR", "exp": 5, "extra": { "a": [1] } },
    }));
    let claims = payload(&token);
    assert!(claims.get("sub").is_none());
    assert_eq!(
        (&claims["country"], &claims["exp"], &claims["extra"]),
        (&json!("FR"), &json!(5), &json!({ "a": [1] }))
    );
}

#[test]
fn every_fault_that_a_token_alone_can_have_can_be_minted() {
    let verifier = verifier(shared_ring());
    for fault in Fault::all() {
        let members = json!({ "email": "ada@example.com", "fault": fault.name() });
        let alone = !matches!(fault, Fault::TokenMissing | Fault::EmailOther | Fault::HeaderTwice);
        if fault.stage() == Stage::Token && alone {
            assert_eq!(Some(status(&verifier, &minted(members))), fault.status(), "{}", fault.name());
        } else {
            assert!(refused(members).contains(fault.name()));
        }
    }
    assert!(refused(json!({ "email": "ada@example.com", "fault": "none" })).contains("\"none\""));
}

#[test]
fn other_types_have_their_shapes() {
    let verifier = verifier(shared_ring());
    let org = minted(json!({ "email": "ada@example.com", "type": "org" }));
    assert_eq!(status(&verifier, &org), "WRONG_AUDIENCE");
    let claims = payload(&org);
    assert_eq!(claims["type"], "org");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 86_401);
    let org = minted(json!({ "email": "ada@example.com", "type": "org", "claims": { "aud": [AUD] } }));
    assert_eq!(status(&verifier, &org), "WRONG_TOKEN_TYPE");
    for r#type in ["meta", "match"] {
        let token = minted(json!({ "type": r#type }));
        assert_eq!(status(&verifier, &token), "MISSING_CLAIM");
        assert_eq!((&payload(&token)["type"], &payload(&token)["aud"]), (&json!(r#type), &json!(AUD)));
    }
}

#[test]
fn what_makes_no_token_is_refused_with_its_reason() {
    for (members, reason) in [
        (json!({}), "either email or service"),
        (json!({ "email": "ada@example.com", "service": "ci" }), "either email or service"),
        (json!({ "email": "ada@example.com", "app": "blog" }), "no application has the name \"blog\""),
        (json!({ "service": "cron" }), "no service token has the name \"cron\""),
        (json!({ "email": "" }), "e-mail address"),
        (json!({ "email": "a b" }), "e-mail address"),
        (json!({ "email": "a@b\n" }), "e-mail address"),
        (json!({ "type": "org" }), "for a person"),
        (json!({ "type": "org", "service": "ci" }), "for a person"),
        (json!({ "type": "org", "email": "ada@example.com", "fault": "expired" }), "type app"),
        (json!({ "type": "meta", "fault": "expired" }), "type app"),
        (json!({ "type": "meta", "email": "ada@example.com" }), "for nobody"),
        (json!({ "type": "match", "expires": 5 }), "do not expire"),
    ] {
        let line = refused(members.clone());
        assert!(line.contains(reason), "{members}: {line}");
    }
    let several = Config { applications: vec![Arc::new(application()), Arc::new(application())], ..config() };
    let error =
        mint(&request(json!({ "email": "ada@example.com" })), &several, shared_ring(), 0).unwrap_err();
    assert!(error.0.contains("give app"));
    assert!(serde_json::from_value::<MintRequest>(json!({ "mail": "x" })).is_err());
    assert!(serde_json::from_value::<MintRequest>(json!({ "type": "saml" })).is_err());
}

#[test]
fn extreme_times_do_no_harm() {
    for (issued, expires) in [(i64::MAX, i64::MIN), (i64::MIN, i64::MAX)] {
        for fault in [Value::Null, json!("expired"), json!("future"), json!("too-long")] {
            minted(json!({
                "email": "ada@example.com", "issued": issued, "expires": expires, "fault": fault,
            }));
        }
    }
}
