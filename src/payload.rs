//! What a signed payload says, typed (RFC 7519 section 4, and Cloudflare's page on the application token).
//!
//! Whatever has the wrong type or lies out of range is refused here, so that no rule behind this
//! point meets it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{self, Object, Value};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

const AUDIENCES_MAX: usize = 64;

/// The claims of one payload. A string that is absent is `None`; an empty one is not absent.
#[derive(Debug)]
pub(crate) struct Payload<'a> {
    pub(crate) text: &'a str,
    pub(crate) issuer: Text<'a>,
    pub(crate) audiences: Vec<Text<'a>>,
    pub(crate) issued_at: Timestamp,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
    pub(crate) token_type: Option<Text<'a>>,
    pub(crate) subject: Option<Text<'a>>,
    pub(crate) email: Option<Text<'a>>,
    pub(crate) common_name: Option<Text<'a>>,
    pub(crate) identity_nonce: Option<Text<'a>>,
    pub(crate) nonce: Option<Text<'a>>,
    pub(crate) country: Option<Text<'a>>,
    /// The JSON object `custom` as it was signed.
    pub(crate) custom: Option<&'a str>,
}

type Text<'a> = std::borrow::Cow<'a, str>;

impl<'a> Payload<'a> {
    pub(crate) fn parse(text: &'a [u8]) -> Result<Payload<'a>, Refusal> {
        let malformed =
            || Refusal::new(Status::MalformedClaims, "the token's payload is not a strict JSON object");
        let mut members = json::parse_object(text).map_err(|_| malformed())?;
        let text = std::str::from_utf8(text).map_err(|_| malformed())?;

        let times = Times::read(&mut members)?;
        Ok(Payload {
            text,
            issuer: required_text(&mut members, "iss")?,
            audiences: audiences(&mut members)?,
            issued_at: times.issued_at,
            not_before: times.not_before,
            expires_at: times.expires_at,
            token_type: optional_text(&mut members, "type")?,
            subject: optional_text(&mut members, "sub")?,
            email: optional_text(&mut members, "email")?.map(checked_email).transpose()?,
            common_name: optional_text(&mut members, "common_name")?,
            identity_nonce: text_or_null(&mut members, "identity_nonce")?,
            nonce: text_or_null(&mut members, "nonce")?,
            country: text_or_null(&mut members, "country")?,
            custom: custom(&members, text)?,
        })
    }
}

struct Times {
    issued_at: Timestamp,
    not_before: Option<Timestamp>,
    expires_at: Timestamp,
}

impl Times {
    fn read(members: &mut Object<'_>) -> Result<Times, Refusal> {
        let expires_at = time(members, "exp")?.ok_or_else(|| missing("exp"))?;
        let issued_at = time(members, "iat")?.ok_or_else(|| missing("iat"))?;
        let not_before = time(members, "nbf")?;
        if expires_at <= issued_at || not_before.is_some_and(|not_before| expires_at <= not_before) {
            return Err(Refusal::new(Status::InvalidClaim, "the claim exp is not after iat and nbf"));
        }
        Ok(Times { issued_at, not_before, expires_at })
    }
}

/// An integer from 0 to 2^53 - 1; a fraction or an exponent makes it something else.
fn time(members: &mut Object<'_>, name: &'static str) -> Result<Option<Timestamp>, Refusal> {
    let Some(value) = members.take(name) else { return Ok(None) };
    let time = match value {
        Value::Integer(seconds) => i64::try_from(seconds).ok().and_then(Timestamp::new),
        _ => None,
    };
    time.map(Some).ok_or_else(|| invalid(name, "an integer from 0 to 2^53 - 1"))
}

fn audiences<'a>(members: &mut Object<'a>) -> Result<Vec<Text<'a>>, Refusal> {
    const EXPECTED: &str = "a string, or a list of at most 64 strings, without control characters";
    let audiences = match members.take("aud").ok_or_else(|| missing("aud"))? {
        Value::Array(items) if items.len() <= AUDIENCES_MAX => items.into_iter().map(clean_text).collect(),
        Value::Array(_) => None,
        single => clean_text(single).map(|text| vec![text]),
    };
    audiences.ok_or_else(|| invalid("aud", EXPECTED))
}

fn required_text<'a>(members: &mut Object<'a>, name: &'static str) -> Result<Text<'a>, Refusal> {
    optional_text(members, name)?.ok_or_else(|| missing(name))
}

fn optional_text<'a>(members: &mut Object<'a>, name: &'static str) -> Result<Option<Text<'a>>, Refusal> {
    let Some(value) = members.take(name) else { return Ok(None) };
    clean_text(value).map(Some).ok_or_else(|| invalid(name, "a string without control characters"))
}

/// For claims that nothing is decided by: null counts as absent.
fn text_or_null<'a>(members: &mut Object<'a>, name: &'static str) -> Result<Option<Text<'a>>, Refusal> {
    match members.get(name) {
        Some(Value::Null) => Ok(None),
        _ => optional_text(members, name),
    }
}

/// No control character means no inner NUL, so the strings may be NUL-terminated for C.
fn clean_text(value: Value<'_>) -> Option<Text<'_>> {
    match value {
        Value::String(text) if !text.chars().any(char::is_control) => Some(text),
        _ => None,
    }
}

/// An empty one is as good as none. RFC 5321 section 4.5.3.1 bounds the length.
fn checked_email(email: Text<'_>) -> Result<Text<'_>, Refusal> {
    let plausible = (3..=320).contains(&email.len())
        && !email.contains(char::is_whitespace)
        && email.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if plausible || email.is_empty() {
        Ok(email)
    } else {
        Err(invalid("email", "an address of 3 to 320 bytes without white space"))
    }
}

fn custom<'a>(members: &Object<'_>, text: &'a str) -> Result<Option<&'a str>, Refusal> {
    #[derive(Deserialize)]
    struct AsSigned<'a> {
        #[serde(borrow)]
        custom: Option<&'a RawValue>,
    }
    match members.get("custom") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(_)) => {
            let as_signed: Option<AsSigned<'a>> = serde_json::from_str(text).ok();
            let custom = as_signed.and_then(|members| members.custom);
            custom.map(|raw| Some(raw.get())).ok_or_else(|| invalid("custom", "an object"))
        }
        Some(_) => Err(invalid("custom", "an object")),
    }
}

fn missing(name: &'static str) -> Refusal {
    Refusal::new(Status::MissingClaim, format!("the token has no claim {name}"))
}

fn invalid(name: &'static str, expected: &'static str) -> Refusal {
    Refusal::new(Status::InvalidClaim, format!("the claim {name} is not {expected}"))
}
