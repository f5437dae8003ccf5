//! Why a call is refused.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// One line for whoever called. It never holds a token or a secret of this Access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ControlError {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

#[derive(Serialize)]
struct Shown<'a> {
    error: &'a str,
}

impl ControlError {
    fn new(status: StatusCode, message: impl Into<String>) -> ControlError {
        let message = message.into().chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        ControlError { status, message }
    }

    /// The body or the query is not as it has to be.
    pub(super) fn bad_request(message: impl Into<String>) -> ControlError {
        ControlError::new(StatusCode::BAD_REQUEST, message)
    }

    /// Whoever calls may not.
    pub(super) fn forbidden(message: impl Into<String>) -> ControlError {
        ControlError::new(StatusCode::FORBIDDEN, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> ControlError {
        ControlError::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn method() -> ControlError {
        ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "this call has another method")
    }

    pub(super) fn too_large(message: impl Into<String>) -> ControlError {
        ControlError::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// The configuration does not allow it.
    pub(super) fn unprocessable(message: impl Into<String>) -> ControlError {
        ControlError::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    pub(super) fn internal(message: impl Into<String>) -> ControlError {
        ControlError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, Json(Shown { error: &self.message })).into_response()
    }
}
