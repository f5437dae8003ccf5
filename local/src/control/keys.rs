//! `POST keys/rotate` and `POST keys/retire`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::error::ControlError;
use crate::access::Access;
use crate::keys::{KeyError, KeyRing};

/// The `kid` of each key.
#[derive(Debug, Serialize)]
pub(crate) struct KeysView {
    /// It signs.
    pub(crate) current: String,
    /// Published besides.
    pub(crate) previous: Option<String>,
}

impl KeysView {
    pub(crate) fn of(keys: &KeyRing) -> KeysView {
        KeysView { current: keys.current().kid.clone(), previous: keys.previous().map(|key| key.kid.clone()) }
    }
}

pub(super) async fn rotate(State(access): State<Arc<Access>>) -> Result<Json<KeysView>, ControlError> {
    change(&access, KeyRing::rotate).await.map(Json)
}

pub(super) async fn retire(State(access): State<Arc<Access>>) -> Result<Json<KeysView>, ControlError> {
    change(&access, KeyRing::retire_previous).await.map(Json)
}

/// A new key takes long to make, so other requests go on meanwhile.
pub(super) async fn change(
    access: &Arc<Access>,
    change: fn(&KeyRing) -> Result<(), KeyError>,
) -> Result<KeysView, ControlError> {
    let access = Arc::clone(access);
    let changed =
        tokio::task::spawn_blocking(move || change(&access.keys).map(|()| KeysView::of(&access.keys)));
    match changed.await {
        Ok(changed) => changed.map_err(|error| ControlError::internal(error.0)),
        Err(_) => Err(ControlError::internal("the keys could not be changed")),
    }
}
