//! Tokens on demand, without a session.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::app::expiry;
use super::{AppClaims, MatchClaims, MetaClaims, OrgClaims, Person, Service, Typ, sign};
use crate::config::{Application, Config, Decision, User, stable_id};
use crate::faults::{Fault, Stage, apply};
use crate::keys::{KeyRing, SigningKey};
use crate::sessions::random;
use crate::team::TEAM_HOST;

/// What a token is to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MintRequest {
    /// The name of an application; need not be given if there is only one.
    pub(crate) app: Option<String>,
    /// Of a person, in the configuration or not.
    pub(crate) email: Option<String>,
    /// A service token, by its name or Client ID.
    pub(crate) service: Option<String>,
    /// Take the place of claims of the same name; null removes one.
    pub(crate) claims: Map<String, Value>,
    /// When it was issued, in seconds from now.
    pub(crate) issued: i64,
    /// When it expires, in seconds from now; else when the session of such a token ends.
    pub(crate) expires: Option<i64>,
    pub(crate) r#type: TokenType,
    /// The name of a fault of tokens.
    pub(crate) fault: Option<String>,
}

/// The claim `type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TokenType {
    #[default]
    App,
    Org,
    Meta,
    Match,
}

/// Why there is no token; one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MintError(pub(crate) String);

/// The time span of a token, in seconds since 1970.
#[derive(Clone, Copy)]
struct Times {
    iat: i64,
    /// As it was asked for.
    exp: Option<i64>,
}

/// Makes a token. `now` is the time of this Access's clock, in seconds since 1970.
pub(crate) fn mint(
    request: &MintRequest,
    config: &Config,
    keys: &KeyRing,
    now: i64,
) -> Result<String, MintError> {
    let times = Times {
        iat: now.saturating_add(request.issued),
        exp: request.expires.map(|seconds| now.saturating_add(seconds)),
    };
    let key = keys.current();
    match request.r#type {
        TokenType::App => {
            let mut claims = app(request, config, times)?;
            replace(&mut claims.0, &request.claims);
            match &request.fault {
                None => Ok(sign(&key, claims.typ(), &claims)),
                Some(name) => with_fault(name, &claims, keys),
            }
        }
        _ if request.fault.is_some() => Err(MintError("faults are for tokens of the type app".into())),
        TokenType::Org => Ok(finish(&key, Typ::None, &org(request, config, times)?, &request.claims)),
        _ if request.email.is_some() || request.service.is_some() || request.expires.is_some() => {
            Err(MintError("tokens of the types meta and match are for nobody, and do not expire".into()))
        }
        TokenType::Meta => {
            Ok(finish(&key, Typ::Jwt, &meta(application(request, config)?, times), &request.claims))
        }
        TokenType::Match => {
            Ok(finish(&key, Typ::Jwt, &found(application(request, config)?, times), &request.claims))
        }
    }
}

fn app(request: &MintRequest, config: &Config, times: Times) -> Result<AppClaims, MintError> {
    let application = application(request, config)?;
    let decision = if request.service.is_some() { Decision::NonIdentity } else { Decision::Allow };
    let policy = application.policies.iter().find(|policy| policy.decision == decision);
    let duration = policy
        .and_then(|policy| policy.session_duration)
        .or(application.session_duration)
        .unwrap_or(config.team.session_duration);
    let mut claims = match (&request.email, &request.service) {
        (Some(email), None) => AppClaims::of_person(&Person {
            user: &user(config, email)?,
            application,
            host: &application.domain.host,
            policy_id: policy.map_or_else(|| stable_id("policy", &application.name), |policy| policy.id),
            identity_nonce: &random::alphanumeric(16),
            issued: times.iat,
            duration,
        }),
        (None, Some(service)) => AppClaims::of_service(&Service {
            client_id: client_id(config, service)?,
            application,
            issued: times.iat,
            duration,
        }),
        _ => return Err(MintError("give either email or service".into())),
    };
    if let Some(exp) = times.exp {
        claims.0.insert("exp".into(), exp.into());
    }
    Ok(claims)
}

fn with_fault(name: &str, claims: &AppClaims, keys: &KeyRing) -> Result<String, MintError> {
    let fault = Fault::parse(name)
        .filter(|fault| {
            fault.stage() == Stage::Token && !matches!(fault, Fault::EmailOther | Fault::HeaderTwice)
        })
        .ok_or_else(|| MintError(format!("no fault of tokens has the name {name:?}")))?;
    apply(fault, claims, keys)
        .map_err(|error| MintError(error.to_string()))?
        .ok_or_else(|| MintError(format!("with {name} there is no token")))
}

fn org(request: &MintRequest, config: &Config, times: Times) -> Result<OrgClaims, MintError> {
    let (Some(email), None) = (&request.email, &request.service) else {
        return Err(MintError("a token of the type org is for a person: give email".into()));
    };
    let user = user(config, email)?;
    Ok(OrgClaims {
        sub: user.sub().to_string(),
        email: user.email,
        identity_nonce: random::alphanumeric(16),
        iat: times.iat,
        exp: times.exp.unwrap_or_else(|| expiry(times.iat, config.team.session_duration)),
    })
}

fn meta(application: &Application, times: Times) -> MetaClaims {
    MetaClaims {
        aud: application.aud.clone(),
        hostname: application.domain.host.clone(),
        redirect_url: "/".into(),
        service_token_status: false,
        service_token_id: String::new(),
        app_session_hash: "0".repeat(64),
        iat: times.iat,
    }
}

fn found(application: &Application, times: Times) -> MatchClaims {
    MatchClaims {
        hostname: application.domain.host.clone(),
        auth_domain: TEAM_HOST.into(),
        aud: application.aud.clone(),
        app_hostname: application.domain.host.clone(),
        iat: times.iat,
    }
}

fn application<'a>(request: &MintRequest, config: &'a Config) -> Result<&'a Application, MintError> {
    match (&request.app, config.applications.as_slice()) {
        (Some(name), _) => config
            .application(name)
            .map(AsRef::as_ref)
            .ok_or_else(|| MintError(format!("no application has the name {name:?}"))),
        (None, [only]) => Ok(only),
        (None, _) => Err(MintError("there are several applications: give app".into())),
    }
}

fn user(config: &Config, email: &str) -> Result<User, MintError> {
    let email = email.to_lowercase();
    if email.is_empty() || email.chars().any(|character| character.is_whitespace() || character.is_control())
    {
        return Err(MintError("the e-mail address is none".into()));
    }
    Ok(config.person(&email))
}

fn client_id<'a>(config: &'a Config, service: &str) -> Result<&'a str, MintError> {
    config
        .service_tokens
        .iter()
        .find(|token| token.name == service || token.client_id == service)
        .map(|token| token.client_id.as_str())
        .ok_or_else(|| MintError(format!("no service token has the name {service:?}")))
}

/// Signs these claims, or, where others take their place, both together.
fn finish(key: &SigningKey, typ: Typ, claims: &impl Serialize, others: &Map<String, Value>) -> String {
    match serde_json::to_value(claims) {
        Ok(Value::Object(mut members)) if !others.is_empty() => {
            replace(&mut members, others);
            sign(key, typ, &members)
        }
        _ => sign(key, typ, claims),
    }
}

fn replace(claims: &mut Map<String, Value>, others: &Map<String, Value>) {
    for (name, value) in others {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
}

impl fmt::Display for MintError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for MintError {}
