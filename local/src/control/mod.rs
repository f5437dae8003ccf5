//! The control interface under `/cdn-cgi/local/` on the team's host.
//!
//! Programs call it with the control token and JSON; people use the status page, whose forms do the same.

mod clock;
mod error;
mod faults;
mod form;
mod guard;
mod json;
mod keys;
mod lookup;
mod mint;
mod offline;
mod page;
mod requests;
mod reset;
mod sessions;
mod state;
mod status_page;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::access::Access;
use crate::edge::{Body, BoxError};
use crate::pages::actions;
use error::ControlError;
pub use offline::mint_offline;

/// Where all calls are.
pub(crate) const PREFIX: &str = "/cdn-cgi/local/";

/// What a request of [`answer`] may have for a body.
pub(crate) trait Incoming:
    http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static
{
}
impl<B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static> Incoming for B {}

/// Answers a request to the team's host, either to `/` or below [`PREFIX`].
pub(crate) async fn answer<B: Incoming>(access: &Arc<Access>, request: Request<B>) -> Response<Body> {
    let request = request.map(axum::body::Body::new);
    let mut response = match guard::check(access, &request) {
        Err(error) => error.into_response(),
        Ok(()) => match TowerToHyperService::new(router(Arc::clone(access))).call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("same-origin"));
    response.map(|body| body.map_err(BoxError::from).boxed_unsync())
}

fn router(access: Arc<Access>) -> Router {
    let calls = Router::new()
        .route("/ready", get(state::ready))
        .route("/state", get(state::state))
        .route("/sessions", post(sessions::sign_in))
        .route("/revoke", post(sessions::revoke))
        .route("/mint", post(mint::mint))
        .route("/keys/rotate", post(keys::rotate))
        .route("/keys/retire", post(keys::retire))
        .route("/clock", put(clock::set))
        .route("/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/requests", get(requests::list))
        .route("/reset", post(reset::reset));
    Router::new()
        .route("/", get(page::show))
        .route(actions::STATUS, get(page::show))
        .route(&format!("{}{{*action}}", page::PREFIX), post(page::act))
        .nest(PREFIX.trim_end_matches('/'), calls)
        .fallback(async || ControlError::not_found("there is no such call"))
        .method_not_allowed_fallback(async || ControlError::method())
        .with_state(access)
}
