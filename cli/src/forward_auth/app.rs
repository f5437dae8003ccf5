//! An application: its guard, and the headers that say who is calling.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cfaccess::{
    Claims, Config, EmailHeader, Guard, GuardConfig, Keys, Kind, RemoteOptions, RevocationOptions,
    Revocations, Verifier,
};
use hyper::header::{HeaderName, HeaderValue};

use super::config::{AppSettings, Claim, EmailPolicy, Settings};
use crate::exit::Failure;
use crate::settings::Seconds;

const NAME_MAX: usize = 64;
/// Headers of HTTP itself, of the answer and of the token, which say nothing of an identity.
const RESERVED: [&str; 16] = [
    "authorization",
    "cache-control",
    "cf-access-jwt-assertion",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "host",
    "keep-alive",
    "location",
    "retry-after",
    "set-cookie",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

pub struct App {
    /// The issuer, if keys are fetched.
    issuer: Option<String>,
    pub guard: Guard,
    pub keys: Keys,
    pub headers: Vec<(HeaderName, Claim)>,
}

impl App {
    /// Its keys by the issuer, if they are fetched.
    pub fn fetched(&self) -> Option<(String, Keys)> {
        Some((self.issuer.clone()?, self.keys.clone()))
    }
}

/// What the applications of a team share, by its issuer.
struct Teams {
    keys: HashMap<String, Keys>,
    stores: HashMap<String, Revocations>,
}

/// The applications by their names. Without `copies` no file is written.
pub fn apps(
    settings: &Settings,
    copies: bool,
    fetched: HashMap<String, Keys>,
) -> Result<HashMap<String, App>, Failure> {
    let mut teams = Teams { keys: fetched, stores: HashMap::new() };
    if settings.app.is_empty() {
        return Err(Failure::config("no application; add a table [app.NAME]"));
    }
    let mut apps = HashMap::new();
    for (name, app) in &settings.app {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(is_plain) {
            return Err(Failure::config("the name of an application is 1 to 64 letters, digits, - and _"));
        }
        let made = make(settings, app, copies, &mut teams).map_err(|failure| Failure {
            message: format!("[app.{name}]: {}", failure.message),
            ..failure
        })?;
        apps.insert(name.clone(), made);
    }
    Ok(apps)
}

fn make(settings: &Settings, app: &AppSettings, copies: bool, teams: &mut Teams) -> Result<App, Failure> {
    let team = app.team.as_ref().or(settings.team.as_ref());
    let team = team.ok_or_else(|| Failure::config("no team"))?;
    let mut config = Config::new(team)?;
    for audience in &app.audience.0 {
        config.add_audience(audience)?;
    }
    for client_id in &app.allow_service.0 {
        config.allow_service(client_id)?;
    }
    if app.allow_any_service {
        config.allow_any_service()?;
    }
    if app.accept_cookie {
        config.accept_cookie();
    }
    config.set_email_header(match app.email_header {
        EmailPolicy::Check => EmailHeader::Check,
        EmailPolicy::Require => EmailHeader::Require,
    });
    if let Some(Seconds(seconds)) = app.leeway {
        config.set_leeway(seconds)?;
    }
    if let Some(Seconds(seconds)) = app.max_age {
        config.set_max_age(seconds)?;
    }
    if let Some(Seconds(seconds)) = app.max_lifetime {
        config.set_max_lifetime(seconds)?;
    }
    if let Some(url) = &settings.store {
        let store = match teams.stores.get(config.issuer()) {
            Some(store) => store.clone(),
            None => {
                let mut options = RevocationOptions::default();
                options.ca_file = settings.ca_file.clone();
                Revocations::open(url, team, options)?
            }
        };
        config.set_revocations(&store);
        teams.stores.insert(config.issuer().to_owned(), store);
    }
    let keys = match (&app.keys, teams.keys.get(config.issuer())) {
        (Some(path), _) => Keys::from_file(path)?,
        (None, Some(keys)) => keys.clone(),
        (None, None) => {
            let keys = Keys::remote(team, remote(settings, config.issuer(), copies))?;
            teams.keys.insert(config.issuer().to_owned(), keys.clone());
            keys
        }
    };
    let issuer = app.keys.is_none().then(|| config.issuer().to_owned());
    let headers = headers(app)?;
    let mut guard = GuardConfig::default();
    guard.add_route(None, "/", Arc::new(Verifier::new(config, keys.clone())?), None)?;
    Ok(App { issuer, guard: Guard::new(guard)?, keys, headers })
}

fn remote(settings: &Settings, issuer: &str, copies: bool) -> RemoteOptions {
    let mut options = RemoteOptions::default();
    options.ca_file = settings.ca_file.clone();
    if let Some(Seconds(seconds)) = settings.timeout {
        options.timeout = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    }
    let folder = settings.state.clone().or_else(|| std::env::var_os("STATE_DIRECTORY").map(PathBuf::from));
    let host = issuer.trim_start_matches("https://");
    options.cache_file = folder.filter(|_| copies).map(|folder| folder.join(format!("{host}.keys.json")));
    options
}

fn headers(app: &AppSettings) -> Result<Vec<(HeaderName, Claim)>, Failure> {
    let Some(chosen) = &app.headers else {
        return Ok(vec![
            (HeaderName::from_static("cf-access-authenticated-user-email"), Claim::Email),
            (HeaderName::from_static("x-cfaccess-subject"), Claim::Subject),
            (HeaderName::from_static("x-cfaccess-principal"), Claim::Principal),
        ]);
    };
    let mut headers: Vec<(HeaderName, Claim)> = Vec::new();
    for (name, claim) in chosen {
        let wrong = || Failure::config(format!("headers: {name:?} is no name for an identity header"));
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let lower = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        let is_known = headers.iter().any(|(known, _)| *known == lower);
        if !is_plain || is_known || RESERVED.contains(&lower.as_str()) {
            return Err(wrong());
        }
        headers.push((lower, *claim));
    }
    Ok(headers)
}

impl Claim {
    /// Addresses are the same in either case, as for the library's check of the e-mail header.
    pub fn is_same(self, one: &[u8], other: &[u8]) -> bool {
        match self {
            Claim::Email => one.eq_ignore_ascii_case(other),
            Claim::Subject | Claim::Principal => one == other,
        }
    }

    /// Empty where the identity has none.
    pub fn of(self, claims: &Claims) -> HeaderValue {
        let text = match self {
            Claim::Email if claims.kind() == Kind::Person => claims.email(),
            Claim::Email => None,
            Claim::Subject => claims.subject(),
            Claim::Principal => Some(claims.principal_id()),
        };
        let text = text.filter(|text| text.trim() == *text && !text.contains(char::is_control));
        let value = HeaderValue::from_bytes(text.unwrap_or_default().as_bytes());
        value.unwrap_or(HeaderValue::from_static(""))
    }
}
