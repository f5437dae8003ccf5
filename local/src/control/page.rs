//! The status page and its forms, which do what calls do.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::clock::{self, Wanted};
use super::error::ControlError;
use super::form::Fields;
use super::sessions::{self, Ending};
use super::{faults, guard, keys, reset, status_page};
use crate::access::Access;
use crate::keys::KeyRing;
use crate::pages::actions;

/// Where the forms go.
pub(super) const PREFIX: &str = "/cdn-cgi/local/page/";

/// A name of its own for each port, since cookies know none.
fn cookie_name(access: &Access) -> String {
    match access.face {
        crate::face::Face::Plain { port } => format!("CF_Local_{port}"),
        crate::face::Face::Exact => "__Host-CF_Local".to_owned(),
    }
}

/// What a browser is known by: a random cookie. The forms carry a code of it that only this Access can make, so that
/// neither a page that sets cookies for this host nor one that sends forms to it can act.
fn csrf(access: &Access, cookie: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, access.control_token.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, format!("page {cookie}").as_bytes()))
}

fn is_csrf(access: &Access, cookie: &str, code: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, access.control_token.as_bytes());
    let Ok(code) = URL_SAFE_NO_PAD.decode(code) else { return false };
    hmac::verify(&key, format!("page {cookie}").as_bytes(), &code).is_ok()
}

fn cookie(access: &Access, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(access);
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// `GET /`
pub(super) async fn show(State(access): State<Arc<Access>>, headers: HeaderMap) -> Response {
    drawn(&access, &headers, StatusCode::OK, None)
}

/// The page, with what kept the last form from being done.
fn drawn(access: &Access, headers: &HeaderMap, status: StatusCode, notice: Option<&str>) -> Response {
    let known = cookie(access, headers).filter(|cookie| cookie.len() == COOKIE_LENGTH);
    let Some(cookie) = known.clone().or_else(random) else {
        return ControlError::internal("there are no random numbers").into_response();
    };
    let page = status_page::draw(access, &csrf(access, &cookie), notice);
    let mut response = (status, page).into_response();
    response.headers_mut().extend(crate::pages::headers(&[]));
    if known.is_none() {
        let secure = if access.face.is_secure() { "; Secure" } else { "" };
        let name = cookie_name(access);
        let value = format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Strict{secure}");
        response.headers_mut().extend(HeaderValue::try_from(value).ok().map(|value| (SET_COOKIE, value)));
    }
    response
}

/// Of 24 random bytes in base64url.
const COOKIE_LENGTH: usize = 32;

fn random() -> Option<String> {
    let mut bytes = [0; 24];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// A form.
pub(super) async fn act(
    State(access): State<Arc<Access>>,
    Path(action): Path<String>,
    request: Request,
) -> Result<Response, ControlError> {
    let headers = request.headers().clone();
    let is_form = headers
        .get(CONTENT_TYPE)
        .and_then(guard::media_type)
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(ControlError::forbidden("the content type has to be application/x-www-form-urlencoded"));
    }
    let fields = Fields::read(request).await?;
    let code = fields.get(actions::CSRF).unwrap_or_default();
    if !cookie(&access, &headers).is_some_and(|cookie| is_csrf(&access, &cookie, code)) {
        return Err(ControlError::forbidden("this form is of no page of this server: load the page again"));
    }
    match done(&access, &format!("{PREFIX}{action}"), &fields).await {
        Ok(()) => Ok(Redirect::to(actions::STATUS).into_response()),
        Err(error) => Ok(drawn(&access, &headers, error.status, Some(&error.message))),
    }
}

async fn done(access: &Arc<Access>, action: &str, fields: &Fields) -> Result<(), ControlError> {
    match action {
        actions::END_SESSION => {
            sessions::apply(access, Ending::Session(fields.needed("session")?.to_owned())).map(|_| ())
        }
        actions::ROTATE_KEYS => keys::change(access, KeyRing::rotate).await.map(|_| ()),
        actions::RETIRE_KEY => keys::change(access, KeyRing::retire_previous).await.map(|_| ()),
        actions::OFFSET_CLOCK => {
            clock::apply(access, &Wanted::Offset(fields.needed("offset")?.to_owned())).map(|_| ())
        }
        actions::FREEZE_CLOCK => clock::apply(access, &Wanted::At(in_utc(fields.needed("at")?))).map(|_| ()),
        actions::REAL_CLOCK => clock::apply(access, &Wanted::Offset("real".to_owned())).map(|_| ()),
        actions::ADD_FAULT => faults::apply(access, &fields.fault()?).map(|_| ()),
        actions::CLEAR_FAULTS => {
            access.faults.clear();
            Ok(())
        }
        actions::RESET => reset::apply(access).map(|_| ()),
        _ => Err(ControlError::not_found("there is no such form")),
    }
}

/// A browser sends `2026-11-27T22:16` or `2026-11-27T22:16:14`, by the clock that the page shows.
fn in_utc(text: &str) -> String {
    let seconds = if text.matches(':').count() == 1 { ":00" } else { "" };
    format!("{text}{seconds}Z")
}
