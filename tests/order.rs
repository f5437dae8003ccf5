//! The documented order of the checks: a token with two faults is refused for the earlier one.

mod support;

use cfaccess::{Timestamp, Verifier};
use serde_json::{Value, json};
use support::{mint, read, vectors};

/// A token before it is signed, good unless a fault is put into it.
struct Draft {
    header: Value,
    payload: Value,
    /// Members that stand twice in header or payload.
    twice: [&'static str; 2],
    signed_by: &'static str,
    prefix: &'static str,
}

struct Fault {
    status: &'static str,
    put_into: fn(&mut Draft),
}

/// One fault for each step, in the order of the steps.
const FAULTS: [Fault; 20] = [
    fault("OPAQUE_TOKEN", |draft| draft.prefix = "oauth:"),
    fault("MALFORMED", |draft| draft.prefix = "="),
    fault("TOO_LARGE", |draft| draft.payload["padding"] = json!("x".repeat(20_000))),
    fault("MALFORMED", |draft| draft.twice[0] = r#""x":1,"x":1,"#),
    fault("UNSUPPORTED_ALGORITHM", |draft| draft.header["alg"] = json!("none")),
    fault("UNSUPPORTED_HEADER", |draft| draft.header["crit"] = json!(["exp"])),
    fault("UNKNOWN_KEY", |draft| draft.header["kid"] = json!("0".repeat(64))),
    fault("BAD_SIGNATURE", |draft| draft.signed_by = "stranger"),
    fault("MALFORMED_CLAIMS", |draft| draft.twice[1] = r#""x":1,"x":1,"#),
    fault("MISSING_CLAIM", |draft| remove(draft, "exp")),
    fault("INVALID_CLAIM", |draft| draft.payload["country"] = json!(5)),
    fault("WRONG_ISSUER", |draft| draft.payload["iss"] = json!("https://other.cloudflareaccess.com")),
    fault("WRONG_AUDIENCE", |draft| draft.payload["aud"] = json!(["another"])),
    fault("WRONG_TOKEN_TYPE", |draft| draft.payload["type"] = json!("org")),
    fault("EXPIRED", |draft| draft.payload["exp"] = json!(mint::NOW - 50)),
    fault("NOT_YET_VALID", |draft| draft.payload["nbf"] = json!(mint::NOW + 50)),
    fault("SESSION_TOO_LONG", |draft| draft.payload["iat"] = json!(mint::NOW - 3_000_000)),
    fault("SESSION_TOO_OLD", |draft| draft.payload["iat"] = json!(mint::NOW - 2_000_000)),
    fault("AMBIGUOUS_IDENTITY", |draft| {
        draft.payload["email"] = json!("user@example.com");
        draft.payload["common_name"] = json!("e367826f93b8d71185e03fe518aff3b4.access");
    }),
    fault("SERVICE_NOT_ALLOWED", |draft| {
        remove(draft, "sub");
        remove(draft, "email");
        draft.payload["common_name"] = json!("e367826f93b8d71185e03fe518aff3b4.access");
    }),
];

const SIGNATURE: usize = 7;

const fn fault(status: &'static str, put_into: fn(&mut Draft)) -> Fault {
    Fault { status, put_into }
}

fn remove(draft: &mut Draft, claim: &str) {
    draft.payload.as_object_mut().expect("an object").remove(claim);
}

/// `exp` at or before `nbf` is an invalid claim, so no token is both.
fn exclude_each_other(one: &Fault, other: &Fault) -> bool {
    one.status == "EXPIRED" && other.status == "NOT_YET_VALID"
}

#[test]
fn the_faults_stand_in_the_documented_order() {
    let faults: Vec<&str> = FAULTS.iter().map(|fault| fault.status).collect();

    for (file, beginning, end) in [
        ("src/verifier.rs", "The steps, in order:", "No claim is examined"),
        ("include/cfaccess.h", "before the signature holds:", "Where keys are fetched"),
    ] {
        let text = String::from_utf8(read(file)).expect("UTF-8");
        let (_, steps) = text.split_once(beginning).expect(beginning);
        let (steps, _) = steps.split_once(end).expect(end);
        let words = steps.split(|character: char| !character.is_ascii_uppercase() && character != '_');
        let documented: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        assert_eq!(documented, faults, "{file}");
    }
}

#[test]
fn each_fault_alone_is_what_it_says() {
    assert_eq!(status(&[]), "OK");
    for fault in &FAULTS {
        assert_eq!(status(&[fault]), fault.status);
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
    let claim_faults: Vec<&Fault> = FAULTS[SIGNATURE + 1..].iter().collect();

    for fault in &claim_faults {
        assert_eq!(status(&[fault, &FAULTS[SIGNATURE]]), "BAD_SIGNATURE", "with {} as well", fault.status);
    }
    let all: Vec<&Fault> = claim_faults.into_iter().chain([&FAULTS[SIGNATURE]]).collect();
    assert_eq!(status(&all), "BAD_SIGNATURE");
}

/// What a good token is refused for once these faults are in it, each put into it in turn.
fn status(faults: &[&Fault]) -> &'static str {
    let mut draft = Draft {
        header: mint::header(),
        payload: mint::person(),
        twice: [""; 2],
        signed_by: "acme-1",
        prefix: "",
    };
    faults.iter().for_each(|fault| (fault.put_into)(&mut draft));
    let [header, payload] =
        [(&draft.header, draft.twice[0]), (&draft.payload, draft.twice[1])].map(|(value, twice)| {
            let text = value.to_string();
            format!("{{{twice}{}", &text[1..])
        });
    let key = mint::signing_key(draft.signed_by);
    let token = mint::sign_with(&key, header.as_bytes(), payload.as_bytes());

    let now = Timestamp::new(mint::NOW).expect("a time");
    let outcome = verifier().verify_at(format!("{}{token}", draft.prefix).as_bytes(), now);

    outcome.map_or_else(|refusal| refusal.status().name(), |_| "OK")
}

fn verifier() -> Verifier {
    let mut config = mint::config();
    config["max_age"] = json!(1_000_000);
    vectors::verifier(&config, "acme.jwks.json")
}
