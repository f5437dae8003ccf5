//! Who sends a request, and whether that is enough.

use http::{HeaderMap, StatusCode};

use super::credentials::{Service, Session};
use super::policy::{self, Subject, Verdict};
use crate::access::Access;
use crate::config::{Application, Config, Decision};
use crate::sessions::ServiceSession;

pub(super) enum Visitor {
    /// With a token of the application.
    Known(Session),
    Service {
        session: ServiceSession,
        client_id: String,
        /// Whether client and origin get the token as a cookie too.
        in_cookie: bool,
    },
    Stranger {
        why: &'static str,
        /// The service token that was right, but which no policy includes.
        client_id: Option<String>,
    },
    /// A service token that is not let in, where nothing else counts besides it.
    Refused { status: StatusCode, why: &'static str, client_id: Option<String> },
}

impl Access {
    pub(super) fn visitor(&self, headers: &HeaderMap, application: &Application, config: &Config) -> Visitor {
        let is_strict = config.team.strict_service_token_auth;
        let client_id = match self.service(headers, application, config) {
            Service::Proved(client_id) => match policy::decide(application, Subject::Service(client_id)) {
                Verdict::Allowed(policy) => {
                    return Visitor::Service {
                        session: self.issue_service(client_id, application, policy, config),
                        client_id: client_id.to_owned(),
                        in_cookie: !is_strict,
                    };
                }
                _ if is_strict => {
                    let client_id = Some(client_id.to_owned());
                    let why = "no policy for this service token";
                    return Visitor::Refused { status: StatusCode::FORBIDDEN, why, client_id };
                }
                _ => Some(client_id.to_owned()),
            },
            Service::Wrong(why) if is_strict => {
                return Visitor::Refused { status: StatusCode::UNAUTHORIZED, why, client_id: None };
            }
            Service::Wrong(_) | Service::Absent => None,
        };
        // Tokens of an application count where there is a policy of Allow at all.
        if !policy::has(application, Decision::Allow) {
            return Visitor::Stranger { why: "no service token", client_id };
        }
        match self.session(headers, application) {
            Ok(session) => Visitor::Known(session),
            Err(why) => Visitor::Stranger { why, client_id },
        }
    }
}
