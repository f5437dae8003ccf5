//! Whether a request reaches the origin, and what it is told if not.

use std::sync::Arc;

use http::{Method, Request, StatusCode};
use hyper::body::Incoming;

use super::cookies;
use super::credentials::Session;
use super::policy::{self, Subject, Verdict};
use super::reply::{Decision, Reply, text};
use super::visitor::Visitor;
use super::{Assertion, own, preflight, refusal};
use crate::access::Access;
use crate::config::{Application, Config};
use crate::faults::{self, Fault, Stage};
use crate::tokens::AppClaims;

impl Access {
    /// Bypass, preflight, credentials, fault, origin.
    pub(super) async fn pass_gate(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
        config: &Config,
        application: &Arc<Application>,
        host: &str,
        path: &str,
    ) -> Reply {
        if matches!(policy::decide(application, Subject::Nobody), Verdict::Bypass) {
            return self.bypass(request, application, "policy").await.at(application);
        }
        if application.options_preflight_bypass && request.method() == Method::OPTIONS {
            return self.bypass(request, application, "preflight").await.at(application);
        }
        if preflight::is_preflight(&request) {
            return preflight::answer(request.headers(), application).at(application);
        }
        let visitor = self.visitor(request.headers(), application, config);
        if let Some(reply) = self.edge_fault(&mut request, application, host, path).await {
            return reply.at(application);
        }
        self.admit(request, application, host, path, visitor).await.at(application)
    }

    async fn admit(
        self: &Arc<Self>,
        request: Request<Incoming>,
        application: &Arc<Application>,
        host: &str,
        path: &str,
        visitor: Visitor,
    ) -> Reply {
        match visitor {
            Visitor::Known(session) => {
                let Session { token, claims } = session;
                let email = claims.text("email");
                let who = if email.is_empty() { claims.text("common_name") } else { email };
                let email = (!email.is_empty()).then(|| email.to_owned());
                let assertion = Assertion { token: Some(token), email, ..Assertion::default() };
                self.proxy(request, application, path, assertion, &claims).await.by(who)
            }
            Visitor::Service { session, client_id, in_cookie } => {
                let token = Some(session.token.clone());
                let assertion = Assertion { token, in_cookie, ..Assertion::default() };
                let reply =
                    self.proxy(request, application, path, assertion, &session.claims).await.by(&client_id);
                if !in_cookie {
                    return reply;
                }
                let cookie = cookies::application_cookie(
                    application,
                    cookies::AUTHORIZATION,
                    &session.token,
                    session.expires,
                );
                reply.cookie(cookies::SetCookie { http_only: false, ..cookie }.header(self.face))
            }
            Visitor::Stranger { why, client_id } => {
                self.refuse(&request, application, host, why, client_id.as_deref())
            }
            Visitor::Refused { status, why, client_id } => {
                let who = client_id.as_deref();
                refusal::forbidden(status, request.headers(), application, why, who)
            }
        }
    }

    /// To the origin, with nothing that vouches for anybody.
    async fn bypass(&self, request: Request<Incoming>, application: &Application, reason: &str) -> Reply {
        let response = self.upstreams.forward(request, application, &Assertion::default()).await;
        Reply::new(Decision::Bypass, reason, response)
    }

    /// A path of a host of which only other paths are protected, if it is clear where it belongs.
    pub(super) async fn forward_unprotected(
        &self,
        request: Request<Incoming>,
        config: &Config,
        host: &str,
    ) -> Reply {
        let mut at_host = config.applications_of_host(host);
        match at_host.next() {
            Some(first) if at_host.all(|other| other.upstream == first.upstream) => {
                self.bypass(request, first, "no application at this path").await
            }
            _ => own::no_application(host),
        }
    }

    /// To the origin, in somebody's name.
    async fn proxy(
        &self,
        request: Request<Incoming>,
        application: &Application,
        path: &str,
        mut assertion: Assertion,
        claims: &AppClaims,
    ) -> Reply {
        let fault = self.faults.take(Stage::Token, Some(&application.name), path, self.clock.now());
        let mut reason = "session".to_owned();
        if let Some(fault) = fault {
            reason = format!("session, with the fault {}", fault.name());
            match faults::apply(fault, claims, &self.keys) {
                Ok(token) => assertion.token = token,
                Err(error) => {
                    let line = format!("{}\n", error.0);
                    return Reply::new(
                        Decision::Fault,
                        reason,
                        text(StatusCode::INTERNAL_SERVER_ERROR, line),
                    );
                }
            }
            // A client that reads the cookie gets the same token.
            assertion.in_cookie |= cookies::first(request.headers(), cookies::AUTHORIZATION).is_some();
            assertion.repeated = fault == Fault::HeaderTwice;
            if fault == Fault::EmailOther {
                assertion.email = Some(faults::other_email(claims).to_owned());
            }
        }
        let kid = assertion.token.as_deref().and_then(|token| jsonwebtoken::decode_header(token).ok()?.kid);
        let response = self.upstreams.forward(request, application, &assertion).await;
        let mut reply = Reply::new(Decision::Proxied, reason, response);
        reply.kid = kid;
        reply
    }
}
