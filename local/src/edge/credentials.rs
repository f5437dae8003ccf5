//! What a request brings to be let in with.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};

use super::cookies;
use crate::access::Access;
use crate::config::{Application, Config};
use crate::tokens::{self, AppClaims};

const CLIENT_ID: &str = "cf-access-client-id";
const CLIENT_SECRET: &str = "cf-access-client-secret";
/// Headers in which a token of an application counts, after the cookie. `Authorization` is not among them.
const TOKEN_HEADERS: [&str; 2] = ["cf-access-token", "cf-access-jwt-assertion"];

/// What the headers for service tokens say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Service<'a> {
    Absent,
    /// Why it cannot authenticate.
    Wrong(&'static str),
    /// The Client ID of a token whose secret is right.
    Proved(&'a str),
}

/// A token of an application, with the session that it stands for running.
pub(super) struct Session {
    pub(super) token: String,
    pub(super) claims: AppClaims,
}

/// A Client ID with its secret.
struct Pair {
    client_id: String,
    secret: String,
}

impl Access {
    pub(super) fn service<'a>(
        &self,
        headers: &HeaderMap,
        application: &Application,
        config: &'a Config,
    ) -> Service<'a> {
        let pair = match pair(headers, application.read_service_tokens_from_header.as_ref()) {
            Ok(Some(pair)) => pair,
            Ok(None) => return Service::Absent,
            Err(why) => return Service::Wrong(why),
        };
        let known = config.service_token(&pair.client_id);
        let Some((token, secret)) =
            known.and_then(|token| Some((token, self.secrets.get(&token.client_id)?)))
        else {
            return Service::Wrong("unknown service token");
        };
        match verify_slices_are_equal(secret.as_bytes(), pair.secret.as_bytes()) {
            Ok(()) => Service::Proved(&token.client_id),
            Err(_) => Service::Wrong("wrong secret of a service token"),
        }
    }

    /// The first token among cookies and headers that is good for an application; or why none is.
    pub(super) fn session(
        &self,
        headers: &HeaderMap,
        application: &Application,
    ) -> Result<Session, &'static str> {
        let mut reason = "no credentials";
        for token in tokens_of(headers) {
            match self.check_session(token, headers, application) {
                Ok(claims) => return Ok(Session { token: token.to_owned(), claims }),
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    fn check_session(
        &self,
        token: &str,
        headers: &HeaderMap,
        application: &Application,
    ) -> Result<AppClaims, &'static str> {
        let now = self.clock.now();
        let claims = tokens::check(token, &self.keys, "app", now).map_err(|rejection| rejection.0)?;
        if !claims.is_for(&application.aud) {
            return Err("token of another application");
        }
        if self.sessions.is_ended(&claims, Some(&application.name), now) {
            return Err("session ended");
        }
        if application.enable_binding_cookie {
            let wanted = self.sessions.binding(claims.text("identity_nonce")).ok_or("no binding cookie")?;
            let is_same = |found: &str| verify_slices_are_equal(found.as_bytes(), wanted.as_bytes()).is_ok();
            if !cookies::all(headers, cookies::BINDING).any(is_same) {
                return Err("no binding cookie");
            }
        }
        Ok(claims)
    }
}

/// Tokens that a request brings: those of cookies first.
pub(super) fn tokens_of(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let in_headers = TOKEN_HEADERS.into_iter().flat_map(|name| headers.get_all(name));
    cookies::all(headers, cookies::AUTHORIZATION).chain(in_headers.filter_map(|value| value.to_str().ok()))
}

/// The service token of the two headers, or of the single one that an application may name.
fn pair(headers: &HeaderMap, single: Option<&HeaderName>) -> Result<Option<Pair>, &'static str> {
    let client_id = one(headers, CLIENT_ID)?;
    let secret = one(headers, CLIENT_SECRET)?;
    let object = match single {
        Some(name) => object(headers, name)?,
        None => None,
    };
    match (client_id, secret, object) {
        (None, None, None) => Ok(None),
        (None, None, Some(object)) => {
            let member = |wanted: &str| {
                let found = object.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                found.and_then(|(_, value)| value.as_str()).map(str::to_owned)
            };
            match (member(CLIENT_ID), member(CLIENT_SECRET)) {
                (Some(client_id), Some(secret)) => Ok(Some(Pair { client_id, secret })),
                _ => Err("half a service token"),
            }
        }
        (_, _, Some(_)) => Err("service tokens in both places"),
        (Some(client_id), Some(secret), None) => Ok(Some(Pair { client_id, secret })),
        _ => Err("half a service token"),
    }
}

fn one(headers: &HeaderMap, name: &str) -> Result<Option<String>, &'static str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| "malformed service token")?;
            Ok(Some(text.trim().to_owned()))
        }
        (Some(_), Some(_)) => Err("service token twice"),
    }
}

/// The object in the single header. What is no object there is for the application, not for Access.
fn object(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Map<String, Value>>, &'static str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let mut objects = values.filter_map(|value| serde_json::from_str::<Map<String, Value>>(value).ok());
    let first = objects.next();
    if objects.next().is_some() { Err("service token twice") } else { Ok(first) }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(lines: &[(&'static str, &'static str)]) -> Result<Option<(String, String)>, &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let single = HeaderName::from_static("x-service");
        pair(&headers, Some(&single)).map(|pair| pair.map(|pair| (pair.client_id, pair.secret)))
    }

    #[test]
    fn a_service_token_is_a_pair_in_one_place() {
        let pair = Ok(Some(("i".to_owned(), "s".to_owned())));
        const OBJECT: &str = r#"{"CF-Access-Client-Id":"i","cf-access-client-secret":"s"}"#;
        assert_eq!(found(&[]), Ok(None));
        assert_eq!(found(&[("cf-access-client-id", "i"), ("cf-access-client-secret", "s")]), pair);
        assert_eq!(found(&[("x-service", OBJECT)]), pair);
        assert_eq!(found(&[("x-service", "Bearer of something else")]), Ok(None));
        assert_eq!(found(&[("cf-access-client-id", "i")]), Err("half a service token"));
        assert_eq!(found(&[("cf-access-client-secret", "s")]), Err("half a service token"));
        assert_eq!(found(&[("x-service", r#"{"cf-access-client-id":"i"}"#)]), Err("half a service token"));
        assert_eq!(
            found(&[
                ("cf-access-client-id", "i"),
                ("cf-access-client-id", "i"),
                ("cf-access-client-secret", "s")
            ]),
            Err("service token twice")
        );
        assert_eq!(found(&[("x-service", OBJECT), ("x-service", OBJECT)]), Err("service token twice"));
        assert_eq!(
            found(&[("cf-access-client-id", "i"), ("cf-access-client-secret", "s"), ("x-service", OBJECT)]),
            Err("service tokens in both places")
        );
        assert_eq!(
            found(&[("cf-access-client-id", "i"), ("x-service", OBJECT)]),
            Err("service tokens in both places")
        );
    }
}
