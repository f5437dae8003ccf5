//! Configurations for tests.

use std::sync::Arc;

use uuid::Uuid;

use crate::config::{
    Application, Config, Decision, Domain, Include, PathPattern, Policy, SameSite, ServiceToken,
    TeamSettings, Upstream, User,
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
    Application {
        name: name.into(),
        domain: Domain { host: host.into(), path: PathPattern::all() },
        upstream: Upstream { host: "127.0.0.1".into(), port: 1 },
        aud: format!("{:0<64}", hex(name)),
        session_duration: None,
        same_site_cookie_attribute: SameSite::None,
        http_only_cookie_attribute: true,
        enable_binding_cookie: false,
        path_cookie_attribute: false,
        options_preflight_bypass: false,
        service_auth_401_redirect: false,
        read_service_tokens_from_header: None,
        skip_interstitial: false,
        custom_deny_message: None,
        email_header: true,
        forwarded_headers: false,
        upstream_host: None,
        cors_headers: None,
        policies: vec![policy(Decision::Allow, everyone())],
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
