//! The claims of a signed payload, typed (RFC 7519 section 4, and Cloudflare's page on the application
//! token).
//!
//! A claim with the wrong type or out of range is refused here, so that the rules need not expect one.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ascii;
use crate::claims::{Times, email};
use crate::json::{self, Object, Value};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

const AUDIENCES_MAX: usize = 64;

/// The claims of one payload. An absent string is `None`; an empty string is present.
#[derive(Debug)]
pub(crate) struct Payload<'a> {
    pub(crate) text: &'a str,
    pub(crate) issuer: Text<'a>,
    pub(crate) audiences: Audiences<'a>,
    pub(crate) times: Times,
    pub(crate) token_type: Option<Text<'a>>,
    pub(crate) subject: Option<Text<'a>>,
    pub(crate) email: Option<Text<'a>>,
    pub(crate) common_name: Option<Text<'a>>,
    pub(crate) identity_nonce: Option<Text<'a>>,
    pub(crate) nonce: Option<Text<'a>>,
    pub(crate) country: Option<Text<'a>>,
    pub(crate) policy_id: Option<Text<'a>>,
    /// The JSON object `custom` as it was signed.
    pub(crate) custom: Option<&'a str>,
}

type Text<'a> = std::borrow::Cow<'a, str>;

impl<'a> Payload<'a> {
    /// The login session; an empty nonce names none.
    pub(crate) fn session(&self) -> Option<&str> {
        let nonces = [&self.identity_nonce, &self.nonce];
        nonces.into_iter().filter_map(|nonce| nonce.as_deref()).find(|nonce| !nonce.is_empty())
    }

    pub(crate) fn parse(text: &'a [u8]) -> Result<Payload<'a>, Refusal> {
        let parsed = json::text(text).and_then(|text| Ok((text, json::parse_object(text)?)));
        let (text, members) = parsed.map_err(|_| {
            Refusal::new(Status::MalformedClaims, "the token's payload is not a strict JSON object")
        })?;
        let claims = Members::sort(members);

        // Missing claims are reported before invalid ones.
        let expires_at = required("exp", claims.exp)?;
        let issued_at = required("iat", claims.iat)?;
        let issuer = required("iss", claims.iss)?;
        let audiences = required("aud", claims.aud)?;

        let expires_at = time("exp", expires_at)?;
        let issued_at = time("iat", issued_at)?;
        let not_before = claims.nbf.map(|value| time("nbf", value)).transpose()?;
        if expires_at <= issued_at || not_before.is_some_and(|not_before| expires_at <= not_before) {
            return Err(Refusal::new(Status::InvalidClaim, "the claim exp is not after iat and nbf"));
        }
        Ok(Payload {
            text,
            issuer: clean_text("iss", issuer)?,
            audiences: Audiences::parse(audiences)?,
            times: Times { issued_at, not_before, expires_at },
            token_type: optional_text("type", claims.token_type)?,
            subject: optional_text("sub", claims.sub)?,
            email: optional_text("email", claims.email)?.map(checked_email).transpose()?,
            common_name: optional_text("common_name", claims.common_name)?,
            identity_nonce: text_or_null("identity_nonce", claims.identity_nonce)?,
            nonce: text_or_null("nonce", claims.nonce)?,
            country: text_or_null("country", claims.country)?,
            policy_id: text_or_null("policy_id", claims.policy_id)?,
            custom: custom(claims.custom, text)?,
        })
    }
}

/// The claim `aud`: at most 64 clean strings.
#[derive(Debug)]
pub(crate) struct Audiences<'a>(Vec<Value<'a>>);

impl<'a> Audiences<'a> {
    fn parse(value: Value<'a>) -> Result<Audiences<'a>, Refusal> {
        let items = match value {
            Value::Array(items) => items,
            single => vec![single],
        };
        if items.len() > AUDIENCES_MAX {
            return Err(invalid("aud", "a list of at most 64"));
        }
        match items.iter().all(is_clean_text) {
            true => Ok(Audiences(items)),
            false => Err(not_clean_text("aud")),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Value::as_str)
    }
}

/// The members of the payload that are known claims, not yet typed. Unknown ones stay in its text.
#[derive(Default)]
struct Members<'a> {
    exp: Option<Value<'a>>,
    iat: Option<Value<'a>>,
    nbf: Option<Value<'a>>,
    iss: Option<Value<'a>>,
    aud: Option<Value<'a>>,
    token_type: Option<Value<'a>>,
    sub: Option<Value<'a>>,
    email: Option<Value<'a>>,
    common_name: Option<Value<'a>>,
    identity_nonce: Option<Value<'a>>,
    nonce: Option<Value<'a>>,
    country: Option<Value<'a>>,
    policy_id: Option<Value<'a>>,
    custom: Option<Value<'a>>,
}

impl<'a> Members<'a> {
    fn sort(object: Object<'a>) -> Members<'a> {
        let mut members = Members::default();
        for (name, value) in object.into_members() {
            let place = match &*name {
                "exp" => &mut members.exp,
                "iat" => &mut members.iat,
                "nbf" => &mut members.nbf,
                "iss" => &mut members.iss,
                "aud" => &mut members.aud,
                "type" => &mut members.token_type,
                "sub" => &mut members.sub,
                "email" => &mut members.email,
                "common_name" => &mut members.common_name,
                "identity_nonce" => &mut members.identity_nonce,
                "nonce" => &mut members.nonce,
                "country" => &mut members.country,
                "policy_id" => &mut members.policy_id,
                "custom" => &mut members.custom,
                _ => continue,
            };
            *place = Some(value);
        }
        members
    }
}

fn required<'a>(name: &'static str, value: Option<Value<'a>>) -> Result<Value<'a>, Refusal> {
    value.ok_or_else(|| Refusal::new(Status::MissingClaim, format!("the token has no claim {name}")))
}

/// An integer from 0 to 2^53 - 1, written without a fraction or an exponent.
fn time(name: &'static str, value: Value<'_>) -> Result<Timestamp, Refusal> {
    let time = match value {
        Value::Integer(seconds) => i64::try_from(seconds).ok().and_then(Timestamp::new),
        _ => None,
    };
    time.ok_or_else(|| invalid(name, "an integer from 0 to 2^53 - 1"))
}

fn optional_text<'a>(name: &'static str, value: Option<Value<'a>>) -> Result<Option<Text<'a>>, Refusal> {
    value.map(|value| clean_text(name, value)).transpose()
}

/// For claims that no rule reads: null counts as absent.
fn text_or_null<'a>(name: &'static str, value: Option<Value<'a>>) -> Result<Option<Text<'a>>, Refusal> {
    optional_text(name, value.filter(|value| !matches!(value, Value::Null)))
}

fn clean_text<'a>(name: &'static str, value: Value<'a>) -> Result<Text<'a>, Refusal> {
    match value {
        Value::String(text) if !has_control_character(&text) => Ok(text),
        _ => Err(not_clean_text(name)),
    }
}

fn is_clean_text(value: &Value<'_>) -> bool {
    value.as_str().is_some_and(|text| !has_control_character(text))
}

fn not_clean_text(name: &'static str) -> Refusal {
    invalid(name, "a string without control characters")
}

/// Without control characters there is no inner NUL, so the strings can be NUL-terminated for C.
/// Most strings are printable ASCII, which is checked quickly.
fn has_control_character(text: &str) -> bool {
    !ascii::all(text.as_bytes(), ascii::is_printable) && text.chars().any(char::is_control)
}

fn checked_email(email: Text<'_>) -> Result<Text<'_>, Refusal> {
    match email::is_well_formed(&email) {
        true => Ok(email),
        false => Err(invalid("email", "text of at most 320 bytes without white space or format characters")),
    }
}

fn custom<'a>(value: Option<Value<'_>>, text: &'a str) -> Result<Option<&'a str>, Refusal> {
    #[derive(Deserialize)]
    struct AsSigned<'a> {
        #[serde(borrow)]
        custom: Option<&'a RawValue>,
    }
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(_)) => {
            let as_signed: Option<AsSigned<'a>> = serde_json::from_str(text).ok();
            let custom = as_signed.and_then(|members| members.custom);
            custom.map(|raw| Some(raw.get())).ok_or_else(|| invalid("custom", "an object"))
        }
        Some(_) => Err(invalid("custom", "an object")),
    }
}

fn invalid(name: &'static str, expected: &'static str) -> Refusal {
    Refusal::new(Status::InvalidClaim, format!("the claim {name} is not {expected}"))
}
