//! What the status page shows.

use super::keys::KeysView;
use super::state::url;
use crate::access::Access;
use crate::clock::Setting;
use crate::faults::{Fault, Limit, Stage};
use crate::pages::{
    ApplicationRow, ClockState, FaultGroup, FaultRow, KeyRow, RequestRow, SessionRow, StatusPage, status,
};
use crate::team::TEAM;

/// How many of the last requests are shown.
const REQUESTS: usize = 50;

/// The page as HTML. `notice` says why the last form did nothing.
pub(super) fn draw(access: &Access, csrf: &str, notice: Option<&str>) -> String {
    let config = access.config.load();
    let applications = &config.applications;
    let addresses: Vec<_> = applications
        .iter()
        .map(|application| (url(access, application), application.upstream.to_string()))
        .collect();
    let applications: Vec<_> = applications
        .iter()
        .zip(&addresses)
        .map(|(application, (url, upstream))| ApplicationRow {
            name: &application.name,
            url,
            upstream,
            aud: &application.aud,
        })
        .collect();
    let sessions = access.session_overviews();
    let sessions: Vec<_> = sessions
        .iter()
        .map(|session| SessionRow {
            nonce: &session.nonce,
            email: &session.email,
            application: &session.application,
            issued: session.issued,
            expires: session.expires,
        })
        .collect();
    let keys = KeysView::of(&access.keys);
    let previous = keys.previous.as_ref().map(|kid| KeyRow { kid, is_current: false });
    let keys: Vec<_> =
        std::iter::once(KeyRow { kid: &keys.current, is_current: true }).chain(previous).collect();
    let faults = access.faults.list(access.clock.now());
    let faults: Vec<_> = faults
        .iter()
        .map(|fault| FaultRow {
            name: fault.fault.name(),
            application: fault.scope.application.as_deref(),
            path: fault.scope.path(),
            times: match fault.limit {
                Limit::Times(times) => Some(times.get()),
                _ => None,
            },
            until: match fault.limit {
                Limit::Until(end) => Some(end),
                _ => None,
            },
        })
        .collect();
    let [token, certs, edge] = [Stage::Token, Stage::Certs, Stage::Edge].map(names);
    let fault_names = [
        FaultGroup { label: "The token that the application gets", names: &token },
        FaultGroup { label: "The key document", names: &certs },
        FaultGroup { label: "Answers", names: &edge },
    ];
    let requests = access.requests.after(0);
    let requests: Vec<_> = requests
        .iter()
        .skip(requests.len().saturating_sub(REQUESTS))
        .map(|request| RequestRow {
            at: request.at,
            method: &request.method,
            host: &request.host,
            path: &request.path,
            decision: &request.decision,
            reason: &request.reason,
            status: request.status,
            kid: request.kid.as_deref(),
            who: request.who.as_deref(),
        })
        .collect();
    status(&StatusPage {
        csrf,
        notice,
        team: TEAM,
        origin: &access.face.team_origin(),
        applications: &applications,
        sessions: &sessions,
        keys: &keys,
        clock: clock(access),
        faults: &faults,
        fault_names: &fault_names,
        requests: &requests,
    })
}

fn names(stage: Stage) -> Vec<&'static str> {
    Fault::all().filter(|fault| fault.stage() == stage).map(|fault| fault.name()).collect()
}

fn clock(access: &Access) -> ClockState {
    let now = access.clock.now();
    let (system, is_frozen) = match access.clock.setting() {
        Setting::Real => (now, false),
        Setting::Offset(seconds) => (now.saturating_sub(seconds), false),
        Setting::Frozen(_) => (crate::clock::Clock::default().now(), true),
    };
    ClockState { now, system, is_frozen }
}
