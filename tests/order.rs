//! The documented order of the checks: a token with two faults is refused for the earlier one.

mod support;

use cfaccess::{Revocations, Target, TargetKind, Timestamp, Verifier};
use serde_json::{Value, json};
use support::explanation::{checks, explained_at, first_failed};
use support::{mint, read, vectors};

/// A token before it is signed, good unless a fault is put into it.
struct Draft {
    header: Value,
    payload: Value,
    /// Members that occur twice in header or payload.
    twice: [&'static str; 2],
    signed_by: &'static str,
    prefix: &'static str,
}

struct Fault {
    /// The check that finds it, by the name that explain gives it.
    check: &'static str,
    status: &'static str,
    put_into: fn(&mut Draft),
}

/// At least one fault for each check, in the order of the checks.
const FAULTS: &[Fault] = &[
    fault("form", "OPAQUE_TOKEN", |draft| draft.prefix = "oauth:"),
    fault("form", "MALFORMED", |draft| draft.prefix = "="),
    fault("form", "TOO_LARGE", |draft| draft.payload["padding"] = json!("x".repeat(20_000))),
    fault("header", "MALFORMED", |draft| draft.twice[0] = r#""x":1,"x":1,"#),
    fault("header", "UNSUPPORTED_ALGORITHM", |draft| draft.header["alg"] = json!("none")),
    fault("header", "UNSUPPORTED_HEADER", |draft| draft.header["crit"] = json!(["exp"])),
    fault("key", "UNKNOWN_KEY", |draft| draft.header["kid"] = json!("0".repeat(64))),
    fault("signature", "BAD_SIGNATURE", |draft| draft.signed_by = "stranger"),
    fault("claims", "MALFORMED_CLAIMS", |draft| draft.twice[1] = r#""x":1,"x":1,"#),
    fault("claims", "MISSING_CLAIM", |draft| remove(draft, "exp")),
    fault("claims", "INVALID_CLAIM", |draft| draft.payload["country"] = json!(5)),
    fault("issuer", "WRONG_ISSUER", |draft| {
        draft.payload["iss"] = json!("https://other.cloudflareaccess.com")
    }),
    fault("audience", "WRONG_AUDIENCE", |draft| draft.payload["aud"] = json!(["another"])),
    fault("type", "WRONG_TOKEN_TYPE", |draft| draft.payload["type"] = json!("org")),
    fault("expiry", "EXPIRED", |draft| draft.payload["exp"] = json!(mint::NOW - 50)),
    fault("start", "NOT_YET_VALID", |draft| draft.payload["nbf"] = json!(mint::NOW + 50)),
    fault("lifetime", "SESSION_TOO_LONG", |draft| draft.payload["iat"] = json!(mint::NOW - 3_000_000)),
    fault("age", "SESSION_TOO_OLD", |draft| draft.payload["iat"] = json!(mint::NOW - 2_000_000)),
    fault("principal", "AMBIGUOUS_IDENTITY", |draft| {
        draft.payload["email"] = json!("user@example.com");
        draft.payload["common_name"] = json!("e367826f93b8d71185e03fe518aff3b4.access");
    }),
    fault("service", "SERVICE_NOT_ALLOWED", |draft| {
        remove(draft, "sub");
        remove(draft, "email");
        draft.payload["common_name"] = json!("e367826f93b8d71185e03fe518aff3b4.access");
    }),
    fault("revocation", "REVOKED", |draft| draft.payload["identity_nonce"] = json!("revoked")),
];

const fn fault(check: &'static str, status: &'static str, put_into: fn(&mut Draft)) -> Fault {
    Fault { check, status, put_into }
}

fn remove(draft: &mut Draft, claim: &str) {
    draft.payload.as_object_mut().expect("an object").remove(claim);
}

/// `exp` at or before `nbf` is an invalid claim, so no token is both.
fn exclude_each_other(one: &Fault, other: &Fault) -> bool {
    one.status == "EXPIRED" && other.status == "NOT_YET_VALID"
}

#[test]
fn each_check_has_a_fault() {
    let token = signed(&Draft::good());
    let explanation = explained_at(&verifier(), token.as_bytes(), mint::NOW);
    let checks: Vec<&str> = checks(&explanation).iter().filter_map(|check| check["check"].as_str()).collect();

    let mut with_fault: Vec<&str> = FAULTS.iter().map(|fault| fault.check).collect();
    with_fault.dedup();
    assert_eq!(with_fault, checks, "one for each rule of src/policy.rs, in their order, and for revocation");
}

/// Each language lists the statuses under `1. form`, `2. header` and so on, ended by an empty line.
#[test]
fn each_language_documents_every_fault_in_order() {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let expected: Vec<String> = FAULTS.iter().map(|fault| plain(fault.status)).collect();

    for file in [
        "src/verifier.rs",
        "include/cfaccess.h",
        "bindings/python/src/cfaccess/_verifier.py",
        "bindings/go/verifier.go",
    ] {
        let text = String::from_utf8(read(file)).expect("UTF-8");
        let list = text.lines().skip_while(|line| !line.contains(" 1. form: "));
        let is_empty = |line: &&str| line.trim_matches([' ', '/', '*']).is_empty();
        let list: Vec<&str> = list.take_while(|line| !is_empty(line) && !line.contains("pub fn")).collect();
        let text = list.join(" ");
        let words = text.split(|character: char| !character.is_ascii_alphabetic() && character != '_');
        let names = words.map(|word| plain(word.strip_prefix("Err").unwrap_or(word)));
        let documented: Vec<String> = names.filter(|name| expected.contains(name)).collect();
        assert_eq!(documented, expected, "the list of checks in {file}");
    }
}

#[test]
fn each_fault_alone_is_what_it_says() {
    assert_eq!(status(&[]), "OK");
    for fault in FAULTS {
        assert_eq!(status(&[fault]), fault.status);
        let explanation = explained_at(&verifier(), signed(&draft(&[fault])).as_bytes(), mint::NOW);
        let failed = first_failed(&explanation).expect("a failed check");
        assert_eq!(failed["check"], fault.check, "{}", fault.status);
    }
}

#[test]
fn of_two_faults_the_earlier_is_reported() {
    for (index, later) in FAULTS.iter().enumerate() {
        for earlier in FAULTS[..index].iter().filter(|earlier| !exclude_each_other(earlier, later)) {
            assert_eq!(status(&[later, earlier]), earlier.status, "with {} as well", later.status);
        }
    }
}

#[test]
fn a_wrong_signature_is_never_reported_as_a_claim_error() {
    let signature =
        FAULTS.iter().position(|fault| fault.check == "signature").expect("a fault of the signature");
    let (signature, claim_faults) = FAULTS[signature..].split_first().expect("the fault");

    for fault in claim_faults {
        assert_eq!(status(&[fault, signature]), "BAD_SIGNATURE", "with {} as well", fault.status);
    }
    let all: Vec<&Fault> = claim_faults.iter().chain([signature]).collect();
    assert_eq!(status(&all), "BAD_SIGNATURE");
}

/// The status of a token with these faults, `OK` if it is accepted.
fn status(faults: &[&Fault]) -> &'static str {
    let now = Timestamp::new(mint::NOW).expect("a time");
    let outcome = verifier().verify_at(signed(&draft(faults)).as_bytes(), now);
    outcome.map_or_else(|refusal| refusal.status().name(), |_| "OK")
}

impl Draft {
    fn good() -> Draft {
        Draft {
            header: mint::header(),
            payload: mint::person(),
            twice: [""; 2],
            signed_by: "acme-1",
            prefix: "",
        }
    }
}

/// A draft with each fault put into it in turn.
fn draft(faults: &[&Fault]) -> Draft {
    let mut draft = Draft::good();
    faults.iter().for_each(|fault| (fault.put_into)(&mut draft));
    draft
}

fn signed(draft: &Draft) -> String {
    let [header, payload] =
        [(&draft.header, draft.twice[0]), (&draft.payload, draft.twice[1])].map(|(value, twice)| {
            let text = value.to_string();
            format!("{{{twice}{}", &text[1..])
        });
    let key = mint::signing_key(draft.signed_by);
    let token = mint::sign_with(&key, header.as_bytes(), payload.as_bytes());
    format!("{}{token}", draft.prefix)
}

fn verifier() -> Verifier {
    let mut config = mint::config();
    config["max_age"] = json!(1_000_000);
    let mut config = vectors::config(&config).expect("a config");
    let revocations = Revocations::open("memory:", "acme", Default::default()).expect("a store");
    let session = Target::new(TargetKind::Session, "revoked").expect("a session");
    revocations.revoke(&session, &Default::default()).expect("a receipt");
    config.set_revocations(&revocations);
    Verifier::new(config, vectors::keys("acme.jwks.json")).expect("a verifier")
}
