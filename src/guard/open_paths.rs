//! Requests that need no verification: a method and a whole path.

use super::host::ConfiguredHost;
use super::path::ConfiguredPath;
use super::request::{GuardRequest, NamedHost};

#[derive(Clone)]
pub(super) struct OpenPath {
    pub(super) method: String,
    /// `None` for every host.
    pub(super) host: Option<ConfiguredHost>,
    pub(super) path: ConfiguredPath,
}

/// Whether a request is open. One with an unclean path or an unreadable host is not, and no handshake is.
pub(super) fn contain(open: &[OpenPath], request: &GuardRequest<'_>) -> bool {
    let path = request.path();
    let mut candidates = open.iter().filter(|open| open.path.is(path) && open.has_method(request)).peekable();
    if candidates.peek().is_none() || !request.is_clean() || request.is_handshake() {
        return false;
    }
    match request.host() {
        NamedHost::Unreadable => false,
        NamedHost::Missing => candidates.any(|open| open.host.is_none()),
        NamedHost::Named(authority) => {
            candidates.any(|open| open.host.as_ref().is_none_or(|host| host.is(&authority.host)))
        }
    }
}

impl OpenPath {
    /// HEAD is GET without the content (RFC 9110 section 9.3.2).
    fn has_method(&self, request: &GuardRequest<'_>) -> bool {
        self.method.as_bytes() == request.method || (self.method == "GET" && request.method == b"HEAD")
    }
}
