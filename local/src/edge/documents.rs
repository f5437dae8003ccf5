//! Documents for programs: the keys, what protects an application, and which application a host is.

use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::body::cut;
use super::reply::{Decision, Reply, json, never_cached, text};
use super::{Body, empty, full};
use crate::access::Access;
use crate::config::Application;
use crate::faults::{CertsAnswer, Stage, apply_to_certs};
use crate::keys::JSON;
use crate::team::TEAM_HOST;
use crate::tokens::{self, MatchClaims, Typ};

#[derive(Serialize)]
struct ProtectedResource<'a> {
    resource: &'a str,
    protected: bool,
    team_domain: &'a str,
    authorization_servers: [&'a str; 1],
    authentication_methods: [Method<'a>; 1],
}

#[derive(Serialize)]
struct Method<'a> {
    name: &'a str,
    description: &'a str,
}

impl Access {
    pub(super) async fn certs(&self, headers: &HeaderMap, path: &str) -> Reply {
        let Some(fault) = self.faults.take(Stage::Certs, None, path, self.clock.now()) else {
            return Reply::answered("keys", self.key_document(headers));
        };
        match apply_to_certs(fault, &self.keys) {
            Ok(Some(answer)) => {
                tokio::time::sleep(answer.delay).await;
                Reply::new(Decision::Fault, fault.name(), spoiled(answer))
            }
            Ok(None) => Reply::answered("keys", self.key_document(headers)),
            Err(error) => {
                let line = format!("{}\n", error.0);
                Reply::new(Decision::Fault, fault.name(), text(StatusCode::INTERNAL_SERVER_ERROR, line))
            }
        }
    }

    fn key_document(&self, headers: &HeaderMap) -> Response<Body> {
        let document = self.keys.document();
        let is_known = is_known(headers, &document.etag);
        let mut response = Response::new(if is_known { empty() } else { full(document.body.clone()) });
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=14400"));
        if let Ok(etag) = HeaderValue::try_from(document.etag.as_str()) {
            headers.insert(ETAG, etag);
        }
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        response
    }

    pub(super) fn protected_resource(&self, host: &str) -> Reply {
        let (resource, team) = (self.face.origin_of(host), self.face.team_origin());
        let document = ProtectedResource {
            resource: &resource,
            protected: true,
            team_domain: TEAM_HOST,
            authorization_servers: [&team],
            authentication_methods: [Method {
                name: "cloudflared",
                description: "Run `cloudflared access login` with the address of the application.",
            }],
        };
        Reply::answered("protected resource", json(StatusCode::OK, &document))
    }

    /// What cloudflared asks before it logs in.
    pub(super) fn metadata(&self, application: &Application, host: &str) -> Reply {
        let claims = MatchClaims {
            hostname: host.to_owned(),
            auth_domain: TEAM_HOST.to_owned(),
            aud: application.aud.clone(),
            app_hostname: host.to_owned(),
            iat: self.clock.now(),
        };
        let token = tokens::sign(&self.keys.current(), Typ::Jwt, &claims);
        let mut response = Response::new(empty());
        never_cached(response.headers_mut());
        let reply = Reply::answered("metadata", response).at(application);
        reply.header(HeaderName::from_static("cf-access-metadata"), &token)
    }
}

fn spoiled(answer: CertsAnswer) -> Response<Body> {
    let whole = answer.body.len();
    let body = match answer.cut_at {
        None => full(answer.body),
        Some(length) => cut(answer.body.slice(..length.min(whole))),
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(whole));
    response
}

/// Whether a client says that it has this very document.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let mut lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines.any(|line| {
        line.split(',').any(|known| {
            let known = known.trim();
            known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag
        })
    })
}
