//! The answer to a refused request.

use std::borrow::Cow;

use super::accept;
use super::login_page::{LoginPage, login_helps};
use super::renewal::Renewal;
use super::request::GuardRequest;
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// The answer to a refused request. It contains nothing of the request except, in a redirect, the path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// Why it was refused, for logs.
    pub refusal: Refusal,
    /// The HTTP status of the refusal, or 302 if a browser is sent to log in or out.
    pub http_status: u16,
    /// Names and values; `Set-Cookie` may occur twice. Later versions may add others.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The content: the name and the general meaning of the status. Empty for a redirect and for `HEAD`.
    pub body: String,
    /// The number of the route that was found, in the order in which they were added, from 0.
    pub route: Option<usize>,
    /// A line for the operator's log, set when requests begin to be refused for a cause on this side, unless the guard
    /// has a log function.
    pub warning: Option<String>,
}

/// When a client may try again after a 503, in seconds.
const RETRY_AFTER: &str = "1";

impl Answer {
    /// The answer of a program that refuses a request itself.
    pub fn refusing(status: Status) -> Answer {
        Answer::to_a_fault(Refusal::new(status, status.description()))
    }

    /// The answer to a request that cannot be read.
    pub(crate) fn to_a_fault(refusal: Refusal) -> Answer {
        Answer::new(refusal, &GuardRequest::default(), None, None, Timestamp::ZERO)
    }

    #[cold]
    pub(super) fn new(
        refusal: Refusal,
        request: &GuardRequest<'_>,
        route: Option<usize>,
        login_page: Option<&LoginPage>,
        now: Timestamp,
    ) -> Answer {
        let status = refusal.status();
        let mut headers = vec![("Cache-Control", "no-store".into()), ("Vary", "Accept".into())];
        let renewal = match refusal.remedy() {
            Some(remedy) => Renewal::new(remedy, request, login_page, now),
            None => Renewal::login(login_page.filter(|_| login_helps(status)), request),
        };
        headers.extend(renewal.headers);
        if let Some(location) = renewal.location {
            headers.extend([("Location", location.into()), ("Content-Length", "0".into())]);
            return Answer { refusal, http_status: 302, headers, body: String::new(), route, warning: None };
        }

        let (content_type, body) = content(status, request);
        headers.extend([
            ("Content-Type", content_type.into()),
            ("Content-Length", body.len().to_string().into()),
            ("X-Content-Type-Options", "nosniff".into()),
        ]);
        match status.http_status() {
            401 => headers.push(("WWW-Authenticate", "Cloudflare-Access".into())),
            503 => headers.push(("Retry-After", RETRY_AFTER.into())),
            _ => {}
        }
        let body = if request.method == b"HEAD" { String::new() } else { body };
        Answer { refusal, http_status: status.http_status(), headers, body, route, warning: None }
    }
}

/// JSON, or text if the client prefers it.
fn content(status: Status, request: &GuardRequest<'_>) -> (&'static str, String) {
    let (name, meaning) = (status.name(), status.description());
    if accept::prefers_text(request.values("accept")) {
        ("text/plain; charset=utf-8", format!("{name}: {meaning}\n"))
    } else {
        // Neither contains a character that JSON must escape.
        ("application/json", format!("{{\"status\":\"{name}\",\"message\":\"{meaning}\"}}\n"))
    }
}
