//! The address of the login page, and what it says of the request that was redirected there.

use aws_lc_rs::digest::{SHA256, digest};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::access::Access;
use crate::config::Application;
use crate::tokens::{self, MetaClaims, Typ};

/// What RFC 3986 calls unreserved stays as it is.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) struct Link<'a> {
    pub(super) application: &'a Application,
    pub(super) host: &'a str,
    /// The value of `CF_AppSession`.
    pub(super) app_session: &'a str,
    /// Path and query of the request.
    pub(super) redirect_url: &'a str,
    /// The service token whose secret was right, but which no policy includes.
    pub(super) client_id: Option<&'a str>,
}

impl Access {
    pub(super) fn login_address(&self, link: &Link<'_>) -> String {
        let meta = tokens::sign(
            &self.keys.current(),
            Typ::Jwt,
            &MetaClaims {
                aud: link.application.aud.clone(),
                hostname: link.host.to_owned(),
                redirect_url: link.redirect_url.to_owned(),
                service_token_status: link.client_id.is_some(),
                service_token_id: link.client_id.unwrap_or_default().to_owned(),
                app_session_hash: hash(link.app_session),
                iat: self.clock.now(),
            },
        );
        format!(
            "{}/cdn-cgi/access/login/{}?kid={}&meta={meta}&redirect_url={}",
            self.face.team_origin(),
            link.host,
            link.application.aud,
            utf8_percent_encode(link.redirect_url, QUERY_VALUE),
        )
    }
}

/// By which a login is bound to the browser that it began in.
pub(super) fn hash(app_session: &str) -> String {
    digest(&SHA256, app_session.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
