//! The configuration of a guard.

use std::sync::Arc;

use super::alarm::Judge;
use super::host::ConfiguredHost;
use super::login_page::LoginPage;
use super::open_paths::OpenPath;
use super::origin::{Origin, OriginCheck};
use super::path::ConfiguredPath;
use super::routes::{Route, Routes};
use crate::refresh::LogFunction;
use crate::status::{Refusal, Status};
use crate::verifier::Verifier;

/// The configuration of a guard: built step by step, then frozen into a [`Guard`](crate::Guard).
///
/// It needs at least one route. A value whose meaning is in doubt is `INVALID_CONFIG`.
pub struct GuardConfig<V = ()> {
    pub(super) routes: Routes<V>,
    pub(super) open: Vec<OpenPath>,
    pub(super) checks_origin: bool,
    pub(super) origins: OriginCheck,
    pub(super) allows_preflight: bool,
    pub(super) log: Option<LogFunction>,
}

impl<V> Default for GuardConfig<V> {
    fn default() -> GuardConfig<V> {
        GuardConfig {
            routes: Routes::new(),
            open: Vec::new(),
            checks_origin: false,
            origins: OriginCheck { trusted: Vec::new() },
            allows_preflight: false,
            log: None,
        }
    }
}

impl<V> Clone for GuardConfig<V> {
    fn clone(&self) -> GuardConfig<V> {
        GuardConfig {
            routes: self.routes.clone(),
            open: self.open.clone(),
            checks_origin: self.checks_origin,
            origins: self.origins.clone(),
            allows_preflight: self.allows_preflight,
            log: self.log.clone(),
        }
    }
}

impl<V> GuardConfig<V> {
    /// Sets the verifier for the requests of a host below a path, and the page on which a browser logs in.
    ///
    /// - `host`: a name, an IPv4 address or an IPv6 address, without a port; compared without regard to case.
    ///   `None` means every host that no other route names.
    /// - `prefix`: a decoded path that begins with a slash. It matches whole segments: `/admin` covers `/admin/users`,
    ///   not `/administration`. `/` covers all paths. The longest match wins.
    /// - `login_page`: `https://<team>.cloudflareaccess.com/cdn-cgi/access/login/<host>`.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if an argument is not as described, or if another route has the same host and prefix.
    pub fn add_route(
        &mut self,
        host: Option<&str>,
        prefix: &str,
        verifier: Arc<Verifier<V>>,
        login_page: Option<&str>,
    ) -> Result<(), Refusal> {
        let host = host.map(parse_host).transpose()?;
        let parsed = ConfiguredPath::parse_prefix(prefix).ok_or_else(|| {
            invalid("the prefix of a route", prefix, "a clean path that begins with a slash")
        })?;
        let login_page = login_page.map(parse_login_page).transpose()?;
        // Routes with the same verifier share its state.
        let known = self.routes.all().find(|route| Arc::ptr_eq(&route.judge.verifier, &verifier));
        let judge = match known {
            Some(route) => Arc::clone(&route.judge),
            None => Arc::new(Judge::new(verifier)),
        };
        if self
            .routes
            .add(host, Route { number: self.routes.all().count(), prefix: parsed, judge, login_page })
        {
            Ok(())
        } else {
            Err(Refusal::new(
                Status::InvalidConfig,
                format!("more than one route has the prefix '{prefix}' of one host"),
            ))
        }
    }

    /// Lets requests with this method and exactly this path through unverified, such as health checks and webhooks.
    /// `GET` includes `HEAD`. Nothing below the path is open, and no WebSocket handshake is.
    ///
    /// `host` is as in [`GuardConfig::add_route`]; `None` means every host. The path is decoded.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if an argument is not as described. There are no patterns: a path with `*` is refused.
    pub fn add_open_path(&mut self, method: &str, host: Option<&str>, path: &str) -> Result<(), Refusal> {
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(invalid("the method of an open path", method, "one in capital letters"));
        }
        let host = host.map(parse_host).transpose()?;
        let expected = "a clean path that begins with a slash, without *, ? and #";
        let path = ConfiguredPath::parse(path).ok_or_else(|| invalid("an open path", path, expected))?;
        self.open.push(OpenPath { method: method.to_owned(), host, path });
        Ok(())
    }

    /// Refuses, with `CROSS_ORIGIN`, requests caused by a page of another origin, except a plain `GET`, `HEAD` or
    /// `OPTIONS`. WebSocket handshakes are refused too. Open paths are not checked.
    ///
    /// `Sec-Fetch-Site` decides or, for browsers without it, `Origin`. A request with neither does not come from a
    /// page. The cookie that Access turns into the token is `SameSite=None` by default, so browsers send it with such
    /// requests.
    pub fn check_origin(&mut self) {
        self.checks_origin = true;
    }

    /// Exempts another origin from [`GuardConfig::check_origin`]: `https://app.example.com`.
    ///
    /// # Errors
    /// `INVALID_CONFIG` unless it is a scheme, a host and an optional port.
    pub fn trust_origin(&mut self, origin: &str) -> Result<(), Refusal> {
        let parsed = Origin::parse_configured(origin)
            .ok_or_else(|| invalid("a trusted origin", origin, "one like https://app.example.com"))?;
        self.origins.trusted.push(parsed);
        Ok(())
    }

    /// Lets preflight requests through unverified: `OPTIONS` with one `Origin` and one
    /// `Access-Control-Request-Method`. Browsers send no credentials with them; the application's CORS middleware
    /// answers them.
    pub fn allow_preflight(&mut self) {
        self.allows_preflight = true;
    }

    /// Sets a function that receives the warnings of the verifiers when the guard is made, and one warning each time
    /// requests begin to be refused with an HTTP status of 500 or more, never one per request. It is called on the
    /// thread of the request.
    pub fn set_log(&mut self, log: LogFunction) {
        self.log = Some(log);
    }
}

fn parse_host(host: &str) -> Result<ConfiguredHost, Refusal> {
    ConfiguredHost::parse(host).ok_or_else(|| invalid("a host", host, "a name or an address without a port"))
}

fn parse_login_page(page: &str) -> Result<LoginPage, Refusal> {
    let expected = "an https URL without user, query and fragment";
    LoginPage::parse(page).ok_or_else(|| invalid("a login page", page, expected))
}

fn invalid(what: &str, given: &str, expected: &str) -> Refusal {
    let shown: String = given.chars().take(80).collect();
    Refusal::new(Status::InvalidConfig, format!("{what} is '{shown}'; expected {expected}"))
}
