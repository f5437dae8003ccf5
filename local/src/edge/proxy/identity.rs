//! Which names carry an identity, in every spelling that some server takes for the same.

use http::{HeaderMap, HeaderName};

/// Cookies of Access that the origin never gets from the client.
const COOKIES: [&str; 4] = ["cf-binding", "cf-appsession", "cf-session", "cf-device"];
const AUTHORIZATION: &str = "cf-authorization";
const FORWARDED: [&str; 4] = ["cf-connecting-ip", "cf-ray", "x-forwarded-for", "x-forwarded-proto"];

/// What a cookie is to Access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieKind {
    Authorization,
    /// Any other one of Access.
    Internal,
    /// One of the application.
    Foreign,
}

/// CGI and WSGI put the names of headers into capitals and `_` for `-`; some servers do so for every other character
/// that is not alphanumeric. So two names count as the same if only such characters or the case differ.
fn fold(name: &[u8]) -> String {
    let fold = |byte: &u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.iter().map(|byte| char::from(fold(byte))).collect()
}

/// `own` is the application's `read_service_tokens_from_header`.
pub(super) fn is_identity(name: &HeaderName, own: Option<&HeaderName>) -> bool {
    let name = fold(name.as_ref());
    name.starts_with("cf-access-") || own.is_some_and(|own| fold(own.as_ref()) == name)
}

pub(super) fn is_forwarded(name: &HeaderName) -> bool {
    FORWARDED.contains(&fold(name.as_ref()).as_str())
}

/// Some servers decode the names of cookies, put `_` for dots, or ignore case.
pub(super) fn cookie(name: &[u8]) -> CookieKind {
    let decoded: Vec<u8> = percent_encoding::percent_decode(name).collect();
    match fold(&decoded).as_str() {
        AUTHORIZATION => CookieKind::Authorization,
        name if COOKIES.contains(&name) => CookieKind::Internal,
        _ => CookieKind::Foreign,
    }
}

/// Removes all headers whose name fits, with all repeats.
pub(super) fn remove(headers: &mut HeaderMap, fits: impl Fn(&HeaderName) -> bool) {
    let names: Vec<HeaderName> = headers.keys().filter(|name| fits(name)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}
