//! `POST sessions` and `POST revoke`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::json::Strict;
use super::lookup;
use crate::access::{Access, Denied};
use crate::sessions::Target;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    email: String,
    /// The only application, if it is not named.
    app: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Begun {
    /// As in `Set-Cookie`.
    cookie: String,
    token: String,
    /// Seconds since 1970.
    expires: i64,
    /// Where the application is.
    url: String,
}

pub(super) async fn sign_in(
    State(access): State<Arc<Access>>,
    Strict(wanted): Strict<Wanted>,
) -> Result<Json<Begun>, ControlError> {
    let application = lookup::application(&access.config.load(), wanted.app.as_deref())?;
    let email = lookup::email(&wanted.email)?;
    match access.sign_in(&email, &application) {
        Ok(signed_in) => Ok(Json(Begun {
            cookie: signed_in.cookie,
            token: signed_in.token,
            expires: signed_in.expires,
            url: super::state::url(&access, &application),
        })),
        Err(Denied) => {
            let name = &application.name;
            Err(ControlError::unprocessable(format!("no policy of the application {name:?} lets {email} in")))
        }
    }
}

/// What is to end: `{"app": …}`, `{"user": …}`, `{"session": …}` or `{"service": …}`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ending {
    App(String),
    User(String),
    Session(String),
    Service(String),
}

#[derive(Serialize)]
pub(super) struct Ended {
    /// How many sessions.
    ended: usize,
}

pub(super) async fn revoke(
    State(access): State<Arc<Access>>,
    Strict(ending): Strict<Ending>,
) -> Result<Json<Ended>, ControlError> {
    apply(&access, ending).map(Json)
}

pub(super) fn apply(access: &Access, ending: Ending) -> Result<Ended, ControlError> {
    let target = target(access, ending)?;
    let is_session = matches!(target, Target::Session(_));
    match access.revoke(&target) {
        0 if is_session => Err(ControlError::not_found("there is no session with this nonce")),
        ended => Ok(Ended { ended }),
    }
}

fn target(access: &Access, ending: Ending) -> Result<Target, ControlError> {
    let config = access.config.load();
    Ok(match ending {
        Ending::App(name) => Target::Application(lookup::application(&config, Some(&name))?.name.clone()),
        Ending::User(email) => Target::User(lookup::email(&email)?),
        Ending::Session(nonce) => Target::Session(nonce),
        Ending::Service(name) => Target::Service(lookup::service(&config, &name)?.name.clone()),
    })
}
