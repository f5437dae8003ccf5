//! Cloudflare's own calls that end sessions.
//!
//! <https://developers.cloudflare.com/api/resources/zero_trust/>: `organizations/methods/revoke_users` and
//! `access/subresources/applications/methods/revoke_tokens`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::{HeaderMap, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::credentials::{check_id, other_base, token, trusted};
use crate::exit::Failure;
use crate::redaction::{printable, redact};

const BASE: &str = "https://api.cloudflare.com/client/v4";
const ANSWER_BYTES_MAX: u64 = 8 << 20;
/// A page of applications, and how many of them are looked through.
const APPS_A_PAGE: usize = 100;
const PAGES_MAX: usize = 100;

/// The API of one account, with a token for it.
pub struct Api {
    agent: Agent,
    base: String,
    account: String,
    token: String,
}

/// What Cloudflare is asked to end.
pub enum Call {
    /// Every session of the person with this e-mail address.
    User { email: String },
    /// The tokens of the application with this AUD tag, or this ID if it is known.
    App { audience: String, id: Option<String> },
}

/// Cloudflare did not do it, or it is not known to have.
#[derive(Debug)]
pub struct CallFailure {
    pub http_status: Option<u16>,
    pub message: String,
    /// The seconds after which Cloudflare wants to be asked again.
    pub retry_after: Option<u64>,
}

impl Api {
    /// Everything that the call needs is looked at before anything is written.
    pub fn new(
        account: Option<String>,
        token_file: Option<&PathBuf>,
        ca_file: Option<&Path>,
        timeout: Duration,
    ) -> Result<Api, Failure> {
        let account = account.ok_or_else(|| {
            Failure::config("no account for --cloudflare; name it with --account or CLOUDFLARE_ACCOUNT_ID")
        })?;
        check_id("account", &account)?;
        let token = token(token_file)?;
        let other = other_base()?;
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(RootCerts::new_with_certs(&trusted(ca_file)?))
            .build();
        let mut config = Agent::config_builder()
            .tls_config(tls)
            .https_only(other.is_none())
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(timeout))
            .user_agent(concat!("cfaccess/", env!("CARGO_PKG_VERSION")));
        if other.is_some() {
            config = config.proxy(None);
        }
        let base = other.unwrap_or_else(|| BASE.to_owned());
        Ok(Api { agent: config.build().new_agent(), base, account, token })
    }

    /// Makes the call, and says what time it was at Cloudflare.
    pub fn make(&self, call: &Call) -> Result<Option<i64>, CallFailure> {
        match call {
            Call::User { email } => {
                let path = format!("accounts/{}/access/organizations/revoke_user", self.account);
                self.post(&path, &json!({"email": email}))
            }
            Call::App { audience, id } => {
                let id = match id {
                    Some(id) => id.clone(),
                    None => self.find_app(audience)?,
                };
                self.post(&format!("accounts/{}/access/apps/{id}/revoke_tokens", self.account), &json!({}))
            }
        }
    }

    fn find_app(&self, audience: &str) -> Result<String, CallFailure> {
        for page in 1..=PAGES_MAX {
            let query = format!("page={page}&per_page={APPS_A_PAGE}");
            let url = format!("{}/accounts/{}/access/apps?{query}", self.base, self.account);
            let request = self.agent.get(&url).header("Authorization", self.authorization());
            let (_, answer) = read(request.call())?;
            let apps: Vec<App> = serde_json::from_value(answer.result).unwrap_or_default();
            if let Some(app) = apps.iter().find(|app| app.aud.eq_ignore_ascii_case(audience)) {
                check_id("app", &app.id).map_err(|failure| CallFailure::of(failure.message))?;
                return Ok(app.id.clone());
            }
            if apps.len() < APPS_A_PAGE {
                break;
            }
        }
        Err(CallFailure::of("the account has no application with this AUD tag; name it with --app-id"))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Option<i64>, CallFailure> {
        let request = self
            .agent
            .post(format!("{}/{path}", self.base))
            .header("Authorization", self.authorization())
            .header("Content-Type", "application/json");
        let (headers, _) = read(request.send(body.to_string()))?;
        Ok(header(&headers, "date").and_then(date))
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

#[derive(Deserialize)]
struct App {
    #[serde(default)]
    id: String,
    #[serde(default)]
    aud: String,
}

/// The envelope of every answer.
#[derive(Default, Deserialize)]
struct Answer {
    #[serde(default)]
    success: bool,
    #[serde(default)]
    errors: Vec<Fault>,
    #[serde(default)]
    result: Value,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    message: String,
}

fn read(answer: Result<Response<Body>, ureq::Error>) -> Result<(HeaderMap, Answer), CallFailure> {
    let mut response = answer.map_err(|error| CallFailure::of(unanswered(&error)))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let retry_after = header(&headers, "retry-after").and_then(|text| text.trim().parse().ok());
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
    let answer: Answer = match &body {
        Ok(text) => serde_json::from_str(text).unwrap_or_default(),
        Err(error) if status == 200 => return Err(CallFailure::of(unanswered(error))),
        Err(_) => Answer::default(),
    };
    if status == 200 && answer.success {
        return Ok((headers, answer));
    }
    let said = answer.errors.first().map(|fault| fault.message.chars().take(200).collect::<String>());
    let said = said.map(|words| format!(" ({})", printable(&redact(&words)))).unwrap_or_default();
    let message = format!("Cloudflare answered HTTP {status}{said}; {}", advice(status, retry_after));
    Err(CallFailure { http_status: Some(status), message, retry_after })
}

/// What helps. Revoking again only raises what is there, and so is harmless.
fn advice(status: u16, retry_after: Option<u64>) -> String {
    match (status, retry_after) {
        (401, _) => "the API token is not valid: look at CLOUDFLARE_API_TOKEN or --api-token-file".to_owned(),
        (403, _) => {
            "the API token needs the permission Access: Organizations Revoke for users, or Access: Apps and \
                     Policies Revoke for applications"
                .to_owned()
        }
        (404, _) => {
            "it does not know the account or the application: look at --account and --app-id".to_owned()
        }
        (429, Some(seconds)) => format!("too many calls: run this again in {seconds} s"),
        (429, None) => "too many calls: run this again in 5 minutes".to_owned(),
        (200, _) => "it did not say that it was done: look at the dashboard".to_owned(),
        _ => "run this again".to_owned(),
    }
}

fn unanswered(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => {
            "Cloudflare did not answer in time; whether it was done is not known".to_owned()
        }
        other => format!("no answer of Cloudflare: {}", printable(&redact(&other.to_string()))),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// `Date` (RFC 9110 section 6.6.1).
fn date(text: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(date.timestamp().as_second())
}

impl CallFailure {
    fn of(message: impl Into<String>) -> CallFailure {
        CallFailure { http_status: None, message: message.into(), retry_after: None }
    }
}

impl fmt::Display for CallFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_that_of_http() {
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(date("soon"), None);
    }
}
