//! Sessions and their tokens, for people who were let in and for services.

use uuid::Uuid;

use super::{Begun, Scope, ServiceSession};
use crate::access::Access;
use crate::config::{Application, Config, Policy, User};
use crate::tokens::{self, AppClaims, OrgClaims, Person, Service, Typ};

/// A session's token.
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) nonce: String,
    /// The claim `exp`.
    pub(crate) expires: i64,
}

/// Somebody who was let into an application.
pub(crate) struct Entrance<'a> {
    pub(crate) user: &'a User,
    pub(crate) application: &'a Application,
    pub(crate) host: &'a str,
    pub(crate) policy_id: Uuid,
    /// In seconds.
    pub(crate) duration: i64,
}

/// How long a session of an application is: the policy's, else the application's, else that of the global session.
pub(crate) fn duration(policy: &Policy, application: &Application, config: &Config) -> i64 {
    let own = policy.session_duration.or(application.session_duration);
    own.unwrap_or(config.team.session_duration)
}

impl Access {
    /// Begins a session of an application.
    pub(crate) fn issue_application(&self, entrance: &Entrance<'_>) -> Issued {
        let issued = self.clock.now();
        let scope = Scope::Application(entrance.application.name.clone());
        let expires = issued.saturating_add(entrance.duration).saturating_add(1);
        let nonce = self.sessions.begin(Begun { scope, email: &entrance.user.email, issued, expires });
        let claims = AppClaims::of_person(&Person {
            user: entrance.user,
            application: entrance.application,
            host: entrance.host,
            policy_id: entrance.policy_id,
            identity_nonce: &nonce,
            issued,
            duration: entrance.duration,
        });
        let token = tokens::sign(&self.keys.current(), Typ::None, &claims);
        Issued { token, nonce, expires }
    }

    /// Begins a global session.
    pub(crate) fn issue_global(&self, user: &User, config: &Config) -> Issued {
        let issued = self.clock.now();
        let expires = issued.saturating_add(config.team.session_duration).saturating_add(1);
        let nonce = self.sessions.begin(Begun { scope: Scope::Global, email: &user.email, issued, expires });
        let token = self.sign_global(user, &nonce, issued, expires);
        Issued { token, nonce, expires }
    }

    /// The token of the global session that somebody has, or else of a new one.
    pub(crate) fn global_token(&self, user: &User, config: &Config) -> String {
        match self.sessions.global_session(&user.email, self.clock.now()) {
            Some((nonce, issued, expires)) => self.sign_global(user, &nonce, issued, expires),
            None => self.issue_global(user, config).token,
        }
    }

    fn sign_global(&self, user: &User, nonce: &str, iat: i64, exp: i64) -> String {
        let claims = OrgClaims {
            email: user.email.clone(),
            sub: user.sub().to_string(),
            identity_nonce: nonce.to_owned(),
            iat,
            exp,
        };
        tokens::sign(&self.keys.current(), Typ::None, &claims)
    }

    /// The session of a service at an application.
    pub(crate) fn issue_service(
        &self,
        client_id: &str,
        application: &Application,
        policy: &Policy,
        config: &Config,
    ) -> ServiceSession {
        let (key, now) = (self.keys.current(), self.clock.now());
        self.sessions.services.session(&application.name, client_id, &key.kid, now, || {
            let duration = duration(policy, application, config);
            let claims = AppClaims::of_service(&Service { client_id, application, issued: now, duration });
            ServiceSession {
                token: tokens::sign(&key, claims.typ(), &claims),
                kid: key.kid.clone(),
                issued: now,
                expires: claims.seconds("exp"),
                claims,
            }
        })
    }
}
