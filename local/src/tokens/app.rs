//! The claims of an application's tokens, of people and of services.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Typ;
use crate::config::{Application, User};
use crate::team::ISSUER;

/// A token of an application, of a person or of a service (`type` is `app`).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct AppClaims(pub(crate) Map<String, Value>);

/// What a token of a person is made of.
pub(crate) struct Person<'a> {
    pub(crate) user: &'a User,
    pub(crate) application: &'a Application,
    /// The host that the request was for.
    pub(crate) host: &'a str,
    pub(crate) policy_id: Uuid,
    pub(crate) identity_nonce: &'a str,
    /// Seconds since 1970.
    pub(crate) issued: i64,
    /// In seconds; `exp` is one second later than that.
    pub(crate) duration: i64,
}

/// What a token of a service is made of.
pub(crate) struct Service<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) application: &'a Application,
    pub(crate) issued: i64,
    pub(crate) duration: i64,
}

impl AppClaims {
    pub(crate) fn of_person(person: &Person<'_>) -> AppClaims {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("aud", json!([person.application.aud]));
        set("email", json!(person.user.email));
        set("exp", json!(expiry(person.issued, person.duration)));
        set("iat", json!(person.issued));
        set("nbf", json!(person.issued));
        set("iss", json!(ISSUER));
        set("type", json!("app"));
        set("identity_nonce", json!(person.identity_nonce));
        set("sub", json!(person.user.sub().to_string()));
        set("country", json!(person.user.country));
        set("policy_id", json!(person.policy_id.to_string()));
        set("h_INTERNAL_DO_NOT_USE", json!(person.host));
        if !person.user.custom.is_empty() {
            set("custom", Value::Object(person.user.custom.clone()));
        }
        AppClaims(claims)
    }

    pub(crate) fn of_service(service: &Service<'_>) -> AppClaims {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("type", json!("app"));
        set("aud", json!(service.application.aud));
        set("exp", json!(expiry(service.issued, service.duration)));
        set("iss", json!(ISSUER));
        set("common_name", json!(service.client_id));
        set("iat", json!(service.issued));
        set("sub", json!(""));
        set("h_INTERNAL_DO_NOT_USE", json!(service.application.domain.host));
        AppClaims(claims)
    }

    /// A claim that is a string, empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn seconds(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// Whether the claim `aud`, a string or a list, names this audience.
    pub(crate) fn is_for(&self, aud: &str) -> bool {
        match self.0.get("aud") {
            Some(Value::String(one)) => one == aud,
            Some(Value::Array(several)) => several.iter().any(|one| one == aud),
            _ => false,
        }
    }

    /// The first audience, empty if there is none.
    pub(crate) fn audience(&self) -> &str {
        match self.0.get("aud") {
            Some(Value::Array(several)) => several.first().and_then(Value::as_str).unwrap_or_default(),
            _ => self.text("aud"),
        }
    }

    pub(crate) fn is_of_service(&self) -> bool {
        !self.text("common_name").is_empty()
    }

    /// As the header of such a token has it.
    pub(crate) fn typ(&self) -> Typ {
        if self.is_of_service() { Typ::Jwt } else { Typ::None }
    }
}

/// Tokens of Access live for a second longer than the session that is configured.
pub(super) fn expiry(issued: i64, duration: i64) -> i64 {
    issued.saturating_add(duration).saturating_add(1)
}
