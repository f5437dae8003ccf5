//! Where a browser is sent to log in.

use super::host::Authority;
use super::navigation::is_navigation;
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
    /// `None` if the browser would not show the answer as a page.
    pub(super) fn location(&self, request: &GuardRequest<'_>) -> Option<String> {
        if !is_navigation(request) || !request.is_clean() {
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
pub(super) fn login_helps(status: Status) -> bool {
    matches!(status, Status::NoToken | Status::Expired | Status::SessionTooOld)
}
