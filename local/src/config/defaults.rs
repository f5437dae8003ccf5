//! What is there without a file.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::policy::{Decision, Include, Policy};
use super::read::policy_id;
use super::{Application, Config, Domain, PathPattern, ServiceToken, TeamSettings, Upstream, User};

const APPLICATION: &str = "app";
const SERVICE_TOKEN: &str = "ci";

impl Config {
    /// One application `app` for everyone, three people, one service token `ci`.
    pub(crate) fn for_upstream(upstream: Upstream, face_is_exact: bool) -> Config {
        let host = if face_is_exact { "app.cfaccess.test" } else { "localhost" };
        let domain = Domain { host: host.to_owned(), path: PathPattern::all() };
        let token = ServiceToken {
            name: SERVICE_TOKEN.to_owned(),
            client_id: ServiceToken::client_id_of(SERVICE_TOKEN),
        };
        let services = Include { service_tokens: vec![token.client_id.clone()], ..Include::default() };
        let everyone = Include { everyone: true, ..Include::default() };
        let policies = vec![
            policy("services", Decision::NonIdentity, services),
            policy("everyone", Decision::Allow, everyone),
        ];
        Config {
            team: TeamSettings::default(),
            applications: vec![Arc::new(application(domain, upstream, policies))],
            users: vec![user("Ada", &["admins"]), user("Grace", &[]), user("Linus", &[])],
            service_tokens: vec![token],
            cloudflared: false,
        }
    }
}

fn application(domain: Domain, upstream: Upstream, policies: Vec<Policy>) -> Application {
    Application { policies, ..Application::new(APPLICATION, domain, upstream) }
}

fn policy(name: &str, decision: Decision, include: Include) -> Policy {
    Policy {
        id: policy_id(APPLICATION, name),
        name: name.to_owned(),
        decision,
        include,
        session_duration: None,
    }
}

fn user(name: &str, groups: &[&str]) -> User {
    User {
        name: name.to_owned(),
        groups: groups.iter().map(|group| Value::from(*group)).collect(),
        custom: Map::new(),
        ..User::stranger(&format!("{}@example.com", name.to_lowercase()))
    }
}
