//! Requests of which a browser shows the answer.

use super::accept;
use super::request::GuardRequest;

/// Whether a browser would show the answer as a page.
pub(super) fn is_navigation(request: &GuardRequest<'_>) -> bool {
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
