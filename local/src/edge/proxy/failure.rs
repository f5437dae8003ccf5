//! Answers to requests that did not reach the application, or got no answer there.

use http::{HeaderValue, Response, StatusCode, header};

use super::super::{Body, full};
use crate::config::Upstream;

/// One line for the developer.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    text: String,
}

impl Failure {
    pub(super) fn refused(why: &str) -> Failure {
        Failure { status: StatusCode::BAD_REQUEST, text: format!("The request was refused: {why}.") }
    }

    /// A value of ours that no header can hold.
    pub(super) fn not_a_header(name: &str) -> Failure {
        Failure {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            text: format!("The value of {name} cannot be sent in a header."),
        }
    }

    pub(super) fn unreachable(upstream: &Upstream, why: &str) -> Failure {
        Failure::bad_gateway(format!("Nothing answers at {upstream}: {why}."))
    }

    pub(super) fn no_answer(upstream: &Upstream, error: &hyper::Error) -> Failure {
        let why = if error.is_parse() {
            "answered with something that is not HTTP/1.1"
        } else if error.is_user() {
            "got only a part of the request, since the client did not send the rest"
        } else {
            "closed the connection before it answered"
        };
        Failure::bad_gateway(format!("The application at {upstream} {why}."))
    }

    pub(super) fn unasked_upgrade(upstream: &Upstream) -> Failure {
        Failure::bad_gateway(format!("The application at {upstream} switched protocols without being asked."))
    }

    fn bad_gateway(text: String) -> Failure {
        Failure { status: StatusCode::BAD_GATEWAY, text }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(full(self.text + "\n"));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
