//! A token for the origin that is wrong in exactly one way.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Fault;
use crate::config::stable_id;
use crate::keys::{KeyError, KeyRing, SigningKey};
use crate::team::TEAM_HOST;
use crate::tokens::{AppClaims, MatchClaims, MetaClaims, OrgClaims, Typ, header, payload, sign, sign_parts};

const OTHER_EMAIL: &str = "somebody.else@example.com";
/// One that is not this team's.
const OTHER_ISSUER: &str = "https://cfaccess-local-other.cloudflareaccess.com";
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const LARGE: usize = 17_000;

/// The token that the origin gets with this fault, in place of a good one with these claims; none with
/// `token-missing`.
///
/// With `email-other`, `header-twice` and the faults of other steps, it is the good one. Times that are wrong are so
/// by the system's clock, which is the origin's too, however the clock of this Access is set.
pub(crate) fn apply(fault: Fault, claims: &AppClaims, keys: &KeyRing) -> Result<Option<String>, KeyError> {
    let key = keys.current();
    let good = || sign(&key, claims.typ(), claims);
    let with = |change: &dyn Fn(&mut AppClaims)| {
        let mut changed = claims.clone();
        change(&mut changed);
        sign(&key, claims.typ(), &changed)
    };
    let set = |name: &'static str, value: Value| {
        with(&move |claims| {
            claims.0.insert(name.into(), value.clone());
        })
    };
    Ok(Some(match fault {
        Fault::TokenMissing => return Ok(None),
        Fault::TokenCut => good().chars().take(good().len() / 2).collect(),
        Fault::TokenLarge => large(claims, &key),
        Fault::TokenOpaque => opaque()?,
        Fault::AlgNone => {
            let token = good();
            let signature = token.rsplit('.').next().unwrap_or_default();
            let header = format!(r#"{{"alg":"none","kid":"{}"}}"#, key.kid);
            join(&header, &payload(claims), signature)
        }
        Fault::AlgHs256 => {
            let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, key.kid);
            let secret = EncodingKey::from_secret(key.public_pem.as_bytes());
            sign_parts(&header, &payload(claims), &secret, Algorithm::HS256)
        }
        Fault::Crit => {
            let header = format!(
                r#"{{"alg":"RS256","kid":"{}","crit":["cfaccess-local"],"cfaccess-local":true}}"#,
                key.kid
            );
            sign_parts(&header, &payload(claims), &key.encoding, Algorithm::RS256)
        }
        Fault::KeyUnknown => sign(keys.foreign()?, claims.typ(), claims),
        Fault::SignatureBad => one_bit_off(&good()),
        Fault::ClaimsDuplicate => {
            let payload = payload(claims);
            let once = payload.strip_suffix('}').unwrap_or_default();
            let twice = format!("{once},\"sub\":{}}}", json!(claims.text("sub")));
            sign_parts(&header(&key.kid, claims.typ()), &twice, &key.encoding, Algorithm::RS256)
        }
        Fault::ClaimMissingExp => with(&|claims| {
            claims.0.remove("exp");
        }),
        Fault::ClaimExpText => set("exp", claims.seconds("exp").to_string().into()),
        Fault::WrongTeam => set("iss", OTHER_ISSUER.into()),
        Fault::WrongApp => set("aud", in_form_of(claims, &other_audience())),
        Fault::TypeOrg => org(claims, &key),
        Fault::TypeMeta => sign(&key, Typ::Jwt, &meta(claims)),
        Fault::TypeMatch => sign(&key, Typ::Jwt, &found(claims)),
        Fault::Expired => with(&|claims| {
            let end = system_now() - HOUR;
            move_to(claims, end.saturating_sub(lifetime(claims)), end);
        }),
        Fault::Future => with(&|claims| {
            let begin = system_now() + HOUR;
            move_to(claims, begin, begin.saturating_add(lifetime(claims)));
        }),
        Fault::TooLong => set("exp", claims.seconds("iat").saturating_add(400 * DAY).into()),
        Fault::IdentityNone => with(&|claims| {
            claims.0.remove("email");
            claims.0.remove("common_name");
            claims.0.insert("sub".into(), "".into());
        }),
        Fault::IdentityBoth => with(&|claims| {
            for (name, value) in [
                ("email", OTHER_EMAIL.to_owned()),
                ("sub", stable_id("user", OTHER_EMAIL).to_string()),
                ("common_name", format!("{}.access", stable_id("service", "other").simple())),
            ] {
                if claims.text(name).is_empty() {
                    claims.0.insert(name.into(), value.into());
                }
            }
        }),
        _ => good(),
    }))
}

/// Whom `Cf-Access-Authenticated-User-Email` names with the fault `email-other`, for a token with these claims.
pub(crate) fn other_email(claims: &AppClaims) -> &'static str {
    if claims.text("email") == OTHER_EMAIL { "nobody@example.com" } else { OTHER_EMAIL }
}

fn join(header: &str, payload: &str, signature: &str) -> String {
    format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

/// A good token but for its length, which comes from its claim `custom`.
fn large(claims: &AppClaims, key: &SigningKey) -> String {
    let length = sign(key, claims.typ(), claims).len();
    let mut claims = claims.clone();
    let padding = "x".repeat(LARGE.saturating_sub(length) * 3 / 4);
    claims.0.insert("custom".into(), json!({ "padding": padding }));
    sign(key, claims.typ(), &claims)
}

fn opaque() -> Result<String, KeyError> {
    let mut random = [0; 32];
    SystemRandom::new().fill(&mut random).map_err(|_| KeyError("there are no random numbers".into()))?;
    Ok(format!("oauth:{}", URL_SAFE_NO_PAD.encode(random)))
}

/// The same token with another bit in the middle of its signature.
fn one_bit_off(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap_or_default();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn lifetime(claims: &AppClaims) -> i64 {
    claims.seconds("exp").saturating_sub(claims.seconds("iat"))
}

fn move_to(claims: &mut AppClaims, begin: i64, end: i64) {
    claims.0.insert("iat".into(), begin.into());
    claims.0.insert("exp".into(), end.into());
    if claims.0.contains_key("nbf") {
        claims.0.insert("nbf".into(), begin.into());
    }
}

fn other_audience() -> String {
    let [one, other] = ["one", "other"].map(|half| stable_id("audience", half)).map(Uuid::simple);
    format!("{one}{other}")
}

/// The claim `aud` with this audience: a list if it was one, else a string.
fn in_form_of(claims: &AppClaims, audience: &str) -> Value {
    match claims.0.get("aud") {
        Some(Value::Array(_)) => json!([audience]),
        _ => audience.into(),
    }
}

/// The token of a global session, but for the application of these claims.
fn org(claims: &AppClaims, key: &SigningKey) -> String {
    let org = OrgClaims {
        email: claims.text("email").into(),
        sub: claims.text("sub").into(),
        identity_nonce: claims.text("identity_nonce").into(),
        iat: claims.seconds("iat"),
        exp: claims.seconds("exp"),
    };
    let mut payload = serde_json::to_value(org).unwrap_or_default();
    if let Some(members) = payload.as_object_mut() {
        members.insert("aud".into(), json!([claims.audience()]));
    }
    sign(key, Typ::None, &payload)
}

fn meta(claims: &AppClaims) -> MetaClaims {
    MetaClaims {
        aud: claims.audience().into(),
        hostname: claims.text("h_INTERNAL_DO_NOT_USE").into(),
        redirect_url: "/".into(),
        service_token_status: false,
        service_token_id: String::new(),
        app_session_hash: "0".repeat(64),
        iat: claims.seconds("iat"),
    }
}

fn found(claims: &AppClaims) -> MatchClaims {
    let host = claims.text("h_INTERNAL_DO_NOT_USE");
    MatchClaims {
        hostname: host.into(),
        auth_domain: TEAM_HOST.into(),
        aud: claims.audience().into(),
        app_hostname: host.into(),
        iat: claims.seconds("iat"),
    }
}

fn system_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
