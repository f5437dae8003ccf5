//! Answers that are made here, each with what the log of requests says of it.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderName, LOCATION, SET_COOKIE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::{Body, full};
use crate::config::Application;
use crate::pages;

/// What was done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Proxied,
    Bypass,
    Login,
    Refused,
    Answered,
    Fault,
    /// A call of the control interface, which is no request to the edge, and is not logged.
    Control,
}

impl Decision {
    pub(super) fn name(self) -> &'static str {
        match self {
            Decision::Proxied => "proxied",
            Decision::Bypass => "bypass",
            Decision::Login => "login",
            Decision::Refused => "refused",
            Decision::Answered => "answered",
            Decision::Fault => "fault",
            Decision::Control => "control",
        }
    }
}

pub(super) struct Reply {
    pub(super) response: Response<Body>,
    pub(super) decision: Decision,
    pub(super) reason: String,
    pub(super) application: Option<String>,
    pub(super) who: Option<String>,
    pub(super) kid: Option<String>,
}

impl Reply {
    pub(super) fn new(decision: Decision, reason: impl Into<String>, response: Response<Body>) -> Reply {
        Reply { response, decision, reason: reason.into(), application: None, who: None, kid: None }
    }

    pub(super) fn answered(reason: &str, response: Response<Body>) -> Reply {
        Reply::new(Decision::Answered, reason, response)
    }

    pub(super) fn refused(reason: impl Into<String>, response: Response<Body>) -> Reply {
        Reply::new(Decision::Refused, reason, response)
    }

    pub(super) fn at(mut self, application: &Application) -> Reply {
        self.application = Some(application.name.clone());
        self
    }

    pub(super) fn by(mut self, who: &str) -> Reply {
        self.who = (!who.is_empty()).then(|| who.to_owned());
        self
    }

    pub(super) fn cookie(mut self, cookie: Option<HeaderValue>) -> Reply {
        if let Some(cookie) = cookie {
            self.response.headers_mut().append(SET_COOKIE, cookie);
        }
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.response.headers_mut().insert(name, value);
        }
        self
    }

    /// Whether the body was made here, and not by an origin.
    pub(super) fn is_own(&self) -> bool {
        !matches!(self.decision, Decision::Proxied | Decision::Bypass)
    }
}

/// A page; its forms may lead to `targets`, besides its own origin.
pub(super) fn page(status: StatusCode, html: String, targets: &[&str]) -> Response<Body> {
    let mut response = Response::new(full(html));
    *response.status_mut() = status;
    *response.headers_mut() = pages::headers(targets);
    response
}

/// One line.
pub(super) fn text(status: StatusCode, line: String) -> Response<Body> {
    with_type(status, full(line), "text/plain; charset=utf-8")
}

pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    with_type(status, full(serde_json::to_vec(value).unwrap_or_default()), "application/json")
}

fn with_type(status: StatusCode, body: Body, content_type: &'static str) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What Cloudflare sends with a redirect.
const FOUND: &str = "<html>\r\n<head><title>302 Found</title></head>\r\n<body>\r\n<center><h1>302 Found</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n";
const NEVER_CACHED: &str =
    "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0";

pub(super) fn redirect(location: &str) -> Response<Body> {
    let mut response = Response::new(full(FOUND));
    let Ok(location) = HeaderValue::try_from(location) else {
        return text(StatusCode::BAD_REQUEST, "The address cannot be written into a header.\n".into());
    };
    *response.status_mut() = StatusCode::FOUND;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    never_cached(headers);
    response
}

pub(super) fn never_cached(headers: &mut http::HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(NEVER_CACHED));
    headers.insert(EXPIRES, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:01 GMT"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_as_long_as_cloudflares() {
        assert_eq!(FOUND.len(), 143);
    }
}
