//! `POST faults`, `GET faults` and `DELETE faults`

use std::num::NonZeroU64;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::json::Strict;
use super::lookup;
use crate::access::Access;
use crate::duration::{DURATION_HINT, parse_duration};
use crate::faults::{ActiveFault, Fault, Limit, Scope};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) name: String,
    /// Any application, if none is named.
    pub(super) app: Option<String>,
    /// This path and what is below; any, if none is named.
    pub(super) path: Option<String>,
    /// How many requests.
    pub(super) times: Option<u64>,
    /// How long, by the clock of this Access.
    #[serde(rename = "for")]
    pub(super) duration: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Answer {
    faults: Vec<ActiveFault>,
}

pub(super) async fn list(State(access): State<Arc<Access>>) -> Json<Answer> {
    Json(Answer { faults: access.faults.list(access.clock.now()) })
}

pub(super) async fn add(
    State(access): State<Arc<Access>>,
    Strict(wanted): Strict<Wanted>,
) -> Result<Json<Answer>, ControlError> {
    apply(&access, &wanted)?;
    Ok(list(State(access)).await)
}

pub(super) async fn clear(State(access): State<Arc<Access>>) -> Json<Answer> {
    access.faults.clear();
    list(State(access)).await
}

pub(super) fn apply(access: &Access, wanted: &Wanted) -> Result<(), ControlError> {
    let fault = named(&wanted.name)?;
    if let Some(name) = &wanted.app {
        lookup::application(&access.config.load(), Some(name))?;
    }
    let scope = Scope::new(wanted.app.clone(), wanted.path.as_deref());
    let limit = limit(wanted, access.clock.now())?;
    scope
        .and_then(|scope| access.faults.add(fault, scope, limit))
        .map_err(|error| ControlError::bad_request(error.0))
}

fn limit(wanted: &Wanted, now: i64) -> Result<Limit, ControlError> {
    match (wanted.times, wanted.duration.as_deref()) {
        (None, None) => Ok(Limit::Never {}),
        (Some(times), None) => NonZeroU64::new(times)
            .map(Limit::Times)
            .ok_or_else(|| ControlError::bad_request("times has to be 1 or more")),
        (None, Some(text)) => match parse_duration(text) {
            Some(seconds @ 1..) => Ok(Limit::Until(now.saturating_add(seconds))),
            _ => Err(ControlError::bad_request(format!("for has to be {DURATION_HINT}"))),
        },
        (Some(_), Some(_)) => Err(ControlError::bad_request("either times or for, and not both")),
    }
}

/// A fault by its name, or else the nearest name.
pub(super) fn named(name: &str) -> Result<Fault, ControlError> {
    Fault::parse(name).ok_or_else(|| {
        let name: String = name.chars().take(100).collect();
        let distance = |fault: &Fault| strsim::damerau_levenshtein(fault.name(), &name);
        let nearest = Fault::all().min_by_key(distance).filter(|fault| distance(fault) <= 4);
        let nearest = nearest.map(|fault| format!("; did you mean {}?", fault.name())).unwrap_or_default();
        ControlError::not_found(format!("there is no fault {name:?}{nearest}"))
    })
}
