//! Everything that a running Access consists of.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::clock::{Clock, Setting};
use crate::config::{Application, Config, Source};
use crate::edge::policy::{Subject, Verdict, decide};
use crate::edge::{Upstreams, session_cookie};
use crate::face::Face;
use crate::faults::Faults;
use crate::keys::KeyRing;
use crate::request_log::RequestLog;
use crate::sessions::{Entrance, SessionOverview, Sessions, Target, duration};
use crate::tls::Names;
use crate::transfer::Transfers;

/// One for all connections.
pub(crate) struct Access {
    pub(crate) config: ArcSwap<Config>,
    /// Where the configuration is read again from.
    pub(crate) source: Option<Source>,
    pub(crate) face: Face,
    /// Those with certificates, with the exact face.
    pub(crate) names: Option<Names>,
    pub(crate) clock: Clock,
    pub(crate) keys: KeyRing,
    pub(crate) sessions: Sessions,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestLog,
    pub(crate) transfers: Transfers,
    pub(crate) upstreams: Upstreams,
    /// The secret of each service token, by its Client ID.
    pub(crate) secrets: HashMap<String, String>,
    /// What the control interface demands: `Authorization: Bearer …`.
    pub(crate) control_token: String,
    /// Who is signed in without a page, if anybody.
    pub(crate) auto_login: Option<String>,
}

/// A session that was begun without a page.
pub(crate) struct SignedIn {
    pub(crate) token: String,
    /// As in `Set-Cookie`.
    pub(crate) cookie: String,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

/// No policy lets this person in, or the person was revoked a moment ago.
#[derive(Debug)]
pub(crate) struct Denied;

impl Access {
    /// Signs somebody in, as the login page does. `email` is in lower case.
    pub(crate) fn sign_in(&self, email: &str, application: &Arc<Application>) -> Result<SignedIn, Denied> {
        let config = self.config.load();
        let user = config.person(email);
        let Verdict::Allowed(policy) = decide(application, Subject::Person(&user)) else {
            return Err(Denied);
        };
        if self.sessions.is_blocked(&user.email, self.clock.now()) {
            return Err(Denied);
        }
        let issued = self.issue_application(&Entrance {
            user: &user,
            application,
            host: &application.domain.host,
            policy_id: policy.id,
            duration: duration(policy, application, &config),
        });
        let cookie = session_cookie(application, &issued.token, issued.expires, self.face);
        Ok(SignedIn { token: issued.token, cookie, expires: issued.expires })
    }

    /// Ends sessions; says how many.
    pub(crate) fn revoke(&self, target: &Target) -> usize {
        let config = self.config.load();
        let (delay, now) = (config.team.revocation_delay, self.clock.now());
        match target {
            Target::Service(name) => {
                let token = config.service_tokens.iter().find(|token| token.name == *name);
                token.map_or(0, |token| {
                    self.sessions.end(&Target::Service(token.client_id.clone()), delay, now)
                })
            }
            target => {
                if let Target::User(email) = target
                    && delay > 0
                {
                    self.sessions.block(email, now);
                }
                self.sessions.end(target, delay, now)
            }
        }
    }

    pub(crate) fn session_overviews(&self) -> Vec<SessionOverview> {
        self.sessions.overviews(self.clock.now())
    }

    /// Sessions, faults, revocations and the setting of the clock are gone; keys and configuration stay.
    pub(crate) fn reset(&self) {
        self.sessions.clear();
        self.transfers.clear();
        self.faults.clear();
        self.clock.set(Setting::Real);
    }
}
