//! The parts of a request that a guard reads.

use super::host::Authority;
use super::path::{self, Path};

/// The headers that a decision depends on, in lower case. Others need not be passed.
pub const HEADERS_READ: [&str; 12] = [
    "accept",
    "access-control-request-method",
    "cf-access-authenticated-user-email",
    "cf-access-jwt-assertion",
    "cookie",
    "host",
    "origin",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "upgrade",
    "x-requested-with",
];

/// A request as the server received it. `None` means unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct GuardRequest<'a> {
    /// The method, in its original case.
    pub method: &'a [u8],
    /// `http`, `https`, `ws` or `wss`. The last two mark the handshake of a WebSocket, for servers that hide its
    /// `Upgrade` header.
    pub scheme: Option<&'a [u8]>,
    /// The host with its port, if the server has removed it from the headers.
    pub host: Option<&'a [u8]>,
    /// The path that the application routes on: percent-decoded, as bytes of UTF-8, without the query and without
    /// a prefix that the server or a mount has stripped. Empty means `/`.
    pub path: &'a [u8],
    /// The target of the request line, undecoded, with or without the query.
    pub raw_target: Option<&'a [u8]>,
    /// Names and values, unchanged. Names are compared without regard to case.
    pub headers: &'a [(&'a [u8], &'a [u8])],
}

/// The host that a request names.
#[derive(Clone, Copy, Debug)]
pub(super) enum NamedHost<'a> {
    Missing,
    /// It is present, but repeated, contradictory or not a host.
    Unreadable,
    Named(Authority<'a>),
}

/// A header was repeated that must not be.
pub(super) struct Repeated;

impl<'a> GuardRequest<'a> {
    pub(super) fn path(&self) -> Path<'a> {
        Path::new(self.path)
    }

    pub(super) fn is_clean(&self) -> bool {
        self.path().is_clean(self.raw_target)
    }

    pub(super) fn has_method(&self, methods: &[&str]) -> bool {
        methods.iter().any(|method| method.as_bytes() == self.method)
    }

    /// The values of a header.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> + Clone {
        let headers = self.headers.iter();
        headers.filter(move |(other, _)| other.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| *value)
    }

    /// The value of a header that must not be repeated.
    pub(super) fn single(&self, name: &str) -> Result<Option<&'a [u8]>, Repeated> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() { Err(Repeated) } else { Ok(first) }
    }

    pub(super) fn host(&self) -> NamedHost<'a> {
        let Ok(header) = self.single("host") else { return NamedHost::Unreadable };
        let named = match (self.host, header) {
            (Some(host), Some(header)) if host != header => return NamedHost::Unreadable,
            (host, header) => host.or(header),
        };
        // RFC 9112 section 3.2.2: the target overrides Host then, but not every server implements it.
        let in_target = self.raw_target.and_then(path::authority_of);
        if in_target.is_some_and(|authority| named != Some(authority)) {
            return NamedHost::Unreadable;
        }
        let Some(named) = named else { return NamedHost::Missing };
        Authority::parse(named).map_or(NamedHost::Unreadable, NamedHost::Named)
    }

    /// Whether the connection is to switch to another protocol, usually a WebSocket: method and path then do not say
    /// what it will be used for. HTTP/2 carries the same request.
    pub(super) fn is_handshake(&self) -> bool {
        let is_socket = self
            .scheme
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"ws") || scheme.eq_ignore_ascii_case(b"wss"));
        is_socket
            || self.method == b"CONNECT"
            || self.values("upgrade").any(|value| !value.trim_ascii().eq_ignore_ascii_case(b"h2c"))
    }

    /// Whether it is known to have arrived over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.scheme.is_some_and(|scheme| {
            scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"wss")
        })
    }

    /// Whether it is a CORS-preflight request (Fetch standard): a browser asks whether a page of another origin may
    /// send a request. It carries no credentials.
    pub(super) fn is_preflight(&self) -> bool {
        let origin = self.single("origin").ok().flatten();
        let requested = self.single("access-control-request-method").ok().flatten();
        self.method == b"OPTIONS"
            // WSGI joins two headers by a comma, which no origin contains.
            && origin.is_some_and(|origin| !origin.is_empty() && !origin.contains(&b','))
            && requested.is_some_and(is_token)
            && !self.is_handshake()
            && self.is_clean()
    }
}

/// RFC 9110 section 5.6.2.
pub(super) fn is_token(text: &[u8]) -> bool {
    let is_token_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_token_byte)
}
