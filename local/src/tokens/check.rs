//! Whether a token that a client sends is ours, and still good. With `jsonwebtoken`, not with the library's verifier.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::Value;

use super::AppClaims;
use crate::keys::KeyRing;
use crate::team::ISSUER;

/// In bytes; longer ones are not looked at.
const MAX_LENGTH: usize = 16_384;

/// Why a token is not taken, in a few words for the log of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejection(pub(crate) &'static str);

/// Checks form, `alg`, `kid`, signature, `iss`, `type` and `exp`. The caller checks the audience and the session.
///
/// `now` is the time of this Access's clock, in seconds since 1970. Tokens of the types `meta` and `match` have
/// neither `iss` nor `exp`; of them, the caller checks `iat`.
pub(crate) fn check(token: &str, keys: &KeyRing, r#type: &str, now: i64) -> Result<AppClaims, Rejection> {
    if token.len() > MAX_LENGTH {
        return Err(Rejection("token too large"));
    }
    let header = decode_header(token).map_err(|_| Rejection("not a token"))?;
    if header.alg != Algorithm::RS256 {
        return Err(Rejection("algorithm is not RS256"));
    }
    if header.crit.is_some() {
        return Err(Rejection("critical header not supported"));
    }
    let kid = header.kid.ok_or(Rejection("no kid"))?;
    let key = keys.find(&kid).ok_or(Rejection("unknown kid"))?;

    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    // Against this Access's clock, which jsonwebtoken does not know.
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = decode(token, &key.decoding, &validation)
        .map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => Rejection("bad signature"),
            _ => Rejection("malformed claims"),
        })
        .map(|data| AppClaims(data.claims))?;

    if claims.text("type") != r#type {
        return Err(Rejection("wrong type of token"));
    }
    if matches!(r#type, "app" | "org") {
        if claims.text("iss") != ISSUER {
            return Err(Rejection("another issuer"));
        }
        let exp = time(&claims, "exp")?.ok_or(Rejection("no exp"))?;
        time(&claims, "iat")?.ok_or(Rejection("no iat"))?;
        if exp <= now {
            return Err(Rejection("token expired"));
        }
    }
    if time(&claims, "nbf")?.is_some_and(|nbf| nbf > now) {
        return Err(Rejection("token not valid yet"));
    }
    Ok(claims)
}

/// A claim that is a whole number of seconds, if it is there.
fn time(claims: &AppClaims, name: &str) -> Result<Option<i64>, Rejection> {
    match claims.0.get(name) {
        None => Ok(None),
        Some(value) => Value::as_i64(value).map(Some).ok_or(Rejection("a time is not a whole number")),
    }
}
