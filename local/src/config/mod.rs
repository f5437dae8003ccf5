//! What is to be emulated: applications, policies, people, service tokens. Read once, into types.

mod application;
mod defaults;
mod domain;
mod duration;
mod file;
mod people;
mod policy;
mod read;
mod upstream;

pub(crate) use application::{Application, Cors, SameSite};
pub(crate) use domain::{Domain, PathPattern};
pub(crate) use duration::{duration, session_duration};
pub(crate) use file::{Origin, Source, USUAL_FILE};
pub(crate) use people::{ServiceToken, User, email, stable_id};
pub(crate) use policy::{Decision, Include, Policy};
pub(crate) use upstream::Upstream;

use std::sync::Arc;

/// A whole configuration. Names are unique, and each host with a path belongs to one application.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) team: TeamSettings,
    /// In the order of the file. An `Arc`, since requests keep theirs while the configuration is replaced.
    pub(crate) applications: Vec<Arc<Application>>,
    pub(crate) users: Vec<User>,
    pub(crate) service_tokens: Vec<ServiceToken>,
    /// Whether `login.cloudflareaccess.org` is served too (exact face only).
    pub(crate) cloudflared: bool,
}

/// What holds for all applications.
#[derive(Clone, Debug)]
pub(crate) struct TeamSettings {
    /// Of the global session, in seconds.
    pub(crate) session_duration: i64,
    pub(crate) strict_service_token_auth: bool,
    /// How long a session goes on after it was ended, in seconds.
    pub(crate) revocation_delay: i64,
}

/// Why a configuration is refused: one line that names the place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError(pub(crate) String);

impl Config {
    pub(crate) fn application(&self, name: &str) -> Option<&Arc<Application>> {
        self.applications.iter().find(|application| application.name == name)
    }

    pub(crate) fn application_of_audience(&self, aud: &str) -> Option<&Arc<Application>> {
        self.applications.iter().find(|application| application.aud == aud)
    }

    /// The applications at this host (lower case, without port).
    pub(crate) fn applications_of_host<'a>(
        &'a self,
        host: &str,
    ) -> impl Iterator<Item = &'a Arc<Application>> {
        self.applications.iter().filter(move |application| application.domain.host == host)
    }

    pub(crate) fn has_host(&self, host: &str) -> bool {
        self.applications_of_host(host).next().is_some()
    }

    /// The application of a request: that of the longest path among those of the host. `path` is decoded and
    /// normalised.
    pub(crate) fn application_at(&self, host: &str, path: &str) -> Option<&Arc<Application>> {
        self.applications_of_host(host)
            .filter(|application| application.domain.path.matches(path))
            .max_by_key(|application| application.domain.path.rank())
    }

    /// A user of the configuration; e-mail addresses are compared in lower case.
    pub(crate) fn user(&self, email: &str) -> Option<&User> {
        self.users.iter().find(|user| user.email == email)
    }

    /// That user, or somebody of whom nothing but the address is known.
    pub(crate) fn person(&self, email: &str) -> User {
        self.user(email).cloned().unwrap_or_else(|| User::stranger(email))
    }

    pub(crate) fn service_token(&self, client_id: &str) -> Option<&ServiceToken> {
        self.service_tokens.iter().find(|token| token.client_id == client_id)
    }
}
