//! A key set, tokens signed with its first key, and a time at which they are valid.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

pub const NOW: i64 = 1_767_225_600;
pub const AUDIENCE: &str = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
pub const ISSUER: &str = "https://acme.cloudflareaccess.com";
pub const DOCUMENT: &[u8] = include_bytes!("../../tests/vectors/acme.jwks.json");
const PRIVATE_KEY: &str = include_str!("../../tests/vectors/keys/acme-1.pem");

/// A header that names the first key.
pub fn header() -> &'static str {
    static HEADER: OnceLock<String> = OnceLock::new();
    HEADER.get_or_init(|| format!(r#"{{"alg":"RS256","kid":"{}","typ":"JWT"}}"#, key_id()))
}

pub fn key_id() -> &'static str {
    static KEY_ID: OnceLock<String> = OnceLock::new();
    KEY_ID.get_or_init(|| {
        let document: serde_json::Value = serde_json::from_slice(DOCUMENT).expect("JSON");
        document["keys"][0]["kid"].as_str().expect("a kid").to_owned()
    })
}

/// The token of a person.
pub fn token() -> &'static [u8] {
    static TOKEN: OnceLock<Vec<u8>> = OnceLock::new();
    TOKEN.get_or_init(|| {
        let payload = serde_json::json!({
            "iss": ISSUER, "aud": [AUDIENCE], "type": "app", "sub": "7335d417", "email": "user@example.com",
            "iat": NOW - 60, "exp": NOW + 3_600,
        });
        signed(header().as_bytes(), payload.to_string().as_bytes())
    })
}

/// Any header and payload in compact form, with the signature of the first key.
pub fn signed(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mut signature = vec![0; key_pair().public_modulus_len()];
    key_pair()
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
        .expect("a signature");
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(&signature)).into_bytes()
}

fn key_pair() -> &'static RsaKeyPair {
    static KEY_PAIR: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY_PAIR.get_or_init(|| {
        let base64: String = PRIVATE_KEY.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(base64).expect("PEM");
        RsaKeyPair::from_pkcs8(&der).expect("a private key")
    })
}
