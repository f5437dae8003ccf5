//! `POST mint`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::ControlError;
use super::json::Strict;
use super::{faults, lookup};
use crate::access::Access;
use crate::config::Config;
use crate::duration::{OFFSET_HINT, parse_offset, parse_time};
use crate::keys::KeyRing;
use crate::tokens::{self, MintRequest, TokenType};

/// A token to make. Either `email` or `service` is needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The only application, if it is not named.
    app: Option<String>,
    email: Option<String>,
    /// A service token, by its name or Client ID.
    service: Option<String>,
    /// Take the place of claims of the same name; null removes one.
    #[serde(default)]
    claims: Map<String, Value>,
    /// `-2h` from now, or a time.
    issued: Option<String>,
    /// `+1h` from now, or a time; else when the session of such a token ends.
    expires: Option<String>,
    #[serde(default)]
    r#type: TokenType,
    /// A fault of the stage token.
    fault: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Minted {
    token: String,
}

pub(super) async fn mint(
    State(access): State<Arc<Access>>,
    Strict(wanted): Strict<Wanted>,
) -> Result<Json<Minted>, ControlError> {
    // Signing takes a while, and one fault has a key made.
    let minted = tokio::task::spawn_blocking(move || {
        made(wanted, &access.config.load(), &access.keys, access.clock.now())
    });
    match minted.await {
        Ok(minted) => minted.map(|token| Json(Minted { token })),
        Err(_) => Err(ControlError::internal("the token could not be made")),
    }
}

/// A token as the call makes it. `now` is in seconds since 1970.
pub(super) fn made(
    wanted: Wanted,
    config: &Config,
    keys: &KeyRing,
    now: i64,
) -> Result<String, ControlError> {
    let issued = wanted.issued.map_or(Ok(0), |text| offset("issued", &text, now))?;
    let expires = wanted.expires.map(|text| offset("expires", &text, now)).transpose()?;
    if let Some(name) = &wanted.app {
        lookup::application(config, Some(name))?;
    }
    if let Some(name) = &wanted.service {
        lookup::service(config, name)?;
    }
    if let Some(name) = &wanted.fault {
        faults::named(name)?;
    }
    let request = MintRequest {
        app: wanted.app,
        email: wanted.email.as_deref().map(lookup::email).transpose()?,
        service: wanted.service,
        claims: wanted.claims,
        issued,
        expires,
        r#type: wanted.r#type,
        fault: wanted.fault,
    };
    tokens::mint(&request, config, keys, now).map_err(|error| ControlError::bad_request(error.0))
}

/// Seconds from now.
fn offset(name: &str, text: &str, now: i64) -> Result<i64, ControlError> {
    parse_offset(text)
        .or_else(|| parse_time(text).map(|time| time.saturating_sub(now)))
        .ok_or_else(|| ControlError::bad_request(format!("{name} has to be {OFFSET_HINT}, or a time")))
}
