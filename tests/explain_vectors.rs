//! What holds for every explanation, shown with every token of the vectors and with garbage.

mod support;

use cfaccess::{Timestamp, Verifier};
use serde_json::{Value, json};
use support::explanation::{checks, explained_at, first_failed};
use support::{mint, read_json, vectors};

/// Both go through the same rules, and this is how it shows.
#[test]
fn the_first_failed_check_is_the_refusal() {
    each_token(|name, verifier, token, now| {
        let explanation = explained_at(verifier, token, now.seconds());

        let told =
            first_failed(&explanation).map(|failed| (failed["status"].clone(), failed["message"].clone()));
        let refused = verifier.verify_at(token, now).err();
        let refused = refused.map(|refusal| (json!(refusal.status().name()), json!(refusal.message())));
        assert_eq!(told, refused, "{name}");
    });
}

#[test]
fn the_signature_is_never_told() {
    each_token(|name, verifier, token, now| {
        let token_text = String::from_utf8_lossy(token);
        let Some(signature) = token_text.rsplit('.').next().and_then(|part| part.get(..20)) else { return };
        assert!(!verifier.explain(token, now).contains(signature), "{name}");
    });
}

/// Members that code could take for acceptance have no place here.
#[test]
fn there_is_no_verdict() {
    let members = |value: &Value| -> Vec<String> {
        value.as_object().expect("an object").keys().map(|name| name.as_str().to_owned()).collect()
    };
    each_token(|name, verifier, token, now| {
        let explanation = explained_at(verifier, token, now.seconds());
        assert_eq!(members(&explanation), ["checks", "leeway", "note", "now", "warnings"], "{name}");
        assert!(explanation["note"].as_str().is_some_and(|note| note.contains("not a verdict")));
        for check in checks(&explanation) {
            let expected: &[_] = match check["result"].as_str() {
                Some("passed") => &["check", "expected", "found", "result"],
                Some("failed") => &["check", "expected", "found", "message", "result", "status"],
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(members(check), expected, "{name}");
        }
    });
}

#[test]
fn garbage_is_told_as_any_other_token() {
    let verifier = vectors::verifier(&mint::config(), "acme.jwks.json");
    let mut random = fastrand::Rng::with_seed(4);
    let good = mint::token(&mint::header(), &mint::person());
    for round in 0..2_000 {
        let garbage = match round % 3 {
            0 => (0..random.usize(..300)).map(|_| random.u8(..)).collect(),
            1 => {
                let mut token = good.clone().into_bytes();
                let place = random.usize(..token.len());
                token[place] = random.u8(..);
                token
            }
            _ => {
                let part: Vec<u8> = (0..random.usize(1..60)).map(|_| random.u8(..)).collect();
                let header = mint::base64url(mint::header().to_string().as_bytes());
                format!("{header}.{}.QUJD", mint::base64url(&part)).into_bytes()
            }
        };
        let now = random.i64(0..1 << 53);

        let explanation = explained_at(&verifier, &garbage, now);

        assert!(first_failed(&explanation).is_some(), "{}", garbage.escape_ascii());
    }
}

/// Every token of the vectors with its verifier and time.
fn each_token(see: impl Fn(&str, &Verifier, &[u8], Timestamp)) {
    let document = read_json("tests/vectors/tokens.json");
    for vector in document["vectors"].as_array().expect("vectors") {
        let of = |name: &str| vector.get(name).unwrap_or(&document["defaults"][name]);
        let Some(now) = Timestamp::new(of("now").as_i64().expect("seconds")) else { continue };
        let verifier = vectors::verifier(of("config"), of("keys").as_str().expect("a file"));
        see(&vector["name"].to_string(), &verifier, &vectors::bytes(&vector["token"]), now);
    }
}
