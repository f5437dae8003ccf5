//! What other implementations say about a token that was accepted here.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};

use cfaccess::{Claims, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::support::{self, mint};

const LEEWAY: u64 = 30;

/// `jsonwebtoken`, as strict as it can be told to be.
pub struct Jsonwebtoken {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl Jsonwebtoken {
    pub fn new() -> Jsonwebtoken {
        let set: JwkSet =
            serde_json::from_slice(&support::read("tests/vectors/acme.jwks.json")).expect("a JWK Set");
        let keys = set.keys.iter().map(|key| {
            let key_id = key.common.key_id.clone().expect("a kid");
            (key_id, DecodingKey::from_jwk(key).expect("a key"))
        });
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&["https://acme.cloudflareaccess.com"]);
        validation.set_audience(&[mint::AUDIENCE]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        Jsonwebtoken { keys: keys.collect(), validation }
    }

    /// Tells how its verdict or its claims differ from what was read here.
    pub fn check(&self, token: &str, claims: &Claims) -> Result<(), String> {
        let header = decode_header(token).map_err(|error| format!("the header: {error}"))?;
        let key_id = header.kid.ok_or("no kid")?;
        let key = self.keys.get(&key_id).ok_or("another kid")?;
        let seen = decode::<Value>(token, key, &self.validation).map_err(|error| error.to_string())?.claims;

        let payload: Value = serde_json::from_str(claims.payload()).map_err(|error| error.to_string())?;
        if seen != payload {
            return Err(format!("its claims are {seen}"));
        }
        let read_here = as_claims(claims);
        let different =
            read_here.iter().find(|(name, value)| seen.get(name.as_str()).unwrap_or(&Value::Null) != *value);
        different.map_or(Ok(()), |(name, value)| Err(format!("{name} is {value} here")))
    }
}

/// PyJWT and joserfc, each on its own, over all tokens in one process.
pub fn check_in_python<'a>(accepted: impl Iterator<Item = (u64, &'a str, &'a Claims)>) {
    let python = support::repository("target/venv/bin/python");
    if !python.exists() {
        // Past the capture of standard error, for whoever counts what was skipped.
        writeln!(std::io::stderr(), "SKIP pyjwt_and_joserfc_accept_it_too: target/venv (make setup)").ok();
        return;
    }
    let lines: Vec<String> = accepted
        .map(|(case, token, claims)| {
            json!({"case": case, "token": token, "payload": claims.payload(), "claims": as_claims(claims)})
                .to_string()
        })
        .collect();
    let mut process = Command::new(python)
        .arg(support::repository("tests/differential/others.py"))
        .arg(support::repository("tests/vectors/acme.jwks.json"))
        .args(["https://acme.cloudflareaccess.com", mint::AUDIENCE, &LEEWAY.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = process.stdin.take().expect("a pipe");
    input.write_all(lines.join("\n").as_bytes()).expect("Python reads");
    drop(input);

    let output = process.wait_with_output().expect("Python ends");

    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim_end(), format!("{} accepted by PyJWT and joserfc", lines.len()));
    assert!(output.status.success());
}

/// What was read here, under the names of the token.
fn as_claims(claims: &Claims) -> serde_json::Map<String, Value> {
    let Value::Object(read) = json!({
        "iss": claims.issuer(),
        "sub": claims.subject(),
        "email": claims.email(),
        "common_name": claims.common_name(),
        "iat": claims.issued_at().seconds(),
        "nbf": claims.not_before().map(Timestamp::seconds),
        "exp": claims.expires_at().seconds(),
        "country": claims.country(),
        "identity_nonce": claims.identity_nonce(),
        "nonce": claims.nonce(),
        "type": claims.token_type(),
        "custom": claims.custom().map(|text| serde_json::from_str::<Value>(text).expect("JSON")),
    }) else {
        unreachable!("an object was written")
    };
    read
}
