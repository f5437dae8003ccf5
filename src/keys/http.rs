//! The key document over HTTPS, from the one address that follows from the team, or in plain text from a local Access.

use std::env;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use ureq::config::{Config, ConfigBuilder};
use ureq::http::header::{CACHE_CONTROL, DATE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use ureq::http::{HeaderMap, HeaderName, Response, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body};

use super::connection::{self, Addresses, Progress, Step};
use super::document::DOCUMENT_MAX;
use super::fetch::{Answer, Fetch, date, entity_tag, max_age, retry_after};
use super::fetch_error::Route;
use super::local_address::LocalAddress;
use super::options::RemoteOptions;
use super::proxy;
use super::way::Trust;
use crate::net::NameLookups;
use crate::refresh::Failure;
use crate::status::Refusal;
use crate::team::{CERTS_PATH, Team};

/// The trust store and the proxies are read when it is made, so that a mistake shows at once.
pub(super) struct Http {
    url: String,
    /// As the URL has it.
    host: String,
    route: Route,
    config: Config,
    addresses: Addresses,
    /// What to ask oneself if there is no such document.
    doubt: String,
}

impl Http {
    pub(super) fn secured(
        team: &Team,
        trust: Trust<'_>,
        timeout: Duration,
        options: &RemoteOptions,
    ) -> Result<Http, Refusal> {
        let host = team.host().to_owned();
        let proxy = proxy::server_for(&host, options.proxy.as_ref(), |name| env::var_os(name))?;
        let trusted = trust.authorities()?;
        let authorities: Vec<_> =
            trusted.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(RootCerts::new_with_certs(&authorities))
            .build();
        let config = config()
            .tls_config(tls)
            .proxy(proxy.as_ref().map(|server| server.as_ureq().clone()))
            .https_only(true)
            .build();
        Ok(Http {
            url: team.certs_url(),
            host: host.clone(),
            doubt: format!("is the team {host} right?"),
            route: Route { peer: host, proxy, timeout },
            config,
            addresses: Addresses::LookedUp(NameLookups::default()),
        })
    }

    /// Without TLS, and through no proxy whatever the environment says.
    pub(super) fn plain(address: LocalAddress, timeout: Duration) -> Http {
        let socket = address.socket();
        let host = if socket.is_ipv4() { socket.ip().to_string() } else { format!("[{}]", socket.ip()) };
        Http {
            url: format!("http://{address}{CERTS_PATH}"),
            host,
            doubt: "is it `cfaccess local` that listens there?".to_owned(),
            route: Route { peer: format!("the local Access at {address}"), proxy: None, timeout },
            config: config().proxy(None).https_only(false).build(),
            addresses: Addresses::Known(socket),
        }
    }

    fn answer_of(
        &self,
        response: Response<Body>,
        progress: &Progress,
        asked: bool,
    ) -> Result<Answer, Failure> {
        match response.status() {
            StatusCode::OK => {
                progress.reach(Step::Read);
                document(response).map_err(|error| self.failure(&error, progress))
            }
            StatusCode::NOT_MODIFIED if asked => {
                Ok(Answer::NotModified { max_age: max_age_of(response.headers()) })
            }
            status => Err(Failure {
                reason: self.unexpected(status),
                retry_after: text_of(response.headers(), RETRY_AFTER)
                    .and_then(|header| retry_after(header, SystemTime::now())),
            }),
        }
    }

    fn unexpected(&self, status: StatusCode) -> String {
        let answered = format!("the endpoint answered HTTP {}", status.as_u16());
        match status {
            StatusCode::NOT_FOUND => format!("{answered}; {}", self.doubt),
            _ => answered,
        }
    }

    fn failure(&self, error: &ureq::Error, progress: &Progress) -> Failure {
        Failure::new(self.route.explain(error, progress.step()))
    }
}

impl Fetch for Http {
    /// A random generator is seeded with its first number, under a lock of aws-lc's and for tens of milliseconds;
    /// ureq initialises statics with its first request. A child that is forked meanwhile waits for them for ever,
    /// and at exit aws-lc destroys what it seeds from.
    fn prepare(&self) {
        // Failures show in the handshake.
        let _ = aws_lc_rs::rand::fill(&mut [0]);
        connection::rehearse(self.config.clone(), &self.url);
    }

    fn fetch(&self, entity_tag: Option<&str>, time_left: Duration) -> Result<Answer, Failure> {
        let progress = Progress::new();
        // It ends before its callers stop waiting, so that they learn why.
        let timeout = time_left.saturating_sub(self.route.timeout / 20);
        let deadline = Instant::now() + timeout;
        let agent =
            connection::agent(self.config.clone(), &self.host, deadline, &progress, self.addresses.clone());
        let mut request = agent
            .get(&self.url)
            .config()
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout))
            .build();
        if let Some(entity_tag) = entity_tag {
            request = request.header(IF_NONE_MATCH, entity_tag);
        }
        let response = request.call().map_err(|error| self.failure(&error, &progress))?;
        self.answer_of(response, &progress, entity_tag.is_some())
    }
}

/// What is the same with and without TLS. One connection, used once: a pool would be shared with the children of a
/// fork.
fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .accept("application/json")
        .accept_encoding("identity")
        .user_agent(concat!("cfaccess/", env!("CARGO_PKG_VERSION")))
}

fn document(mut response: Response<Body>) -> Result<Answer, ureq::Error> {
    let bytes = response.body_mut().with_config().limit(DOCUMENT_MAX as u64).read_to_vec()?;
    let headers = response.headers();
    Ok(Answer::Document {
        bytes,
        entity_tag: text_of(headers, ETAG).and_then(entity_tag),
        max_age: max_age_of(headers),
        date: text_of(headers, DATE).and_then(date),
    })
}

fn max_age_of(headers: &HeaderMap) -> Option<Duration> {
    max_age(headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()))
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
