//! The heads of messages on their way through.

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, request, response};
use http_body::Body as _;
use hyper::body::Incoming;
use uuid::Uuid;

use super::cookies::{self, Authorization};
use super::failure::Failure;
use super::{Assertion, Client, hop, identity};
use crate::config::Application;

const ASSERTION: HeaderName = HeaderName::from_static("cf-access-jwt-assertion");
const EMAIL: HeaderName = HeaderName::from_static("cf-access-authenticated-user-email");
const CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");
const RAY: HeaderName = HeaderName::from_static("cf-ray");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The head of the request that the origin gets. `upgrade` is the protocol that the client asks for.
pub(super) fn for_origin(
    mut parts: request::Parts,
    body: &Incoming,
    application: &Application,
    assertion: &Assertion,
    upgrade: Option<&HeaderValue>,
) -> Result<request::Parts, Failure> {
    if parts.method == Method::CONNECT {
        return Err(Failure::refused("tunnels are not passed on"));
    }
    let own = application.read_service_tokens_from_header.as_ref();
    let host = host(&parts, application)?;
    let takes_trailers = hop::lists(&parts.headers, &TE, "trailers");
    let headers = &mut parts.headers;

    // Before ours are added, so that `Connection` cannot name them.
    hop::remove(headers);
    identity::remove(headers, |name| identity::is_identity(name, own));
    remove_trailer_names(headers, own);

    headers.insert(HOST, host);
    if takes_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if let Some(protocol) = upgrade {
        headers.insert(UPGRADE, protocol.clone());
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    } else if takes_trailers {
        headers.insert(CONNECTION, HeaderValue::from_static("TE"));
    }
    if !body.is_end_stream() && body.size_hint().exact().is_none() {
        headers.remove(CONTENT_LENGTH);
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
    if application.forwarded_headers {
        add_forwarded(headers, parts.extensions.get::<Client>());
    }
    add_identity(headers, application, assertion)?;

    let path = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    parts.uri = Uri::from(path);
    parts.version = Version::HTTP_11;
    parts.extensions.clear();
    Ok(parts)
}

/// The head of the response that the client gets.
pub(super) fn for_client(parts: &mut response::Parts) {
    // A length beside it was not what framed the body (RFC 9112 section 6.3).
    if parts.headers.contains_key(TRANSFER_ENCODING) {
        parts.headers.remove(CONTENT_LENGTH);
    }
    hop::remove(&mut parts.headers);
    parts.version = Version::HTTP_11;
}

fn host(parts: &request::Parts, application: &Application) -> Result<HeaderValue, Failure> {
    if let Some(host) = &application.upstream_host {
        return Ok(host.clone());
    }
    if parts.headers.get_all(HOST).iter().count() > 1 {
        return Err(Failure::refused("it has more than one Host"));
    }
    // In HTTP/2 the host is a part of the address.
    let given = match parts.uri.authority() {
        Some(authority) if parts.version >= Version::HTTP_2 => HeaderValue::from_str(authority.as_str()).ok(),
        _ => parts.headers.get(HOST).cloned(),
    };
    given
        .map_or_else(|| HeaderValue::from_str(&application.upstream.authority()), Ok)
        .map_err(|_| Failure::not_a_header("Host"))
}

/// A trailer could bring what was removed from the head.
fn remove_trailer_names(headers: &mut HeaderMap, own: Option<&HeaderName>) {
    let names: Vec<&str> = hop::tokens(headers, &TRAILER)
        .filter(|name| {
            HeaderName::from_bytes(name.as_bytes()).is_ok_and(|name| is_trailer_passed(&name, own))
        })
        .collect();
    let kept = HeaderValue::from_str(&names.join(", ")).ok().filter(|value| !value.is_empty());
    headers.remove(TRAILER);
    if let Some(kept) = kept {
        headers.insert(TRAILER, kept);
    }
}

fn is_trailer_passed(name: &HeaderName, own: Option<&HeaderName>) -> bool {
    // What frames or routes a message is no trailer (RFC 9110 section 6.5.1).
    let is_head_only =
        [CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, http::header::COOKIE]
            .contains(name);
    !is_head_only && !identity::is_identity(name, own) && !identity::is_forwarded(name)
}

fn add_identity(
    headers: &mut HeaderMap,
    application: &Application,
    assertion: &Assertion,
) -> Result<(), Failure> {
    if let Some(token) = &assertion.token {
        let mut value =
            HeaderValue::from_str(token).map_err(|_| Failure::not_a_header("Cf-Access-Jwt-Assertion"))?;
        value.set_sensitive(true);
        if assertion.repeated {
            headers.append(ASSERTION, value.clone());
        }
        headers.append(ASSERTION, value);
    }
    if let Some(email) = assertion.email.as_ref().filter(|_| application.email_header) {
        let value = HeaderValue::from_bytes(email.as_bytes())
            .map_err(|_| Failure::not_a_header("Cf-Access-Authenticated-User-Email"))?;
        headers.insert(EMAIL, value);
    }
    let authorization = match &assertion.token {
        None => Authorization::Removed,
        Some(token) if assertion.in_cookie => Authorization::Set(token),
        Some(token) => Authorization::Kept(token),
    };
    cookies::rewrite(headers, authorization);
    Ok(())
}

fn add_forwarded(headers: &mut HeaderMap, client: Option<&Client>) {
    identity::remove(headers, identity::is_forwarded);
    let ray = format!("{:016x}-LCL", Uuid::new_v4().as_u64_pair().0);
    let mut values = vec![(RAY, ray)];
    if let Some(Client { address, https }) = client {
        values.push((CONNECTING_IP, address.to_string()));
        values.push((FORWARDED_FOR, address.to_string()));
        values.push((FORWARDED_PROTO, if *https { "https" } else { "http" }.to_owned()));
    }
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}
