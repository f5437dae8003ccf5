//! `OPTIONS` requests that a browser sends ahead of another request, always without credentials.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};

use super::reply::Reply;
use super::{empty, refusal};
use crate::config::{Application, Cors};

pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// By the application's CORS settings; without any, as every request without credentials.
pub(super) fn answer(headers: &HeaderMap, application: &Application) -> Reply {
    let refused = |why| refusal::forbidden(StatusCode::FORBIDDEN, headers, application, why, None);
    let Some(cors) = &application.cors_headers else { return refused("preflight") };
    let origin = text(headers, ORIGIN);
    if !cors.allow_all_origins && !cors.allowed_origins.iter().any(|allowed| allowed == origin) {
        return refused("preflight of another origin");
    }
    let mut reply = Reply::answered("preflight", Response::new(empty()));
    for (name, value) in allowed(headers, cors, origin) {
        reply = reply.header(name, &value);
    }
    reply
}

fn allowed(headers: &HeaderMap, cors: &Cors, origin: &str) -> Vec<(http::HeaderName, String)> {
    // What is allowed is named, since a wildcard does not count in requests with credentials.
    let methods = if cors.allow_all_methods {
        text(headers, ACCESS_CONTROL_REQUEST_METHOD).to_owned()
    } else {
        cors.allowed_methods.join(", ")
    };
    let names = if cors.allow_all_headers {
        text(headers, ACCESS_CONTROL_REQUEST_HEADERS).to_owned()
    } else {
        cors.allowed_headers.join(", ")
    };
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let mut lines = vec![(VARY, vary.to_owned()), (ACCESS_CONTROL_ALLOW_ORIGIN, origin.to_owned())];
    let optional = [(ACCESS_CONTROL_ALLOW_METHODS, methods), (ACCESS_CONTROL_ALLOW_HEADERS, names)];
    lines.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
    if cors.allow_credentials {
        lines.push((ACCESS_CONTROL_ALLOW_CREDENTIALS, "true".into()));
    }
    if let Some(seconds) = cors.max_age {
        lines.push((ACCESS_CONTROL_MAX_AGE, seconds.to_string()));
    }
    lines
}

fn text(headers: &HeaderMap, name: http::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::edge::samples;

    fn preflight(cors: Option<Cors>) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static("http://localhost:5173"));
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT"));
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("content-type"));
        let application = Application { cors_headers: cors, ..samples::application("app", "localhost") };
        answer(&headers, &application)
    }

    #[test]
    fn settings_decide() {
        assert_eq!(preflight(None).response.status(), StatusCode::FORBIDDEN);
        let other = Cors { allowed_origins: vec!["http://other.test".into()], ..Cors::default() };
        assert_eq!(preflight(Some(other)).response.status(), StatusCode::FORBIDDEN);
        let reply = preflight(Some(Cors {
            allowed_origins: vec!["http://localhost:5173".into()],
            allowed_methods: vec!["GET".into(), "PUT".into()],
            allow_all_headers: true,
            allow_credentials: true,
            max_age: Some(600),
            ..Cors::default()
        }));
        assert_eq!(reply.response.status(), StatusCode::OK);
        for (name, value) in [
            (VARY, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
            (ACCESS_CONTROL_ALLOW_ORIGIN, "http://localhost:5173"),
            (ACCESS_CONTROL_ALLOW_METHODS, "GET, PUT"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
            (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            (ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            assert_eq!(reply.response.headers()[name], value);
        }
    }
}
