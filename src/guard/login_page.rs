//! Where a browser is sent to log in.

use super::accept;
use super::host::Authority;
use super::path::Target;
use super::request::GuardRequest;
use crate::status::Status;

const SCHEME: &str = "https://";

/// An https URL without user, query and fragment.
#[derive(Clone)]
pub(super) struct LoginPage(String);

impl LoginPage {
    pub(super) fn parse(text: &str) -> Option<LoginPage> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"?#\\\"<>^`{|}".contains(&byte);
        let rest = text.strip_prefix(SCHEME)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let sane = text.bytes().all(is_plain) && Authority::parse(authority.as_bytes()).is_some();
        sane.then(|| LoginPage(text.to_owned()))
    }

    /// The page, with the path of the request to return to. The query is left out, since it may contain a secret. The
    /// raw target is preferred: below a mount the application sees only a part of the path.
    ///
    /// `None` if a login does not help, or if the browser would not show the answer as a page.
    pub(super) fn location(&self, status: Status, request: &GuardRequest<'_>) -> Option<String> {
        if !helps(status) || !is_navigation(request) || !request.is_clean() {
            return None;
        }
        let back = match request.raw_target {
            Some(target) => Target::parse(target)?,
            None => Target::of_path(request.path())?,
        };
        Some([&self.0, "?redirect_url=", &back.encode_twice()].concat())
    }
}

/// A login yields a new token. After any other refusal, Access would return the browser at once with the same token.
fn helps(status: Status) -> bool {
    matches!(status, Status::NoToken | Status::Expired | Status::SessionTooOld | Status::Revoked)
}

/// Whether a browser would show the answer as a page.
fn is_navigation(request: &GuardRequest<'_>) -> bool {
    let is_missing_or =
        |name, only: &[u8]| request.single(name).is_ok_and(|value| value.is_none_or(|value| value == only));
    let is_script =
        |value: &[u8]| value.to_ascii_lowercase().windows(14).any(|piece| piece == b"xmlhttprequest");
    request.method == b"GET"
        && !request.is_handshake()
        && is_missing_or("sec-fetch-mode", b"navigate")
        && is_missing_or("sec-fetch-dest", b"document")
        && !request.values("x-requested-with").any(is_script)
        && accept::names_html(request.values("accept"))
}
