//! `GET ready` and `GET state`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;

use super::clock::ClockView;
use super::keys::KeysView;
use crate::access::Access;
use crate::config::Application;
use crate::faults::ActiveFault;
use crate::sessions::SessionOverview;
use crate::team::{ISSUER, TEAM};

/// It answers, so it is there.
#[derive(Serialize)]
pub(super) struct Ready {
    ready: bool,
}

pub(super) async fn ready() -> Json<Ready> {
    Json(Ready { ready: true })
}

/// Everything but secrets and tokens.
#[derive(Serialize)]
pub(super) struct StateView {
    team: &'static str,
    issuer: &'static str,
    /// Where the team's host is.
    origin: String,
    applications: Vec<ApplicationView>,
    users: Vec<UserView>,
    service_tokens: Vec<ServiceTokenView>,
    /// Who is signed in without a page.
    auto_login: Option<String>,
    sessions: Vec<SessionOverview>,
    keys: KeysView,
    faults: Vec<ActiveFault>,
    clock: ClockView,
}

#[derive(Serialize)]
struct ApplicationView {
    name: String,
    aud: String,
    /// Where clients find it.
    url: String,
    upstream: String,
}

#[derive(Serialize)]
struct UserView {
    email: String,
    name: String,
    /// The claim `sub`.
    sub: String,
    groups: Vec<Value>,
}

#[derive(Serialize)]
struct ServiceTokenView {
    name: String,
    client_id: String,
}

pub(super) async fn state(State(access): State<Arc<Access>>) -> Json<StateView> {
    let config = access.config.load();
    let applications = config.applications.iter().map(|application| ApplicationView {
        name: application.name.clone(),
        aud: application.aud.clone(),
        url: url(&access, application),
        upstream: application.upstream.to_string(),
    });
    let users = config.users.iter().map(|user| UserView {
        email: user.email.clone(),
        name: user.name.clone(),
        sub: user.sub().to_string(),
        groups: user.groups.clone(),
    });
    let service_tokens = config
        .service_tokens
        .iter()
        .map(|token| ServiceTokenView { name: token.name.clone(), client_id: token.client_id.clone() });
    Json(StateView {
        team: TEAM,
        issuer: ISSUER,
        origin: access.face.team_origin(),
        applications: applications.collect(),
        users: users.collect(),
        service_tokens: service_tokens.collect(),
        auto_login: access.auto_login.clone(),
        sessions: access.session_overviews(),
        keys: KeysView::of(&access.keys),
        faults: access.faults.list(access.clock.now()),
        clock: ClockView::of(&access.clock),
    })
}

/// Where clients find an application. A path with a wildcard is none to go to.
pub(super) fn url(access: &Access, application: &Application) -> String {
    let origin = access.face.origin_of(&application.domain.host);
    let path = application.domain.path.as_str();
    format!("{origin}{}", if path.is_empty() || path.contains('*') { "/" } else { path })
}
