//! The paths that Access answers itself, and which no origin ever sees.

use std::sync::Arc;

use http::{HeaderMap, Method, Request, StatusCode};
use hyper::body::Incoming;

use super::redirect::APPROVAL_PATH;
use super::reply::{Decision, Reply, page, text};
use crate::access::Access;
use crate::config::Config;
use crate::pages::{self, NotFound};

pub(super) const PROTECTED_RESOURCE: &str = "/.well-known/cloudflare-access-protected-resource";

pub(super) fn is_own_path(path: &str) -> bool {
    ["/cdn-cgi", PROTECTED_RESOURCE]
        .iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

pub(super) fn asks_for_metadata(headers: &HeaderMap) -> bool {
    headers
        .get("cf-access-metadata-request")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

impl Access {
    pub(super) async fn answer_as_team(
        self: &Arc<Self>,
        request: Request<Incoming>,
        config: &Arc<Config>,
        path: &str,
    ) -> Reply {
        if path == "/" || path.starts_with(crate::control::PREFIX) {
            return Reply::new(Decision::Control, "", crate::control::answer(self, request).await);
        }
        if let Some(host) = path.strip_prefix("/cdn-cgi/access/login/") {
            return match *request.method() {
                Method::GET | Method::HEAD => self.show_login(&request, config, host),
                Method::POST => self.take_login(request, config, host).await,
                _ => wrong_method("GET, HEAD, POST"),
            };
        }
        if !is_read(request.method()) {
            return wrong_method("GET, HEAD");
        }
        match path {
            "/cdn-cgi/access/certs" => self.certs(request.headers(), path).await,
            "/cdn-cgi/access/get-identity" => self.team_identity(request.headers(), config),
            "/cdn-cgi/access/logout" => self.team_logout(&request, config),
            _ => nothing_here(),
        }
    }

    pub(super) async fn answer_own_path(
        self: &Arc<Self>,
        request: Request<Incoming>,
        config: &Arc<Config>,
        host: &str,
        path: &str,
    ) -> Reply {
        if path == APPROVAL_PATH {
            return match *request.method() {
                Method::GET | Method::HEAD => self.show_approval(&request, config, host),
                Method::POST => self.take_approval(request, config, host).await,
                _ => wrong_method("GET, HEAD, POST"),
            };
        }
        if !is_read(request.method()) {
            return wrong_method("GET, HEAD");
        }
        match path {
            "/cdn-cgi/access/certs" => self.certs(request.headers(), path).await,
            "/cdn-cgi/access/authorized" => self.authorized(&request, config, host),
            "/cdn-cgi/access/get-identity" => self.application_identity(request.headers(), config, host),
            "/cdn-cgi/access/logout" => self.application_logout(&request, config, host),
            path if path.starts_with(PROTECTED_RESOURCE) => self.protected_resource(host),
            _ => nothing_here(),
        }
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn wrong_method(allowed: &str) -> Reply {
    let response = text(StatusCode::METHOD_NOT_ALLOWED, "This method is not allowed here.\n".into());
    Reply::refused("method", response).header(http::header::ALLOW, allowed)
}

pub(super) fn nothing_here() -> Reply {
    Reply::answered("unknown path", text(StatusCode::NOT_FOUND, "There is nothing at this path.\n".into()))
}

/// No application is meant by what was asked for.
pub(super) fn no_application(host: &str) -> Reply {
    let html = pages::not_found(&NotFound { host });
    Reply::answered("no such application", page(StatusCode::NOT_FOUND, html, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_paths_are_whole_segments() {
        for own in ["/cdn-cgi", "/cdn-cgi/", "/cdn-cgi/trace", PROTECTED_RESOURCE] {
            assert!(is_own_path(own), "{own}");
        }
        for other in ["/", "/cdn-cgix", "/a/cdn-cgi/", "/.well-known/acme-challenge/x"] {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
