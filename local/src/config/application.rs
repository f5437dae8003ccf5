//! An application and its settings, under the names that Cloudflare's API gives them.

use aws_lc_rs::digest;

use super::domain::Domain;
use super::policy::Policy;
use super::upstream::Upstream;

#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) name: String,
    pub(crate) domain: Domain,
    pub(crate) upstream: Upstream,
    /// The audience of its tokens: 64 hexadecimal digits.
    pub(crate) aud: String,
    /// In seconds.
    pub(crate) session_duration: Option<i64>,
    pub(crate) same_site_cookie_attribute: SameSite,
    pub(crate) http_only_cookie_attribute: bool,
    pub(crate) enable_binding_cookie: bool,
    pub(crate) path_cookie_attribute: bool,
    pub(crate) options_preflight_bypass: bool,
    pub(crate) service_auth_401_redirect: bool,
    /// A single header that carries a service token as JSON, besides the usual two.
    pub(crate) read_service_tokens_from_header: Option<http::HeaderName>,
    pub(crate) skip_interstitial: bool,
    pub(crate) custom_deny_message: Option<String>,
    /// Whether people's requests carry `Cf-Access-Authenticated-User-Email`.
    pub(crate) email_header: bool,
    /// Whether requests carry `Cf-Connecting-Ip`, `X-Forwarded-For`, `X-Forwarded-Proto` and `Cf-Ray`.
    pub(crate) forwarded_headers: bool,
    /// Instead of the client's `Host`.
    pub(crate) upstream_host: Option<http::HeaderValue>,
    pub(crate) cors_headers: Option<Cors>,
    /// In the order of the file. The first that matches decides, those of Bypass and Service Auth before the others; if
    /// none does, access is denied.
    pub(crate) policies: Vec<Policy>,
}

impl Application {
    /// As it is where its configuration says no more. Nobody is let in yet.
    pub(crate) fn new(name: &str, domain: Domain, upstream: Upstream) -> Application {
        Application {
            name: name.to_owned(),
            domain,
            upstream,
            aud: aud_of(name),
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
            policies: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SameSite {
    #[default]
    None,
    Lax,
    Strict,
}

/// What the edge answers to preflights by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cors {
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) allow_all_origins: bool,
    pub(crate) allowed_methods: Vec<String>,
    pub(crate) allow_all_methods: bool,
    pub(crate) allowed_headers: Vec<String>,
    pub(crate) allow_all_headers: bool,
    pub(crate) allow_credentials: bool,
    /// In seconds.
    pub(crate) max_age: Option<i64>,
}

/// The audience of an application that names none: always the same for the same name.
fn aud_of(name: &str) -> String {
    let hash = digest::digest(&digest::SHA256, format!("cfaccess-local/{name}").as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
