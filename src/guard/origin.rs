//! Whether a page of another origin caused a request.

use super::host::{Authority, Host};
use super::request::{GuardRequest, NamedHost};
use crate::status::{Refusal, Status};

/// The safe methods (RFC 9110 section 9.2.1) that browsers send.
const SAFE: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Looks at `Sec-Fetch-Site` and, from browsers without it, at `Origin`.
#[derive(Clone)]
pub(super) struct OriginCheck {
    pub(super) trusted: Vec<Origin<Box<[u8]>>>,
}

/// A web origin (RFC 6454): what stands before the path of a URL.
#[derive(Clone)]
pub(super) struct Origin<Name> {
    is_secure: bool,
    host: Host<Name>,
    /// `None` for the default port of the scheme.
    port: Option<u16>,
}

impl OriginCheck {
    /// A request with neither header does not come from a page.
    pub(super) fn check(&self, request: &GuardRequest<'_>) -> Result<(), Refusal> {
        if request.has_method(&SAFE) && !request.is_handshake() {
            return Ok(());
        }
        let (Ok(named), Ok(site)) = (request.single("origin"), request.single("sec-fetch-site")) else {
            return refused("the request names more than one origin");
        };
        let origin = named.and_then(Origin::parse);
        let is_trusted = origin.as_ref().is_some_and(|origin| self.trusted.iter().any(|one| one.is(origin)));
        let is_own = match (site, named) {
            (Some(site), _) => site == b"same-origin" || site == b"none",
            (None, None) => true,
            (None, Some(_)) => origin.is_some_and(|origin| origin.is_of(request)),
        };
        if is_trusted || is_own { Ok(()) } else { refused("a page of another origin caused the request") }
    }
}

impl<'a> Origin<&'a [u8]> {
    /// As browsers write it: scheme, host and a port or none.
    fn parse(text: &'a [u8]) -> Option<Origin<&'a [u8]>> {
        let schemes = [(b"https://".as_slice(), true), (b"http://".as_slice(), false)];
        let (scheme, is_secure) = schemes.into_iter().find(|(scheme, _)| {
            text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })?;
        let authority = text.get(scheme.len()..).filter(|authority| !authority.ends_with(b":"))?;
        let authority = Authority::parse(authority)?;
        Some(Origin { is_secure, host: authority.host, port: authority.non_default_port(is_secure) })
    }

    /// Whether it is the origin of the request itself. A server behind a proxy may see http where the browser used
    /// https, never the reverse.
    fn is_of(&self, request: &GuardRequest<'_>) -> bool {
        let NamedHost::Named(authority) = request.host() else { return false };
        self.host.is(&authority.host)
            && self.port == authority.non_default_port(self.is_secure)
            && (self.is_secure || !request.is_secure())
    }
}

impl Origin<Box<[u8]>> {
    pub(super) fn parse_configured(text: &str) -> Option<Origin<Box<[u8]>>> {
        let origin = Origin::parse(text.as_bytes())?;
        Some(Origin { is_secure: origin.is_secure, host: origin.host.to_owned(), port: origin.port })
    }

    fn is(&self, other: &Origin<&[u8]>) -> bool {
        self.is_secure == other.is_secure && self.port == other.port && self.host.is(&other.host)
    }
}

fn refused(why: &'static str) -> Result<(), Refusal> {
    Err(Refusal::new(Status::CrossOrigin, why))
}
