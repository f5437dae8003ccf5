//! The vocabulary of refusals.

use std::borrow::Cow;
use std::ffi::CStr;
use std::fmt;

use crate::ascii;

/// What came of a call. Numbers and names are stable and only ever added to.
///
/// Treat a number that you do not know as a refusal.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The call succeeded. Every other value is a refusal.
    Ok = 0,

    /// A pointer that must not be NULL was NULL.
    NullArgument = 1,
    /// An argument is outside of its documented range.
    InvalidArgument = 2,
    /// The configuration is incomplete or wrong; nothing was built from it.
    InvalidConfig = 3,

    /// The key document is not a JWK Set that can be used; the keys in force stay.
    KeysInvalid = 20,
    /// The key document holds no key that can be used; the keys in force stay.
    NoUsableKeys = 21,
    /// The keys could not be had.
    KeysUnavailable = 22,
    /// The keys are being fetched; ask again.
    KeysPending = 23,

    /// The request carries no token.
    NoToken = 40,
    /// The token is longer than 16,384 bytes, or its header than 2,048.
    TooLarge = 41,
    /// Not a signed token in compact form, or its header is not strict JSON with `alg` and `kid`.
    Malformed = 42,
    /// An opaque `oauth:` token, which only Access itself can read.
    OpaqueToken = 43,
    /// The header asks for something that this library does not do (`crit`, `zip`, another `typ`).
    UnsupportedHeader = 44,
    /// The algorithm is not RS256.
    UnsupportedAlgorithm = 45,

    /// The set holds no usable key with the token's `kid`.
    UnknownKey = 60,
    /// The signature does not fit the key and the token.
    BadSignature = 61,

    /// The payload is not a strict JSON object.
    MalformedClaims = 80,
    /// One of `exp`, `iat`, `iss` and `aud` is missing.
    MissingClaim = 81,
    /// A claim has the wrong type or a value out of range.
    InvalidClaim = 82,
    /// The token was issued by another team.
    WrongIssuer = 83,
    /// The token was issued for another application.
    WrongAudience = 84,
    /// Not an application token: its `type` is not `app`.
    WrongTokenType = 85,
    /// The token has expired.
    Expired = 86,
    /// `nbf` or `iat` lies in the future.
    NotYetValid = 87,
    /// The token lives longer than the configuration allows.
    SessionTooLong = 88,
    /// The login is longer ago than the configuration allows.
    SessionTooOld = 89,
    /// Neither a person nor a service, or both.
    AmbiguousIdentity = 90,
    /// The service's Client ID is not allowed here.
    ServiceNotAllowed = 91,
    /// The request names another person than the token.
    IdentityMismatch = 92,
    /// The token, its session or its owner was revoked.
    Revoked = 93,

    /// The store of revocations could not be asked.
    RevocationsUnavailable = 110,

    /// Something that must not happen did; the call was refused.
    Internal = 255,
}

struct Row {
    status: Status,
    name: &'static CStr,
    http: u16,
    description: &'static CStr,
}

const fn row(status: Status, name: &'static CStr, http: u16, description: &'static CStr) -> Row {
    Row { status, name, http, description }
}

const UNKNOWN: Row = row(Status::Internal, c"UNKNOWN_STATUS", 500, c"unknown status");

/// One row a status. A fresh login cures what answers 401; nothing the caller does cures 403.
static TABLE: [Row; Status::COUNT] = [
    row(Status::Ok, c"OK", 200, c"success"),
    row(Status::NullArgument, c"NULL_ARGUMENT", 500, c"a required argument is NULL"),
    row(Status::InvalidArgument, c"INVALID_ARGUMENT", 500, c"an argument is out of range"),
    row(Status::InvalidConfig, c"INVALID_CONFIG", 500, c"the configuration is not usable"),
    row(Status::KeysInvalid, c"KEYS_INVALID", 503, c"the key document is not a usable JWK Set"),
    row(Status::NoUsableKeys, c"NO_USABLE_KEYS", 503, c"the key document holds no usable key"),
    row(Status::KeysUnavailable, c"KEYS_UNAVAILABLE", 503, c"the keys could not be had"),
    row(Status::KeysPending, c"KEYS_PENDING", 503, c"the keys are being fetched"),
    row(Status::NoToken, c"NO_TOKEN", 401, c"the request carries no token"),
    row(Status::TooLarge, c"TOO_LARGE", 401, c"the token is too large"),
    row(Status::Malformed, c"MALFORMED", 401, c"not a signed token in compact form"),
    row(Status::OpaqueToken, c"OPAQUE_TOKEN", 401, c"an opaque token that only Access can read"),
    row(Status::UnsupportedHeader, c"UNSUPPORTED_HEADER", 401, c"the header asks for an unsupported feature"),
    row(Status::UnsupportedAlgorithm, c"UNSUPPORTED_ALGORITHM", 401, c"the algorithm is not RS256"),
    row(Status::UnknownKey, c"UNKNOWN_KEY", 401, c"no usable key has the token's kid"),
    row(Status::BadSignature, c"BAD_SIGNATURE", 401, c"the signature does not hold"),
    row(Status::MalformedClaims, c"MALFORMED_CLAIMS", 401, c"the payload is not a strict JSON object"),
    row(Status::MissingClaim, c"MISSING_CLAIM", 401, c"a required claim is missing"),
    row(Status::InvalidClaim, c"INVALID_CLAIM", 401, c"a claim has a wrong type or value"),
    row(Status::WrongIssuer, c"WRONG_ISSUER", 401, c"issued by another team"),
    row(Status::WrongAudience, c"WRONG_AUDIENCE", 401, c"issued for another application"),
    row(Status::WrongTokenType, c"WRONG_TOKEN_TYPE", 401, c"not an application token"),
    row(Status::Expired, c"EXPIRED", 401, c"the token has expired"),
    row(Status::NotYetValid, c"NOT_YET_VALID", 401, c"the token is not valid yet"),
    row(Status::SessionTooLong, c"SESSION_TOO_LONG", 401, c"the token lives longer than allowed"),
    row(Status::SessionTooOld, c"SESSION_TOO_OLD", 401, c"the login is too long ago"),
    row(Status::AmbiguousIdentity, c"AMBIGUOUS_IDENTITY", 403, c"neither a person nor a service, or both"),
    row(Status::ServiceNotAllowed, c"SERVICE_NOT_ALLOWED", 403, c"the service is not allowed here"),
    row(
        Status::IdentityMismatch,
        c"IDENTITY_MISMATCH",
        403,
        c"the request names another person than the token",
    ),
    row(Status::Revoked, c"REVOKED", 401, c"the token was revoked"),
    row(
        Status::RevocationsUnavailable,
        c"REVOCATIONS_UNAVAILABLE",
        503,
        c"the store of revocations could not be asked",
    ),
    row(Status::Internal, c"INTERNAL", 500, c"internal error"),
];

impl Status {
    pub(crate) const COUNT: usize = 32;

    /// Every status, in the order of its number.
    pub fn all() -> impl Iterator<Item = Status> {
        TABLE.iter().map(|row| row.status)
    }

    /// The status of a number, if this library knows it.
    pub fn from_number(number: i32) -> Option<Status> {
        Self::all().find(|status| status.number() == number)
    }

    /// The stable number, the same in every language.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// The stable name, the same in every language: `EXPIRED`.
    pub fn name(self) -> &'static str {
        self.row().name.to_str().unwrap_or_default()
    }

    /// The HTTP status an origin should answer with: 200, 401, 403, 500 or 503.
    pub fn http_status(self) -> u16 {
        self.row().http
    }

    /// What the status means, in one line.
    pub fn description(self) -> &'static str {
        self.row().description.to_str().unwrap_or_default()
    }

    pub(crate) fn c_name(self) -> &'static CStr {
        self.row().name
    }

    pub(crate) fn c_description(self) -> &'static CStr {
        self.row().description
    }

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.status == self).unwrap_or(&UNKNOWN)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why a token, a key document or a configuration was not accepted.
///
/// The status is for programs. The message is for people: one printable line of at most 256
/// characters, which never holds a token, a signature or a key. It is not stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: Status,
    message: Cow<'static, str>,
}

const MESSAGE_MAX: usize = 256;

impl Refusal {
    /// Marked as cold, so that the way of a good token lies in one piece.
    #[cold]
    #[inline(never)]
    pub(crate) fn new(status: Status, message: impl Into<Cow<'static, str>>) -> Refusal {
        let mut message = message.into();
        if message.len() > MESSAGE_MAX || !ascii::all(message.as_bytes(), ascii::is_printable) {
            message = Cow::Owned(one_line(&message));
        }
        Refusal { status, message }
    }

    /// The one cause of the refusal.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The cause in words, with the configured values and numbers behind it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.status, self.message)
    }
}

impl std::error::Error for Refusal {}

/// One printable line of at most 256 characters.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        match character {
            ' '..='~' => line.push(character),
            other => line.extend(other.escape_default()),
        }
    }
    if line.len() > MESSAGE_MAX {
        line.truncate(MESSAGE_MAX - 3);
        line.push_str("...");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_and_name_stands_once_and_in_order() {
        let numbers: Vec<i32> = Status::all().map(Status::number).collect();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(numbers, sorted);

        for status in Status::all() {
            assert_eq!(Status::from_number(status.number()), Some(status));
            let as_debug = format!("{status:?}").to_uppercase();
            assert_eq!(status.name().replace('_', ""), as_debug, "the name follows the variant");
        }
    }

    #[test]
    fn only_ok_answers_200() {
        for status in Status::all() {
            assert_eq!(status.http_status() == 200, status == Status::Ok);
            assert!([200, 401, 403, 500, 503].contains(&status.http_status()));
        }
    }

    #[test]
    fn a_message_is_one_short_printable_line() {
        let refusal = Refusal::new(Status::InvalidConfig, format!("a\nb\u{7f}é{}", "x".repeat(999)));
        assert_eq!(refusal.message().len(), MESSAGE_MAX);
        assert!(refusal.message().starts_with("a\\nb\\u{7f}\\u{e9}xxx"));
        assert!(refusal.message().bytes().all(ascii::is_printable));
    }
}
