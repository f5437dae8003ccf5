//! Every status that a call can have, and the refusal that carries one.

use std::borrow::Cow;
use std::ffi::CStr;
use std::fmt;

use crate::ascii;
use crate::time::Timestamp;

/// The outcome of a call. Numbers and names are stable; later versions only add to them.
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

    /// The key document is not a usable JWK Set; the keys in force stay.
    KeysInvalid = 20,
    /// The key document contains no usable key; the keys in force stay.
    NoUsableKeys = 21,
    /// The keys could not be obtained.
    KeysUnavailable = 22,
    /// The keys are being fetched; try again.
    KeysPending = 23,

    /// The request carries no token.
    NoToken = 40,
    /// The token is longer than 16,384 bytes, or its header than 2,048.
    TooLarge = 41,
    /// Not a signed token in compact form, or its header is not strict JSON with `alg` and `kid`.
    Malformed = 42,
    /// An opaque `oauth:` token, which only Access itself can read.
    OpaqueToken = 43,
    /// The header requires a feature that this library does not support (`crit`, `zip`, another `typ`).
    UnsupportedHeader = 44,
    /// The algorithm is not RS256.
    UnsupportedAlgorithm = 45,

    /// The key set contains no usable key with the token's `kid`.
    UnknownKey = 60,
    /// The signature is invalid.
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
    /// `nbf` or `iat` is in the future.
    NotYetValid = 87,
    /// The lifetime of the token is longer than the configuration allows.
    SessionTooLong = 88,
    /// The login was longer ago than the configuration allows.
    SessionTooOld = 89,
    /// Neither a person nor a service, or both.
    AmbiguousIdentity = 90,
    /// The service's Client ID is not allowed here.
    ServiceNotAllowed = 91,
    /// The request and the token name different people.
    IdentityMismatch = 92,
    /// The token, its session or its owner was revoked.
    Revoked = 93,
    /// The owner of the token, its session or its application is blocked.
    Blocked = 94,

    /// No route of the guard is for the request's host and path.
    NoRoute = 100,
    /// The path can be interpreted in several ways, and paths decide between routes.
    UncleanPath = 101,
    /// A page of another origin caused the request.
    CrossOrigin = 102,

    /// The revocation store could not be queried.
    RevocationsUnavailable = 110,
    /// The revocation store is being read; try again.
    RevocationsPending = 111,

    /// An internal error; the call was refused.
    Internal = 255,
}

struct Row {
    name: &'static CStr,
    http: u16,
    description: &'static CStr,
}

/// One row for each status: a variant without a row does not compile.
macro_rules! statuses {
    ($($variant:ident => $name:literal, $http:literal, $description:literal;)*) => {
        impl Status {
            const ALL: [Status; Status::COUNT] = [$(Status::$variant),*];
            pub(crate) const COUNT: usize = [$(Status::$variant),*].len();

            const fn row(self) -> Row {
                match self {
                    $(Status::$variant => Row { name: $name, http: $http, description: $description },)*
                }
            }
        }
    };
}

// Name, HTTP status and description, in the order of the numbers. 401: a new login may help; 403: it does
// not.
statuses! {
    Ok => c"OK", 200, c"success";
    NullArgument => c"NULL_ARGUMENT", 500, c"a required argument is NULL";
    InvalidArgument => c"INVALID_ARGUMENT", 500, c"an argument is out of range";
    InvalidConfig => c"INVALID_CONFIG", 500, c"the configuration is not usable";
    KeysInvalid => c"KEYS_INVALID", 503, c"the key document is not a usable JWK Set";
    NoUsableKeys => c"NO_USABLE_KEYS", 503, c"the key document contains no usable key";
    KeysUnavailable => c"KEYS_UNAVAILABLE", 503, c"the keys could not be obtained";
    KeysPending => c"KEYS_PENDING", 503, c"the keys are being fetched";
    NoToken => c"NO_TOKEN", 401, c"the request carries no token";
    TooLarge => c"TOO_LARGE", 401, c"the token is too large";
    Malformed => c"MALFORMED", 401, c"not a signed token in compact form";
    OpaqueToken => c"OPAQUE_TOKEN", 401, c"an opaque token that only Access can read";
    UnsupportedHeader => c"UNSUPPORTED_HEADER", 401, c"the header requires an unsupported feature";
    UnsupportedAlgorithm => c"UNSUPPORTED_ALGORITHM", 401, c"the algorithm is not RS256";
    UnknownKey => c"UNKNOWN_KEY", 401, c"no usable key has the token's kid";
    BadSignature => c"BAD_SIGNATURE", 401, c"the signature is invalid";
    MalformedClaims => c"MALFORMED_CLAIMS", 401, c"the payload is not a strict JSON object";
    MissingClaim => c"MISSING_CLAIM", 401, c"a required claim is missing";
    InvalidClaim => c"INVALID_CLAIM", 401, c"a claim has a wrong type or value";
    WrongIssuer => c"WRONG_ISSUER", 401, c"issued by another team";
    WrongAudience => c"WRONG_AUDIENCE", 401, c"issued for another application";
    WrongTokenType => c"WRONG_TOKEN_TYPE", 401, c"not an application token";
    Expired => c"EXPIRED", 401, c"the token has expired";
    NotYetValid => c"NOT_YET_VALID", 401, c"the token is not valid yet";
    SessionTooLong => c"SESSION_TOO_LONG", 401, c"the lifetime of the token is longer than allowed";
    SessionTooOld => c"SESSION_TOO_OLD", 401, c"the login was too long ago";
    AmbiguousIdentity => c"AMBIGUOUS_IDENTITY", 403, c"neither a person nor a service, or both";
    ServiceNotAllowed => c"SERVICE_NOT_ALLOWED", 403, c"the service is not allowed here";
    IdentityMismatch => c"IDENTITY_MISMATCH", 403, c"the request and the token name different people";
    Revoked => c"REVOKED", 401, c"the token was revoked";
    Blocked => c"BLOCKED", 403, c"the caller is blocked";
    NoRoute => c"NO_ROUTE", 403, c"there is no application here";
    UncleanPath => c"UNCLEAN_PATH", 403, c"the path can be interpreted in several ways";
    CrossOrigin => c"CROSS_ORIGIN", 403, c"a page of another origin caused the request";
    RevocationsUnavailable => c"REVOCATIONS_UNAVAILABLE", 503, c"the revocation store could not be queried";
    RevocationsPending => c"REVOCATIONS_PENDING", 503, c"the revocation store is being read";
    Internal => c"INTERNAL", 500, c"internal error";
}

impl Status {
    /// Every status, in the order of its number.
    pub fn all() -> impl Iterator<Item = Status> {
        Status::ALL.into_iter()
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

    /// The HTTP status that an origin should answer with: 200, 401, 403, 500 or 503.
    pub fn http_status(self) -> u16 {
        self.row().http
    }

    /// What the status means, in one line.
    pub fn description(self) -> &'static str {
        self.row().description.to_str().unwrap_or_default()
    }

    /// Whether the same call may come to another status once something has been fetched: `KEYS_PENDING` and
    /// `REVOCATIONS_PENDING`, which functions that do not wait give.
    pub fn is_pending(self) -> bool {
        matches!(self, Status::KeysPending | Status::RevocationsPending)
    }

    pub(crate) fn c_name(self) -> &'static CStr {
        self.row().name
    }

    pub(crate) fn c_description(self) -> &'static CStr {
        self.row().description
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
/// characters, which never contains a token, a signature or a key. It is not stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: Status,
    message: Cow<'static, str>,
    remedy: Option<Remedy>,
    is_lasting: bool,
}

/// What lets a caller in again whose token was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A token that was issued after this time, which Access gives to a browser without the cookie of the application.
    NewToken {
        /// Tokens issued up to then are refused.
        after: Timestamp,
    },
    /// A new login, which takes a logout first.
    NewLogin,
}

const MESSAGE_MAX: usize = 256;

impl Refusal {
    /// Cold, so that the code that accepts a token stays contiguous.
    #[cold]
    #[inline(never)]
    pub(crate) fn new(status: Status, message: impl Into<Cow<'static, str>>) -> Refusal {
        let mut message = message.into();
        if message.len() > MESSAGE_MAX || !ascii::all(message.as_bytes(), ascii::is_printable) {
            message = Cow::Owned(one_line(&message));
        }
        Refusal { status, message, remedy: None, is_lasting: false }
    }

    pub(crate) fn with_remedy(self, remedy: Remedy) -> Refusal {
        Refusal { remedy: Some(remedy), ..self }
    }

    pub(crate) fn lasting(self) -> Refusal {
        Refusal { is_lasting: true, ..self }
    }

    /// Whether a store answered and will go on to refuse this until somebody changes something: a permission, a
    /// format, a clock. Nothing was written then.
    pub fn is_lasting(&self) -> bool {
        self.is_lasting
    }

    /// What lets the caller in again, if its token was revoked.
    pub fn remedy(&self) -> Option<Remedy> {
        self.remedy
    }

    /// The one cause of the refusal.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The cause in words, with the configured values and numbers that it depends on.
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
    fn every_number_and_name_occurs_once_and_in_order() {
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
