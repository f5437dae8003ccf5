//! The header fields of every page.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use url::Url;

use super::layout::STYLE_SOURCE;

/// What a page is sent with. `form_targets` are the origins, besides its own, to which its forms may lead, redirects
/// included: for the login page that of the application. What is not an origin is left out.
///
/// With `Referrer-Policy: no-referrer` a browser sends these forms with `Origin: null`. That they come from a page of
/// ours is shown by the CSRF token and by `Sec-Fetch-Site: same-origin`.
pub(crate) fn headers(form_targets: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=UTF-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, policy(form_targets));
    headers
}

fn policy(form_targets: &[&str]) -> HeaderValue {
    let mut forms = String::from("'self'");
    for origin in form_targets.iter().filter_map(|target| origin(target)) {
        forms.push(' ');
        forms.push_str(&origin);
    }
    let policy = format!(
        "default-src 'none'; style-src {}; form-action {forms}; frame-ancestors 'none'; base-uri 'none'",
        *STYLE_SOURCE
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The origin as a browser writes it, which holds neither spaces nor semicolons.
fn origin(target: &str) -> Option<String> {
    let url = Url::parse(target).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}
