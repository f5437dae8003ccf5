//! The vectors that every language runs.

mod support;

use cfaccess::{Keys, LocalAddress, Refusal, RemoteOptions, Timestamp, Verified, Verifier};
use serde_json::{Value, json};
use support::{mint, read_json, session, vectors};

fn status(outcome: &Result<impl Sized, Refusal>) -> String {
    outcome.as_ref().map_or_else(|refusal| refusal.status().name().to_owned(), |_| "OK".to_owned())
}

/// The members that every vector has.
const MEMBERS: [&str; 4] = ["name", "rule", "about", "status"];

/// Runs all vectors of a file, whose other members are `members`, and reports all that differ at once.
fn run(file: &str, members: &[&str], differs: impl Fn(&Value, &Value) -> Option<String>) {
    let document = read_json(&format!("tests/vectors/{file}"));
    vectors::expect_members(&document, &["defaults", "vectors"]);
    let known = [&MEMBERS, members].concat();
    for vector in document["vectors"].as_array().expect("vectors") {
        vectors::expect_members(vector, &known);
    }
    let vectors = document["vectors"].as_array().expect("vectors");
    let different: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            differs(&document["defaults"], vector).map(|how| format!("{}: {how}", vector["name"]))
        })
        .collect();
    assert!(!vectors.is_empty());
    assert!(
        different.is_empty(),
        "{} of {} differ:\n{}",
        different.len(),
        vectors.len(),
        different.join("\n")
    );
    println!("{file}: {} vectors", vectors.len());
}

fn seen(claims: &Verified, name: &str) -> Value {
    match name {
        "kind" => json!(claims.kind().name()),
        "issuer" => json!(claims.issuer()),
        "principal_id" => json!(claims.principal_id()),
        "subject" => json!(claims.subject()),
        "email" => json!(claims.email()),
        "common_name" => json!(claims.common_name()),
        "audiences" => json!(claims.audiences().collect::<Vec<_>>()),
        "issued_at" => json!(claims.issued_at().seconds()),
        "not_before" => json!(claims.not_before().map(Timestamp::seconds)),
        "expires_at" => json!(claims.expires_at().seconds()),
        "ends_at" => json!(claims.ends_at().seconds()),
        "identity_nonce" => json!(claims.identity_nonce()),
        "nonce" => json!(claims.nonce()),
        "session" => json!(claims.session()),
        "country" => json!(claims.country()),
        "policy_id" => json!(claims.policy_id()),
        "token_type" => json!(claims.token_type()),
        "groups" => json!(claims.groups()),
        "custom" => claims.custom().map_or(Value::Null, |text| serde_json::from_str(text).expect("JSON")),
        "payload" => serde_json::from_str(claims.payload()).expect("JSON"),
        _ => panic!("no claim is called {name}"),
    }
}

/// How status and claims differ from those of a vector.
fn differs(vector: &Value, outcome: &Result<Verified, Refusal>) -> Option<String> {
    if json!(status(outcome)) != vector["status"] {
        return Some(format!("{} instead of {}: {outcome:?}", status(outcome), vector["status"]));
    }
    let message = vector.get("message").and_then(Value::as_str);
    if let (Some(expected), Err(refusal)) = (message, outcome)
        && refusal.message() != expected
    {
        return Some(format!("'{}' instead of '{expected}'", refusal.message()));
    }
    let claims = outcome.as_ref().ok()?;
    let as_json: Value = serde_json::from_str(&claims.to_json()).expect("JSON");
    vector["claims"].as_object()?.iter().find_map(|(name, expected)| {
        let (found, in_json) = (seen(claims, name), &as_json[name]);
        (found != *expected || in_json != expected)
            .then(|| format!("{name} is {found}, as JSON {in_json}, instead of {expected}"))
    })
}

/// How a verification or the cache hit after it differs from a vector; both return the same claims.
fn differs_twice(vector: &Value, verify: impl Fn() -> Result<Verified, Refusal>) -> Option<String> {
    let [first, second] = [verify(), verify()];
    let are_the_same = match (&first, &second) {
        (Ok(first), Ok(second)) => session::are_the_same(first, second),
        (Err(first), Err(second)) => first == second,
        _ => false,
    };
    differs(vector, &first)
        .or_else(|| differs(vector, &second).map(|how| format!("the second time: {how}")))
        .or_else(|| (!are_the_same).then(|| "the second time returns other claims".to_owned()))
}

#[test]
fn tokens() {
    run("tokens.json", &["config", "keys", "now", "token", "claims", "message"], |defaults, vector| {
        let of = |name: &str| vector.get(name).unwrap_or(&defaults[name]).clone();
        let verifier = vectors::verifier(&of("config"), of("keys").as_str().expect("a file"));
        let Some(now) = Timestamp::new(of("now").as_i64().expect("seconds")) else {
            // In Rust no such time can be written; in C it is an argument.
            return (vector["status"] != "INVALID_ARGUMENT").then(|| "now is out of range".to_owned());
        };

        let token = vectors::bytes(&vector["token"]);
        differs_twice(vector, || verifier.verify_at(&token, now))
    });
}

#[test]
fn requests() {
    run("requests.json", &["config", "now", "headers", "claims"], |defaults, vector| {
        let of = |name: &str| vector.get(name).unwrap_or(&defaults[name]).clone();
        let verifier = vectors::verifier(&of("config"), of("keys").as_str().expect("a file"));
        let now = Timestamp::new(of("now").as_i64().expect("seconds")).expect("a time");
        let headers = vectors::headers(&vector["headers"]);
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();

        differs_twice(vector, || verifier.verify_request_at(&headers, now))
    });
}

#[test]
fn key_documents() {
    run("keys.json", &["document", "keys", "skipped", "local"], |_, vector| {
        let document = vectors::bytes(&vector["document"]);
        let outcome = Keys::from_json(&document);
        if json!(status(&outcome)) != vector["status"] {
            return Some(format!("{} instead of {}", status(&outcome), vector["status"]));
        }
        if let Some(how) = reload_differs(vector, &document) {
            return Some(how);
        }
        let in_force = outcome.ok()?.status();
        let keys: Vec<_> = in_force.keys.iter().map(|key| &key.key_id).collect();
        let skipped: Vec<_> = in_force.skipped.iter().map(|key| &key.key_id).collect();
        (json!(keys) != vector["keys"] || json!(skipped) != vector["skipped"])
            .then(|| format!("keys {keys:?}, skipped {skipped:?}"))
    });
}

/// How a document differs from its vector where it takes the place of other keys: those of Access and of a local Access
/// never take each other's.
fn reload_differs(vector: &Value, document: &[u8]) -> Option<String> {
    [("acme.jwks.json", false), ("local.jwks.json", true)].iter().find_map(|(file, are_local)| {
        let keys = vectors::keys(file);
        let before = keys.status();
        let outcome = keys.load_json(document);
        let is_local = vector.get("local").is_some_and(|local| local.as_bool().expect("true"));
        let is_foreign = vector["status"] == "OK" && is_local != *are_local;
        let expected = if is_foreign { json!("KEYS_INVALID") } else { vector["status"].clone() };
        let stay = outcome.is_ok() || keys.status() == before;
        (json!(status(&outcome)) != expected || !stay)
            .then(|| format!("in place of {file}: {} instead of {expected}", status(&outcome)))
    })
}

#[test]
fn local_addresses() {
    run("local.json", &["team", "local"], |_, vector| {
        let team = vector["team"].as_str().expect("a team");
        let address = vector.get("local").map(|local| LocalAddress::new(local.as_str().expect("text")));
        let outcome = address.transpose().and_then(|local| {
            let mut options = RemoteOptions::default();
            options.local = local;
            Keys::remote(team, options)
        });
        (json!(status(&outcome)) != vector["status"])
            .then(|| format!("{} instead of {}", status(&outcome), vector["status"]))
    });
}

#[test]
fn configs() {
    run("configs.json", &["config", "keys", "issuer", "warnings"], |_, vector| {
        let keys =
            vectors::keys(vector.get("keys").map_or("acme.jwks.json", |file| file.as_str().expect("a file")));
        let outcome =
            vectors::config(&vector["config"]).and_then(|config| Verifier::new(config, keys.clone()));
        if json!(status(&outcome)) != vector["status"] {
            return Some(format!("{} instead of {}", status(&outcome), vector["status"]));
        }
        let verifier = outcome.ok()?;
        let mut payload = mint::person();
        payload["iss"] = vector["issuer"].clone();
        payload["aud"] = vector["config"]["audiences"][0].clone();
        (payload["iat"], payload["nbf"], payload["exp"]) =
            (json!(mint::NOW), json!(mint::NOW), json!(mint::NOW + 1));
        let token = mint::token(&mint::header(), &payload);
        if let Err(refusal) = verifier.verify_at(token.as_bytes(), Timestamp::new(mint::NOW).expect("a time"))
        {
            return Some(format!("its own team's token is refused: {refusal}"));
        }
        let warnings = verifier.warnings().len();
        (json!(warnings) != vector["warnings"]).then(|| format!("{warnings} warnings"))
    });
}
