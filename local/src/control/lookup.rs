//! What the names in a call stand for.

use std::sync::Arc;

use super::error::ControlError;
use crate::config::{Application, Config, ServiceToken};

/// An application by its name, or the only one.
pub(super) fn application(config: &Config, name: Option<&str>) -> Result<Arc<Application>, ControlError> {
    let names = || config.applications.iter().map(|application| application.name.as_str());
    match name {
        Some(name) => config.application(name).cloned().ok_or_else(|| unknown("application", name, names())),
        None => match config.applications.as_slice() {
            [only] => Ok(Arc::clone(only)),
            _ => Err(ControlError::bad_request(format!("app is missing: {}", list(names())))),
        },
    }
}

/// A service token by its name or its Client ID.
pub(super) fn service<'a>(config: &'a Config, name: &str) -> Result<&'a ServiceToken, ControlError> {
    let names = config.service_tokens.iter().map(|token| token.name.as_str());
    config
        .service_tokens
        .iter()
        .find(|token| token.name == name || token.client_id == name)
        .ok_or_else(|| unknown("service token", name, names))
}

/// An e-mail address in lower case.
pub(super) fn email(text: &str) -> Result<String, ControlError> {
    let is_address = text.len() <= 254
        && !text.chars().any(|character| character.is_control() || character.is_whitespace())
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if is_address {
        Ok(text.to_lowercase())
    } else {
        Err(ControlError::bad_request("email is no e-mail address"))
    }
}

fn unknown<'a>(kind: &str, name: &str, names: impl Iterator<Item = &'a str>) -> ControlError {
    let name: String = name.chars().take(100).collect();
    ControlError::not_found(format!("there is no {kind} {name:?}: {}", list(names)))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { "there are none".to_owned() } else { format!("there are {names}") }
}
