//! The key document over HTTPS, from the one address that follows from the team.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use ureq::http::{HeaderMap, HeaderName, Response, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};

use super::document::DOCUMENT_MAX;
use super::fetch::{Answer, Fetch, entity_tag, max_age, retry_after};
use crate::refresh::Failure;
use crate::status::{Refusal, Status};

/// The trust store and the proxies are read when it is made, so that a mistake shows at once.
pub(super) struct Https {
    url: String,
    timeout: Duration,
    trusted: Arc<Vec<Certificate<'static>>>,
    proxy: Option<Proxy>,
}

impl Https {
    pub(super) fn new(url: String, timeout: Duration, ca_file: Option<&Path>) -> Result<Https, Refusal> {
        let trusted = Arc::new(trusted(ca_file)?);
        Ok(Https { url, timeout, trusted, proxy: Proxy::try_from_env() })
    }

    /// One connection, used once: a pool would be shared with the children of a fork.
    fn agent(&self) -> Agent {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .root_certs(RootCerts::Specific(Arc::clone(&self.trusted)))
            .build();
        Agent::config_builder()
            .tls_config(tls)
            .proxy(self.proxy.clone())
            .https_only(true)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(self.timeout))
            .timeout_connect(Some(self.timeout))
            .max_idle_connections(0)
            .accept("application/json")
            .accept_encoding("identity")
            .user_agent(concat!("cfaccess/", env!("CARGO_PKG_VERSION")))
            .build()
            .into()
    }
}

impl Fetch for Https {
    fn fetch(&self, entity_tag: Option<&str>) -> Result<Answer, Failure> {
        let mut request = self.agent().get(&self.url);
        if let Some(entity_tag) = entity_tag {
            request = request.header(IF_NONE_MATCH, entity_tag);
        }
        let response = request.call().map_err(|error| Failure::new(format!("no answer: {error}")))?;
        match response.status() {
            StatusCode::OK => document(response),
            StatusCode::NOT_MODIFIED if entity_tag.is_some() => {
                Ok(Answer::NotModified { max_age: max_age_of(response.headers()) })
            }
            status => Err(Failure {
                reason: format!("the endpoint answered HTTP {}", status.as_u16()),
                retry_after: text_of(response.headers(), RETRY_AFTER)
                    .and_then(|header| retry_after(header, SystemTime::now())),
            }),
        }
    }
}

fn document(mut response: Response<Body>) -> Result<Answer, Failure> {
    let body = response.body_mut().with_config().limit(DOCUMENT_MAX as u64).read_to_vec();
    let bytes = body.map_err(|error| Failure::new(format!("the document did not come whole: {error}")))?;
    let headers = response.headers();
    Ok(Answer::Document {
        bytes,
        entity_tag: text_of(headers, ETAG).and_then(entity_tag),
        max_age: max_age_of(headers),
    })
}

fn max_age_of(headers: &HeaderMap) -> Option<Duration> {
    max_age(headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()))
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// What the platform trusts, and what the file adds.
fn trusted(ca_file: Option<&Path>) -> Result<Vec<Certificate<'static>>, Refusal> {
    let platform = rustls_native_certs::load_native_certs().certs;
    let added = ca_file.map(certificates_in).transpose()?.unwrap_or_default();
    if platform.is_empty() && added.is_empty() {
        return Err(invalid("this machine has no store of trusted certificate authorities".to_owned()));
    }
    let all = platform.iter().chain(&added);
    Ok(all.map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(invalid(format!("the ca_file {} holds no certificate", file.display()))),
        Err(error) => Err(invalid(format!("cannot read the ca_file {}: {error}", file.display()))),
    }
}

fn invalid(what: String) -> Refusal {
    Refusal::new(Status::InvalidConfig, what)
}
