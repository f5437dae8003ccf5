//! The answer to a request that a proxy asks about.

use std::time::Duration;

use cfaccess::{Answer, Claims, Decision, GuardRequest, Status};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use tokio::time::{Instant, sleep};

use super::app::App;

/// Below the 200 ms that Envoy waits by default.
const WAIT_MAX: Duration = Duration::from_millis(150);
const PAUSE: Duration = Duration::from_millis(10);

/// What it is, and the answer that says so.
pub async fn verdict(app: &App, method: &Method, headers: &HeaderMap) -> (Status, Response<Full<Bytes>>) {
    // Without Accept no answer is a page or a redirect.
    let pairs: Vec<(&[u8], &[u8])> = headers
        .iter()
        .filter(|(name, _)| **name != hyper::header::ACCEPT)
        .map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
        .collect();
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        let request = GuardRequest {
            method: method.as_str().as_bytes(),
            path: b"/",
            headers: &pairs,
            ..Default::default()
        };
        match app.guard.try_decide(&request) {
            Decision::Allowed(verified) if agrees(app, &verified, headers) => {
                return (Status::Ok, allowed(app, &verified));
            }
            Decision::Refused(answer)
                if !answer.refusal.status().is_pending() || Instant::now() >= deadline =>
            {
                return (answer.refusal.status(), refused(*answer, Some(app)));
            }
            Decision::Refused(_) => {}
            Decision::Allowed(_) | Decision::Open => {
                let status = Status::IdentityMismatch;
                return (status, refused(Answer::refusing(status), Some(app)));
            }
        }
        sleep(PAUSE).await;
    }
}

fn allowed(app: &App, claims: &Claims) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("{\"status\":\"OK\",\"message\":\"success\"}\n"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, claim) in &app.headers {
        headers.insert(name, claim.of(claims));
    }
    response
}

/// A refusal, with empty identity headers.
pub fn refused(answer: Answer, app: Option<&App>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.http_status)
        .ok()
        .filter(|status| !status.is_success())
        .unwrap_or(StatusCode::FORBIDDEN);
    let headers = response.headers_mut();
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            headers.append(name, value);
        }
    }
    for (name, _) in app.into_iter().flat_map(|app| &app.headers) {
        headers.insert(name, HeaderValue::from_static(""));
    }
    response
}

/// Whether every look-alike of an identity header has the verified value.
fn agrees(app: &App, claims: &Claims, headers: &HeaderMap) -> bool {
    app.headers.iter().all(|(name, claim)| {
        let verified = claim.of(claims);
        headers
            .iter()
            .filter(|(other, _)| is_alike(other.as_str(), name.as_str()))
            .all(|(_, value)| claim.is_same(value.as_bytes(), verified.as_bytes()))
    })
}

/// Whether a program that takes `_` or `.` for `-` sees the same name.
fn is_alike(one: &str, other: &str) -> bool {
    let plain = |byte: u8| if matches!(byte, b'_' | b'.') { b'-' } else { byte.to_ascii_lowercase() };
    one.bytes().map(plain).eq(other.bytes().map(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_alike_is_known_in_every_spelling() {
        for spelling in ["remote-user", "Remote_User", "REMOTE.USER"] {
            assert!(is_alike(spelling, "remote-user"), "{spelling}");
        }
        for other in ["remoteuser", "remote-users", "x-remote-user"] {
            assert!(!is_alike(other, "remote-user"), "{other}");
        }
    }
}
