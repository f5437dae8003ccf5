//! Signing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde::Serialize;

use crate::keys::SigningKey;

/// Whether the header carries `typ`: those of people do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typ {
    Jwt,
    None,
}

/// A compact JWS with RS256, the slashes of its payload escaped as Cloudflare escapes them.
pub(crate) fn sign(key: &SigningKey, typ: Typ, claims: &impl Serialize) -> String {
    sign_parts(&header(&key.kid, typ), &payload(claims), &key.encoding, Algorithm::RS256)
}

/// The header of a token that this key signs.
pub(crate) fn header(kid: &str, typ: Typ) -> String {
    match typ {
        Typ::Jwt => format!(r#"{{"alg":"RS256","kid":"{kid}","typ":"JWT"}}"#),
        Typ::None => format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#),
    }
}

/// The JSON of claims. A slash can only be in a string, so that it can be escaped anywhere.
pub(crate) fn payload(claims: &impl Serialize) -> String {
    serde_json::to_string(claims).unwrap_or_default().replace('/', "\\/")
}

/// Signs exactly these bytes.
pub(crate) fn sign_parts(header: &str, payload: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    // Only a key that could not have been read cannot sign; and without a signature nobody accepts the token.
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap_or_default();
    format!("{message}.{signature}")
}
