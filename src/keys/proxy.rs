//! Which proxy leads to the endpoint, chosen as curl chooses it:
//! <https://curl.se/docs/manpage.html#ENVIRONMENT>.

use std::ffi::OsString;
use std::fmt;
use std::net::Ipv6Addr;

use ureq::http::uri::Authority;

use crate::status::{Refusal, Status};

/// What curl reads for an https URL: the first that is not empty counts. `HTTP_PROXY` is not among them,
/// since a request can set it for a CGI program.
const PROXIES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// curl's default for every scheme but https.
const PORT: u16 = 1_080;
const PORT_OF_HTTPS: u16 = 443;

/// How an application wants the endpoint to be reached: through a proxy, or directly.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Option<ProxyServer>);

/// A proxy, and the option or environment variable that named it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ProxyServer {
    named_by: &'static str,
    proxy: ureq::Proxy,
}

impl Proxy {
    /// Reads `[scheme://][user:password@]host[:port]`. The scheme is `http` (the default), `https`, `socks4`,
    /// `socks4a`, `socks5` or `socks5h`; `socks4` and `socks5` look up the endpoint's name here, the others
    /// at the proxy. The port is 443 for `https` and 1080 for the others unless given. User and password are
    /// percent-encoded. An empty text means a direct connection, whatever the environment says.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it is not of this form; the message does not repeat it.
    pub fn new(url: &str) -> Result<Proxy, Refusal> {
        let server = (!url.is_empty()).then(|| ProxyServer::parse("proxy", url)).transpose()?;
        Ok(Proxy(server))
    }
}

/// Without user and password.
impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(server) => write!(formatter, "Proxy({}:{})", server.proxy.host(), server.proxy.port()),
            None => formatter.write_str("Proxy(none)"),
        }
    }
}

impl ProxyServer {
    pub(super) fn as_ureq(&self) -> &ureq::Proxy {
        &self.proxy
    }

    fn parse(named_by: &'static str, url: &str) -> Result<ProxyServer, Refusal> {
        match parse(url) {
            Ok(proxy) => Ok(ProxyServer { named_by, proxy }),
            Err(fault) => Err(unusable(named_by, fault)),
        }
    }
}

/// Without user and password.
impl fmt::Display for ProxyServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the proxy {}:{} ({})", self.proxy.host(), self.proxy.port(), self.named_by)
    }
}

/// The proxy that leads to `host`, if one does: the application's, or else the environment's.
pub(super) fn server_for(
    host: &str,
    chosen: Option<&Proxy>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<ProxyServer>, Refusal> {
    let first_set = |names: &[&'static str]| {
        names.iter().find_map(|name| Some((*name, variable(name).filter(|value| !value.is_empty())?)))
    };
    if let Some((_, list)) = first_set(&EXCEPTIONS)
        && is_excepted(host, &list.to_string_lossy())
    {
        return Ok(None);
    }
    match (chosen, first_set(&PROXIES)) {
        (Some(Proxy(server)), _) => Ok(server.clone()),
        (None, None) => Ok(None),
        (None, Some((name, value))) => match value.to_str() {
            Some(url) => ProxyServer::parse(name, url).map(Some),
            None => Err(unusable(name, "it is not UTF-8")),
        },
    }
}

/// Whether a list of `NO_PROXY` names this host or a parent domain of it. No crate matches as curl does: ureq
/// takes a domain for that host alone, and others let an entry with a port or a `*` among others match.
fn is_excepted(host: &str, list: &str) -> bool {
    let names_host = |entry: &str| {
        let domain = entry.strip_suffix('.').unwrap_or(entry);
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        let rest = host.strip_suffix(&domain).filter(|_| !domain.is_empty());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    list == "*" || list.split(',').any(|entry| names_host(entry.trim_matches([' ', '\t'])))
}

/// Stricter than `ureq::Proxy::new`, which takes a port that is no number for the default.
fn parse(url: &str) -> Result<ureq::Proxy, &'static str> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
        "http" => ("http", PORT),
        "https" => ("https", PORT_OF_HTTPS),
        // As curl has it; ureq takes `socks` for `socks5`.
        "socks" | "socks4" => ("socks4", PORT),
        "socks4a" => ("socks4a", PORT),
        "socks5" => ("socks5", PORT),
        "socks5h" => ("socks5h", PORT),
        _ => return Err("its scheme is not http, https, socks4, socks4a, socks5 or socks5h"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority: Authority = authority.parse().map_err(|_| "it is not a URL with a host")?;
    let host = authority.host();
    if !is_host(host) {
        return Err("it has no valid host");
    }
    let (user, address) = match authority.as_str().rsplit_once('@') {
        Some((user, address)) => ([user, "@"].concat(), address),
        None => (String::new(), authority.as_str()),
    };
    let port = match address.strip_prefix(host).map(|rest| rest.strip_prefix(':').unwrap_or(rest)) {
        None | Some("") => default_port,
        Some(port) => {
            port.parse().ok().filter(|port| *port > 0).ok_or("its port is not a number up to 65535")?
        }
    };
    ureq::Proxy::new(&format!("{scheme}://{user}{host}:{port}"))
        .map_err(|_| "its user or password is not percent-encoded UTF-8")
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        }
    }
}

/// Says what is wrong without the text itself, which may hold a password.
fn unusable(named_by: &str, fault: &str) -> Refusal {
    Refusal::new(Status::InvalidConfig, format!("{named_by} names no usable proxy: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "acme.cloudflareaccess.com";

    fn found(chosen: Option<&Proxy>, environment: &[(&str, &str)]) -> Result<Option<String>, Refusal> {
        let variable = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        Ok(server_for(HOST, chosen, variable)?.map(|server| server.to_string()))
    }

    fn named_by(environment: &[(&str, &str)]) -> Option<String> {
        let shown = found(None, environment).expect("a proxy that can be used")?;
        Some(shown.rsplit(' ').next().expect("a name").trim_matches(['(', ')']).to_owned())
    }

    #[test]
    fn lower_case_comes_before_upper_case_and_https_before_all() {
        let all = [
            ("https_proxy", "a:1"),
            ("HTTPS_PROXY", "b:1"),
            ("all_proxy", "c:1"),
            ("ALL_PROXY", "d:1"),
            ("http_proxy", "e:1"),
            ("HTTP_PROXY", "f:1"),
        ];
        for (skipped, expected) in
            [Some("https_proxy"), Some("HTTPS_PROXY"), Some("all_proxy"), Some("ALL_PROXY"), None]
                .iter()
                .enumerate()
        {
            assert_eq!(named_by(&all[skipped..]).as_deref(), *expected);
        }
        assert_eq!(named_by(&[("https_proxy", ""), ("ALL_PROXY", "d:1")]).as_deref(), Some("ALL_PROXY"));
    }

    #[test]
    fn exceptions_match_as_in_curl() {
        for list in [
            HOST,
            "cloudflareaccess.com",
            ".cloudflareaccess.com",
            "CloudflareAccess.COM.",
            "com",
            "*",
            "localhost, cloudflareaccess.com",
            "localhost ,\tcloudflareaccess.com ,",
            ",,cloudflareaccess.com",
        ] {
            assert!(is_excepted(HOST, list), "{list}");
        }
        for list in [
            "",
            ".",
            "access.com",
            "other.cloudflareaccess.com",
            "x.acme.cloudflareaccess.com",
            "*.cloudflareaccess.com",
            "localhost,*",
            "cloudflareaccess.com:443",
            "acme.cloudflareaccess.com:443",
            "..cloudflareaccess.com",
            "acme",
            "10.0.0.0/8",
        ] {
            assert!(!is_excepted(HOST, list), "{list}");
        }
    }

    #[test]
    fn an_exception_goes_before_every_proxy_and_lower_case_first() {
        let proxy = Proxy::new("http://proxy:3128").expect("a proxy");
        let domain = "cloudflareaccess.com";
        assert_eq!(found(Some(&proxy), &[("NO_PROXY", domain)]), Ok(None));
        assert_eq!(found(None, &[("NO_PROXY", domain), ("HTTPS_PROXY", "htp://proxy")]), Ok(None));
        let both = [("no_proxy", "localhost"), ("NO_PROXY", domain), ("HTTPS_PROXY", "proxy")];
        assert_eq!(named_by(&both).as_deref(), Some("HTTPS_PROXY"));
    }

    #[test]
    fn the_option_counts_instead_of_the_environment() {
        let environment = [("https_proxy", "htp://unusable")];
        let proxy = Proxy::new("http://proxy:3128").expect("a proxy");
        let none = Proxy::new("").expect("no proxy");
        assert_eq!(found(Some(&proxy), &environment), Ok(Some("the proxy proxy:3128 (proxy)".to_owned())));
        assert_eq!(found(Some(&none), &environment), Ok(None));
    }

    #[test]
    fn a_proxy_without_scheme_or_port_has_those_of_curl() {
        for (url, scheme, address) in [
            ("proxy", "http", "proxy:1080"),
            ("proxy:3128", "http", "proxy:3128"),
            ("HTTP://proxy/", "http", "proxy:1080"),
            ("https://proxy", "https", "proxy:443"),
            ("socks://proxy", "socks4", "proxy:1080"),
            ("socks5h://[::1]", "socks5h", "[::1]:1080"),
            ("http://user:p%40ss@squid_1:3128/", "http", "squid_1:3128"),
        ] {
            let proxy = parse(url).expect(url);
            assert_eq!(proxy.uri().scheme_str(), Some(scheme), "{url}");
            assert_eq!(format!("{}:{}", proxy.host(), proxy.port()), address, "{url}");
        }
        assert_eq!(parse("http://user:p%40ss@proxy").expect("a proxy").password(), Some("p@ss"));
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_text() {
        for url in [
            "htp://user:secret@proxy:3128",
            "http://user:secret@",
            "http://user:secret@:3128",
            "http://user:secret@[::1",
            "http://user:secret@[secret]:3128",
            "http://user:secret@proxy:secret",
            "http://user:secret@proxy:0",
            "http://user:secret@proxy:65536",
            "http://user:sec/ret@proxy:3128",
            "http://user:sec%ffret@proxy:3128",
            "http://user:secret@pro xy:3128",
            "http://user:secret@proxy:3128\n",
            "user:secret@",
            "http://",
            "://proxy",
            " ",
            "[::1",
        ] {
            let refusal = found(None, &[("ALL_PROXY", url)]).expect_err(url);
            assert_eq!(refusal.status(), Status::InvalidConfig, "{url}");
            let message = refusal.message();
            assert!(message.starts_with("ALL_PROXY names no usable proxy: "), "{url}: {message}");
            assert!(!message.contains("secret") && !message.contains("ret@"), "{url}: {message}");
            assert!(Proxy::new(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_printed_has_no_password() {
        let proxy = Proxy::new("http://user:secret@proxy:3128").expect("a proxy");
        assert_eq!(format!("{proxy:?}"), "Proxy(proxy:3128)");
    }
}
