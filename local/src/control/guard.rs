//! Who may call: programs that know the control token, and pages of this host.
//!
//! Any page in a browser can send requests to a service on loopback, so a call that a browser sends on behalf of
//! another origin is refused before anything else is looked at.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, ORIGIN};
use http::{HeaderValue, Request};

use super::error::ControlError;
use super::{PREFIX, page};
use crate::access::Access;
use crate::pages::actions;

const FOREIGN: &str = "this request comes from a page of another origin";
const NO_TOKEN: &str = "the control token is missing or wrong: send it as Authorization: Bearer";

/// Looks at everything but the body.
pub(super) fn check<B>(access: &Access, request: &Request<B>) -> Result<(), ControlError> {
    let path = request.uri().path();
    // The page changes nothing, and links may lead to it.
    if path == "/" || path == actions::STATUS {
        return Ok(());
    }
    let is_form = path.starts_with(page::PREFIX);
    if !is_own_site(access, request.headers(), is_form) {
        return Err(ControlError::forbidden(FOREIGN));
    }
    // The forms carry a CSRF token in their body.
    if is_form || path.strip_prefix(PREFIX) == Some("ready") {
        return Ok(());
    }
    if !request.headers().get_all(CONTENT_TYPE).iter().all(is_json) {
        return Err(ControlError::forbidden(NOT_JSON));
    }
    if !has_token(request.headers(), &access.control_token) {
        return Err(ControlError::forbidden(NO_TOKEN));
    }
    Ok(())
}

pub(super) const NOT_JSON: &str = "the content type has to be application/json";

/// Whether a browser, if it is one, says that a page of the team's host sent this.
///
/// Forms of our pages come with `Origin: null`, since the pages send no referrer.
fn is_own_site(access: &Access, headers: &HeaderMap, is_form: bool) -> bool {
    let own = access.face.team_origin();
    let is_own = |origin: &[u8]| origin == own.as_bytes() || is_form && origin == b"null";
    headers.get_all(ORIGIN).iter().all(|origin| is_own(origin.as_bytes()))
        && headers
            .get_all("sec-fetch-site")
            .iter()
            .all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"))
}

pub(super) fn is_json(value: &HeaderValue) -> bool {
    media_type(value).is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}

/// The value without parameters.
pub(super) fn media_type(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()?.split(';').next().map(str::trim)
}

fn has_token(headers: &HeaderMap, expected: &str) -> bool {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    token.is_some_and(|(_, token)| {
        !expected.is_empty() && verify_slices_are_equal(token.trim().as_bytes(), expected.as_bytes()).is_ok()
    })
}
