//! The way of a request, top to bottom.

use std::net::SocketAddr;
use std::sync::Arc;

use http::header::{CONTENT_LENGTH, DATE, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;

use super::cookies::http_date;
use super::readings::{Ambiguous, Readings};
use super::reply::{Decision, Reply, text};
use super::{Body, Client, empty, own};
use crate::access::Access;
use crate::config::Config;
use crate::face::Site;
use crate::pages;
use crate::request_log::LoggedRequest;

impl Access {
    /// Answers any request that arrives, on either face.
    pub(crate) async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<Body> {
        request.extensions_mut().insert(Client { address: peer.ip(), https: self.face.is_secure() });
        let now = self.clock.now();
        let method = request.method().clone();
        let host =
            request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
        let path = request.uri().path().to_owned();
        let mut reply = self.reply(request).await;
        self.finish(&mut reply, &method);
        // Who follows the log would see nothing but that.
        if reply.decision == Decision::Control {
            return reply.response;
        }
        self.requests.push(LoggedRequest {
            number: 0,
            at: now,
            method: method.to_string(),
            host,
            path,
            application: reply.application,
            decision: reply.decision.name().to_owned(),
            reason: reply.reason,
            status: reply.response.status().as_u16(),
            kid: reply.kid,
            who: reply.who,
        });
        reply.response
    }

    async fn reply(self: &Arc<Self>, request: Request<Incoming>) -> Reply {
        let config = self.config.load_full();
        let site = match self.site_of(&request, &config) {
            Ok(site) => site,
            Err(reply) => return *reply,
        };
        let readings = Readings::of(request.uri().path());
        let readings = readings.and_then(|readings| readings.agree(own::is_own_path).map(|_| readings));
        let Ok(readings) = readings else { return ambiguous() };
        match site {
            Site::Team => self.answer_as_team(request, &config, readings.usual()).await,
            Site::Transfer => self.answer_transfer(&request, readings.usual()).await,
            Site::Application(host) if own::is_own_path(readings.usual()) => {
                self.answer_own_path(request, &config, &host, readings.usual()).await
            }
            Site::Application(host) => self.answer_application(request, config, &host, &readings).await,
        }
    }

    async fn answer_application(
        self: &Arc<Self>,
        request: Request<Incoming>,
        config: Arc<Config>,
        host: &str,
        readings: &Readings,
    ) -> Reply {
        let name = readings.agree(|path| config.application_at(host, path).map(|found| found.name.as_str()));
        match name.map(|name| name.and_then(|name| config.application(name))) {
            Err(Ambiguous) => ambiguous(),
            Ok(None) => self.forward_unprotected(request, &config, host).await,
            Ok(Some(application)) if own::asks_for_metadata(request.headers()) => {
                self.metadata(application, host)
            }
            Ok(Some(application)) => {
                self.pass_gate(request, &config, application, host, readings.usual()).await
            }
        }
    }

    /// What is served at the `Host` of a request.
    fn site_of<B>(&self, request: &Request<B>, config: &Config) -> Result<Site, Box<Reply>> {
        let refuse = |status, line: String| Err(Box::new(Reply::refused("host", text(status, line))));
        let mut hosts = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return refuse(StatusCode::BAD_REQUEST, "A request has exactly one Host.\n".into());
        };
        if request.uri().authority().is_some() || !request.uri().path().starts_with('/') {
            return refuse(StatusCode::BAD_REQUEST, "The target of a request is a path.\n".into());
        }
        match host.to_str().ok().and_then(|host| self.face.site(host, config)) {
            Some(site) => Ok(site),
            None => refuse(StatusCode::MISDIRECTED_REQUEST, pages::misdirected(&self.addresses(config))),
        }
    }

    /// Where the team and the applications are.
    fn addresses(&self, config: &Config) -> Vec<String> {
        let mut addresses = vec![self.face.team_origin()];
        for application in &config.applications {
            let origin = self.face.origin_of(&application.domain.host);
            if !addresses.contains(&origin) {
                addresses.push(origin);
            }
        }
        addresses
    }

    /// The date of this Access's clock; and to `HEAD`, the headers of `GET` alone.
    fn finish(&self, reply: &mut Reply, method: &Method) {
        if !reply.is_own() {
            return;
        }
        if let Ok(date) = HeaderValue::try_from(http_date(self.clock.now())) {
            reply.response.headers_mut().insert(DATE, date);
        }
        if method == Method::HEAD {
            let length = reply.response.body().size_hint().exact();
            if let Some(length) = length.filter(|_| reply.response.status() != StatusCode::NOT_MODIFIED) {
                reply.response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            }
            *reply.response.body_mut() = empty();
        }
    }
}

fn ambiguous() -> Reply {
    let line = "The path can be read in more than one way.\n";
    Reply::refused("ambiguous path", text(StatusCode::BAD_REQUEST, line.into()))
}
