//! Tokens signed with the test keys, as `jsonwebtoken` signs them.

use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

/// A time at which the tokens of [`person`] are valid.
pub const NOW: i64 = 1_767_225_600;
pub const AUDIENCE: &str = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";

/// The private test key of this name in `tests/vectors/keys/`.
pub fn signing_key(name: &str) -> EncodingKey {
    EncodingKey::from_rsa_pem(&super::read(&format!("tests/vectors/keys/{name}.pem"))).expect("a private key")
}

/// The `kid` of the first key of the default set.
pub fn key_id() -> String {
    super::read_json("tests/vectors/acme.jwks.json")["keys"][0]["kid"].as_str().expect("a kid").to_owned()
}

pub fn header() -> Value {
    json!({"alg": "RS256", "kid": key_id(), "typ": "JWT"})
}

/// The person that all tests share, with an hour left.
pub fn person() -> Value {
    let mut person = super::read_json("tests/vectors/person.json");
    person["exp"] = json!(NOW + 3_600);
    person
}

pub fn config() -> Value {
    json!({"team": "acme", "audiences": [AUDIENCE]})
}

/// Signs any header and payload with the first key of the default set.
pub fn sign(header: &[u8], payload: &[u8]) -> String {
    sign_with(&signing_key("acme-1"), header, payload)
}

pub fn sign_with(key: &EncodingKey, header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", base64url(header), base64url(payload));
    let signature = crypto::sign(input.as_bytes(), key, Algorithm::RS256).expect("a signature");
    format!("{input}.{signature}")
}

pub fn token(header: &Value, payload: &Value) -> String {
    sign(header.to_string().as_bytes(), payload.to_string().as_bytes())
}

pub fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
