//! What people are told about a token: each check with what it expected and found, and never a verdict.

mod support;

use cfaccess::{Timestamp, Verifier};
use serde_json::{Value, json};
use support::explanation::{check, checks, explained, explained_at, first_failed};
use support::{mint, read_json, vectors};

/// The checks in the order in which verification makes them.
const CHECKS: [&str; 14] = [
    "form",
    "header",
    "key",
    "signature",
    "claims",
    "issuer",
    "audience",
    "type",
    "expiry",
    "start",
    "lifetime",
    "age",
    "principal",
    "service",
];

fn verifier() -> Verifier {
    vectors::verifier(&mint::config(), "acme.jwks.json")
}

/// A person's token with some claims changed; null takes a claim away.
fn person(changes: Value) -> String {
    let mut payload = mint::person();
    for (name, value) in changes.as_object().expect("changes") {
        match value {
            Value::Null => drop(payload.as_object_mut().expect("claims").remove(name)),
            value => payload[name] = value.clone(),
        }
    }
    mint::token(&mint::header(), &payload)
}

fn with_header(name: &str, value: Value) -> String {
    let mut header = mint::header();
    header[name] = value;
    mint::token(&header, &mint::person())
}

fn forged() -> String {
    let (header, payload) = (mint::header().to_string(), mint::person().to_string());
    mint::sign_with(&mint::signing_key("stranger"), header.as_bytes(), payload.as_bytes())
}

#[test]
fn a_good_token_passes_every_check_in_order() {
    let explanation = explained(&verifier(), person(json!({})));

    let names: Vec<_> = checks(&explanation).iter().map(|check| check["check"].clone()).collect();
    assert_eq!(json!(names), json!(CHECKS));
    assert_eq!(first_failed(&explanation), None);
}

#[test]
fn each_check_of_a_good_token_tells_what_it_expected_and_found() {
    let mut config = mint::config();
    config["max_age"] = json!(3_600);
    config["allow_services"] = json!(["id.access"]);
    let token = person(json!({}));
    let key_id = mint::key_id();
    let keys = read_json("tests/vectors/acme.jwks.json");
    let mut known: Vec<_> = keys["keys"].as_array().expect("keys").iter().map(|key| &key["kid"]).collect();
    known.sort_by_key(|key_id| key_id.to_string());
    let claims = mint::person();

    let explanation = explained(&vectors::verifier(&config, "acme.jwks.json"), &token);

    let shown = ["iss", "aud", "type", "exp", "iat", "nbf", "sub", "email"];
    let shown: Value = shown.into_iter().map(|name| (name.to_owned(), claims[name].clone())).collect();
    let (sub, email) = (&claims["sub"], &claims["email"]);
    for (name, expected, found) in [
        ("form", json!("three parts of base64url"), json!({"bytes": token.len()})),
        (
            "header",
            json!({"alg": "RS256", "kid": "1 to 128 printable characters", "typ": "JWT, or absent"}),
            mint::header(),
        ),
        ("key", json!({"any_of": known}), json!(key_id)),
        ("signature", json!("RSASSA-PKCS1-v1_5 with SHA-256"), Value::Null),
        ("claims", json!("typed claims"), shown),
        ("issuer", json!("https://acme.cloudflareaccess.com"), claims["iss"].clone()),
        ("audience", json!({"any_of": [mint::AUDIENCE]}), claims["aud"].clone()),
        ("type", json!("app"), json!("app")),
        (
            "expiry",
            json!({"now_before": mint::NOW + 3_630}),
            json!({"exp": mint::NOW + 3_600, "seconds_past": -3_600}),
        ),
        (
            "start",
            json!({"now_from": mint::NOW - 90}),
            json!({"iat": mint::NOW - 60, "nbf": mint::NOW - 60, "seconds_early": -60}),
        ),
        ("lifetime", json!({"at_most": 2_628_060}), json!(3_660)),
        ("age", json!({"at_most": 3_600}), json!(60)),
        (
            "principal",
            json!("a person (sub and email) or a service (common_name)"),
            json!({"sub": sub, "email": email, "common_name": null, "non_identity": false}),
        ),
        ("service", json!({"any_of": ["id.access"]}), Value::Null),
    ] {
        let expected = json!({"check": name, "result": "passed", "expected": expected, "found": found});
        assert_eq!(check(&explanation, name), &expected);
    }
}

#[test]
fn each_kind_of_refusal_is_told_at_its_check() {
    let mut config = mint::config();
    config["max_lifetime"] = json!(86_400);
    config["max_age"] = json!(3_600);
    let verifier = vectors::verifier(&config, "acme.jwks.json");
    let (now, day) = (mint::NOW, 86_400);
    let service = json!({"sub": "", "email": null, "common_name": "id.access"});
    for (token, name, status, found) in [
        ("oauth:abc".to_owned(), "form", "OPAQUE_TOKEN", json!({"bytes": 9})),
        ("a.b".to_owned(), "form", "MALFORMED", json!({"bytes": 3})),
        (String::new(), "form", "NO_TOKEN", json!({"bytes": 0})),
        ("A".repeat(16_385), "form", "TOO_LARGE", json!({"bytes": 16_385})),
        (with_header("alg", json!("none")), "header", "UNSUPPORTED_ALGORITHM", json!("none")),
        (with_header("typ", json!("at+jwt")), "header", "UNSUPPORTED_HEADER", json!("RS256")),
        (with_header("kid", json!(7)), "header", "MALFORMED", json!("RS256")),
        (with_header("kid", json!("x")), "key", "UNKNOWN_KEY", json!("x")),
        (forged(), "signature", "BAD_SIGNATURE", Value::Null),
        (mint::sign(mint::header().to_string().as_bytes(), b"["), "claims", "MALFORMED_CLAIMS", Value::Null),
        (person(json!({"exp": null})), "claims", "MISSING_CLAIM", Value::Null),
        (person(json!({"exp": "soon"})), "claims", "INVALID_CLAIM", json!("soon")),
        (person(json!({"iss": "https://x"})), "issuer", "WRONG_ISSUER", json!("https://x")),
        (person(json!({"aud": ["x"]})), "audience", "WRONG_AUDIENCE", json!(["x"])),
        (person(json!({"type": "org"})), "type", "WRONG_TOKEN_TYPE", json!("org")),
        (person(json!({"exp": now - 30})), "expiry", "EXPIRED", json!(30)),
        (person(json!({"nbf": now + 31})), "start", "NOT_YET_VALID", json!(31)),
        (person(json!({"exp": now - 60 + day + 1})), "lifetime", "SESSION_TOO_LONG", json!(day + 1)),
        (person(json!({"iat": now - 3_601})), "age", "SESSION_TOO_OLD", json!(3_601)),
        (person(json!({"sub": ""})), "principal", "AMBIGUOUS_IDENTITY", json!("")),
        (person(service), "service", "SERVICE_NOT_ALLOWED", json!("id.access")),
    ] {
        let explanation = explained(&verifier, &token);

        let failed = first_failed(&explanation).unwrap_or_else(|| panic!("{status} is not told"));
        assert_eq!((&failed["check"], &failed["status"]), (&json!(name), &json!(status)));
        assert!(failed["message"].as_str().is_some_and(|message| !message.is_empty()));
        assert!(!failed["expected"].is_null(), "{status}");
        let shown = match name {
            "header" => &failed["found"]["alg"],
            "claims" => &failed["found"]["exp"],
            "expiry" => &failed["found"]["seconds_past"],
            "start" => &failed["found"]["seconds_early"],
            "principal" => &failed["found"]["sub"],
            _ => &failed["found"],
        };
        assert_eq!(shown, &found, "{status}");
    }
}

#[test]
fn everything_wrong_is_told_not_only_the_first() {
    let claims =
        json!({"iss": "x", "aud": "y", "type": "org", "iat": 1, "nbf": 1, "exp": 9_000_000, "sub": ""});

    let explanation = explained(&verifier(), person(claims));

    let failed = checks(&explanation).iter().filter(|check| check["result"] == "failed");
    let failed: Vec<_> = failed.map(|check| check["check"].clone()).collect();
    assert_eq!(json!(failed), json!(["issuer", "audience", "type", "expiry", "lifetime", "principal"]));
}

#[test]
fn claims_are_told_of_a_token_whose_header_or_signature_does_not_hold() {
    for (token, failed) in [
        (forged(), "signature"),
        (with_header("kid", json!("x")), "key"),
        (with_header("alg", json!("HS256")), "header"),
    ] {
        let explanation = explained(&verifier(), &token);
        assert_eq!(first_failed(&explanation).expect("a failed check")["check"], failed);
        assert_eq!(check(&explanation, "claims")["found"]["email"], "user@example.com");
        assert_eq!(check(&explanation, "service")["result"], "passed");
    }
}

#[test]
fn the_skew_of_the_times_is_told() {
    let token = person(json!({}));
    let found = |name: &str, now: i64| check(&explained_at(&verifier(), &token, now), name)["found"].clone();
    let (exp, iat) = (mint::NOW + 3_600, mint::NOW - 60);

    assert_eq!(found("expiry", exp - 1)["seconds_past"], -1);
    assert_eq!(found("expiry", exp + 100)["seconds_past"], 100);
    assert_eq!(found("start", iat - 45)["seconds_early"], 45);
    assert_eq!(found("start", iat + 1)["seconds_early"], -1);
    assert_eq!(found("age", iat + 500), 500);
}

#[test]
fn the_clock_and_the_leeway_are_told() {
    let mut config = mint::config();
    config["leeway"] = json!(300);

    let explanation = explained_at(&vectors::verifier(&config, "acme.jwks.json"), "", 42);

    assert_eq!((&explanation["now"], &explanation["leeway"]), (&json!(42), &json!(300)));
}

#[test]
fn values_are_shown_as_verification_reads_them() {
    // In a text of its own, since the reader of this test would read a raw value once more.
    let shown = |payload: String| {
        let token = mint::sign(mint::header().to_string().as_bytes(), payload.as_bytes());
        verifier().explain(token.as_bytes(), Timestamp::new(mint::NOW).expect("a time"))
    };
    let with = |member: &str| shown(mint::person().to_string().replacen('{', &format!("{{{member},"), 1));

    let raw_value = person_with_issuer(r#"{"$serde_json::private::RawValue":"\"https://acme\""}"#);
    assert!(shown(raw_value).contains(r#""iss":{"$serde_json::private::RawValue":"\"https://acme\""}"#));
    assert!(shown(person_with_issuer("-9007199254740993")).contains(r#""iss":-9007199254740993"#));
    assert!(shown(person_with_issuer("18446744073709551615")).contains(r#""iss":18446744073709551615"#));
    assert!(
        with(r#""email":"admin@example.com""#)
            .contains(r#""check":"claims","expected":"typed claims","found":null"#)
    );
}

/// A person's payload with JSON text in place of the issuer.
fn person_with_issuer(json: &str) -> String {
    let claims = mint::person();
    claims.to_string().replacen(&claims["iss"].to_string(), json, 1)
}

#[test]
fn a_device_without_identity_is_told_from_a_person() {
    let found = |email: &str| {
        let explanation = explained(&verifier(), person(json!({"email": email})));
        check(&explanation, "principal")["found"]["non_identity"].clone()
    };

    assert_eq!(found("non_identity@acme.cloudflareaccess.com"), true);
    assert_eq!(found("non_identity@other.cloudflareaccess.com"), false);
    assert_eq!(found("user@example.com"), false);
}

#[test]
fn long_texts_are_cut() {
    let found = |claim: &str| {
        let token = person(json!({"iss": claim, "type": {claim: 1}}));
        check(&explained(&verifier(), &token), "claims")["found"].clone()
    };
    let cut = |text: &str| text.repeat(512) + "...";

    for character in ["x", "\u{e9}", "\u{1f600}"] {
        let longest = character.repeat(512);
        assert_eq!(found(&longest)["iss"], json!(longest), "what fits is whole");
        assert_eq!(found(&longest)["type"], json!({longest: 1}));
        assert_eq!(found(&character.repeat(513))["iss"], json!(cut(character)));
        assert_eq!(found(&character.repeat(800))["type"], json!({cut(character): 1}));
    }
}
