//! `POST reset`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::error::ControlError;
use crate::access::Access;

/// It was done.
#[derive(Serialize)]
pub(super) struct Done {
    /// What of the configuration takes a new start, a line each.
    notes: Vec<String>,
}

pub(super) async fn reset(State(access): State<Arc<Access>>) -> Result<Json<Done>, ControlError> {
    apply(&access).map(|notes| Json(Done { notes }))
}

/// Ends everything, and reads the configuration again. One that is wrong leaves the old one in force.
pub(super) fn apply(access: &Access) -> Result<Vec<String>, ControlError> {
    access.reset();
    let Some(source) = &access.source else { return Ok(Vec::new()) };
    access.read_again(source).map_err(|error| {
        ControlError::unprocessable(format!("reset, but the configuration stays as it was: {}", error.0))
    })
}
