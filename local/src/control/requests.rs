//! `GET requests`

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::json::StrictQuery;
use crate::access::Access;
use crate::request_log::LoggedRequest;

/// How long a call that asks for what comes next is held, in seconds, and how long it can be.
const WAIT: u64 = 25;
const WAIT_MAX: u64 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Only those with higher numbers; the call waits until there is one.
    after: Option<u64>,
    /// In seconds.
    wait: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Answer {
    requests: Vec<LoggedRequest>,
}

pub(super) async fn list(
    State(access): State<Arc<Access>>,
    StrictQuery(question): StrictQuery<Question>,
) -> Result<Json<Answer>, ControlError> {
    let wait = question.wait.unwrap_or(if question.after.is_some() { WAIT } else { 0 });
    if wait > WAIT_MAX {
        return Err(ControlError::bad_request(format!("wait is at most {WAIT_MAX}")));
    }
    let after = question.after.unwrap_or_default();
    let requests = access.requests.wait_after(after, Duration::from_secs(wait)).await;
    Ok(Json(Answer { requests }))
}
