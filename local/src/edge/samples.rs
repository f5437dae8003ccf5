//! Configurations for tests.

use std::sync::Arc;

use uuid::Uuid;

use crate::config::{
    Application, Config, Decision, Domain, Include, PathPattern, Policy, ServiceToken, TeamSettings,
    Upstream, User,
};

pub(crate) const CLIENT_ID: &str = "0123456789abcdef0123456789abcdef.access";

pub(crate) fn config(applications: &[Application]) -> Config {
    Config {
        team: TeamSettings { session_duration: 86_400, strict_service_token_auth: true, revocation_delay: 0 },
        applications: applications.iter().cloned().map(Arc::new).collect(),
        users: vec![user("ada@example.com"), user("grace@example.com")],
        service_tokens: vec![ServiceToken { name: "ci".into(), client_id: CLIENT_ID.into() }],
        cloudflared: false,
    }
}

pub(crate) fn user(email: &str) -> User {
    User { groups: vec!["admins".into()], country: "DE".into(), ..User::stranger(email) }
}

/// An application of a whole host, for everyone.
pub(crate) fn application(name: &str, host: &str) -> Application {
    let domain = Domain { host: host.into(), path: PathPattern::all() };
    let upstream = Upstream { host: "127.0.0.1".into(), port: 1 };
    Application {
        policies: vec![policy(Decision::Allow, everyone())],
        aud: format!("{:0<64}", hex(name)),
        ..Application::new(name, domain, upstream)
    }
}

fn hex(name: &str) -> String {
    name.bytes().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn policy(decision: Decision, include: Include) -> Policy {
    Policy { id: Uuid::nil(), name: "policy".into(), decision, include, session_duration: None }
}

pub(crate) fn everyone() -> Include {
    Include { everyone: true, ..Include::default() }
}
