//! Bodies and queries, which may say nothing that is not known.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;

use super::error::ControlError;
use super::guard::NOT_JSON;

const BODY_BYTES_MAX: usize = 64 << 10;

/// A JSON body. Types that are read from it deny unknown names.
pub(super) struct Strict<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Strict<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _state: &S) -> Result<Strict<T>, ControlError> {
        // What it says has been looked at before.
        if !request.headers().contains_key(CONTENT_TYPE) {
            return Err(ControlError::forbidden(NOT_JSON));
        }
        let body = read(request).await?;
        serde_json::from_slice(&body)
            .map(Strict)
            .map_err(|error| ControlError::bad_request(format!("the body is not as expected: {error}")))
    }
}

/// A body that is not longer than allowed.
pub(super) async fn read(request: Request) -> Result<Bytes, ControlError> {
    match Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(ControlError::too_large("the body is longer than 64 KiB"))
        }
        Err(_) => Err(ControlError::bad_request("the body ended early")),
    }
}

/// A query, by the same rules.
pub(super) struct StrictQuery<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<StrictQuery<T>, ControlError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(StrictQuery(query)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(ControlError::bad_request(format!("the query is not as expected: {}", error.body_text())))
            }
            Err(_) => Err(ControlError::bad_request("the query is not as expected")),
        }
    }
}
