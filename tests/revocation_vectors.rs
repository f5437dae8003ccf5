//! What entries hit, by the vectors that every language runs.

mod support;

use cfaccess::{
    Note, Refusal, RevocationEntry, Revocations, RevokeOptions, Target, TargetKind, Timestamp, Verifier,
};
use serde_json::{Value, json};
use support::{read_json, vectors};

const MEMBERS: [&str; 10] =
    ["name", "rule", "about", "status", "config", "now", "team", "token", "headers", "writes"];

fn time(value: &Value) -> Option<Timestamp> {
    value.as_i64().map(|seconds| Timestamp::new(seconds).expect("a time"))
}

fn write(revocations: &Revocations, write: &Value) -> Result<(), Refusal> {
    let known = [
        "action",
        "kind",
        "value",
        "at",
        "margin",
        "until",
        "not_issued_after",
        "blocked_until",
        "expires_at",
    ];
    vectors::expect_members(write, &known);
    let text = |name: &str| write[name].as_str().expect("a string");
    if text("action") == "import" {
        return revocations.import(&[RevocationEntry::from_json(&write.to_string())?]).map(drop);
    }
    let kind = TargetKind::from_name(text("kind")).expect("a kind");
    let target = Target::new(kind, text("value"))?;
    match text("action") {
        "revoke" => {
            let mut options = RevokeOptions::default();
            options.at = time(&write["at"]);
            options.margin = write["margin"].as_i64();
            revocations.revoke(&target, &options).map(drop)
        }
        "block" => revocations.block(&target, time(&write["until"]), &Note::default()).map(drop),
        "lift" => revocations.lift(&target, &Note::default()).map(drop),
        other => panic!("there is no action {other}"),
    }
}

fn outcome(document: &Value, vector: &Value) -> Result<(), Refusal> {
    let defaults = &document["defaults"];
    let of = |name: &str| vector.get(name).unwrap_or(&defaults[name]);
    let team = vector["team"].as_str().unwrap_or("acme");
    let revocations = Revocations::open("memory:", team, Default::default())?;
    let mut config = vectors::config(of("config"))?;
    config.set_revocations(&revocations);
    let verifier: Verifier =
        Verifier::new(config, vectors::keys(defaults["keys"].as_str().expect("a file")))?;
    let now = time(of("now")).expect("a time");
    let token = vector["token"].as_str().map(|name| document["tokens"][name].as_str().expect("a token"));
    let before = token.map(|token| verifier.verify_at(token.as_bytes(), now));
    for entry in vector["writes"].as_array().expect("writes") {
        write(&revocations, entry)?;
    }
    let Some(token) = token else { return Ok(()) };
    let mut headers = vector.get("headers").map(vectors::headers).unwrap_or_default();
    headers.push((b"Cf-Access-Jwt-Assertion".to_vec(), token.as_bytes().to_vec()));
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();

    let verdict = verifier.verify_request_at(&headers, now).map(drop);

    // Without the cache, which may have the token of before the writes, the verdict is the same.
    let status = |verdict: &Result<(), Refusal>| verdict.as_ref().map_err(Refusal::status).copied();
    let mut uncached = vectors::config(of("config"))?;
    uncached.set_cache_entries(0)?;
    uncached.set_revocations(&revocations);
    let uncached: Verifier =
        Verifier::new(uncached, vectors::keys(defaults["keys"].as_str().expect("a file")))?;
    let again = uncached.verify_request_at(&headers, now).map(drop);
    assert_eq!(status(&verdict), status(&again), "{}", vector["name"]);
    if vector["status"] == "REVOKED" || vector["status"] == "BLOCKED" {
        assert!(before.is_some_and(|before| before.is_ok()), "{} was good before", vector["name"]);
        assert_eq!(verifier.lookup(token.as_bytes()), None, "{}", vector["name"]);
    }
    verdict
}

#[test]
fn entries_hit_what_the_vectors_say() {
    let document = read_json("tests/vectors/revocation.json");
    vectors::expect_members(&document, &["defaults", "tokens", "vectors"]);
    let all = document["vectors"].as_array().expect("vectors");
    let different: Vec<String> = all
        .iter()
        .filter_map(|vector| {
            vectors::expect_members(vector, &MEMBERS);
            let outcome = outcome(&document, vector);
            let status = outcome.as_ref().map_or_else(|refusal| refusal.status().name(), |()| "OK");
            (json!(status) != vector["status"])
                .then(|| format!("{}: {status} instead of {}: {outcome:?}", vector["name"], vector["status"]))
        })
        .collect();
    assert!(all.len() > 100);
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn no_refusal_shows_a_value() {
    let document = read_json("tests/vectors/revocation.json");
    for vector in document["vectors"].as_array().expect("vectors") {
        let Err(refusal) = outcome(&document, vector) else { continue };
        if !["REVOKED", "BLOCKED", "INVALID_ARGUMENT"].contains(&refusal.status().name()) {
            continue;
        }
        for entry in vector["writes"].as_array().expect("writes") {
            let value = entry["value"].as_str().expect("a value").trim();
            assert!(value.len() < 4 || !refusal.to_string().contains(value), "{refusal}");
        }
    }
}
