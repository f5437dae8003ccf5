//! How a browser whose token was revoked comes to another one.
//!
//! It keeps the cookie of its application, and Access accepts it and passes the revoked token on until it expires.
//! Without the cookie, Access issues another token, silently if its own session is still good. That token belongs to
//! the same login: where the login was revoked, the browser has to log out first.
//!
//! A browser is redirected once. A cookie marks that, so that one that comes back refused again gets a page.

use std::borrow::Cow;

use super::login_page::LoginPage;
use super::navigation::is_navigation;
use super::request::GuardRequest;
use crate::request::has_cookie;
use crate::status::Remedy;
use crate::time::Timestamp;

/// Served by Access at the edge for every host of an application:
/// <https://developers.cloudflare.com/cloudflare-one/access-controls/access-settings/session-management/>
const LOGOUT: &str = "/cdn-cgi/access/logout";
const EXPIRE_COOKIE: &str = "CF_Authorization=; Path=/; Max-Age=0; Secure; HttpOnly";
const MARKER: &[u8] = b"cfaccess-redirected";
const SET_MARKER: &str = "cfaccess-redirected=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax";

/// What an answer to a revoked token says besides its status.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Renewal {
    pub(super) headers: Vec<(&'static str, Cow<'static, str>)>,
    /// Where the browser is sent; `None` for a page.
    pub(super) location: Option<String>,
}

impl Renewal {
    pub(super) fn new(
        remedy: Remedy,
        request: &GuardRequest<'_>,
        login_page: Option<&LoginPage>,
        now: Timestamp,
    ) -> Renewal {
        let mut renewal = Renewal::default();
        match remedy {
            Remedy::NewToken { after } => {
                renewal.headers.push(("Set-Cookie", EXPIRE_COOKIE.into()));
                if now <= after {
                    // A token that was issued until then would be refused for its whole life.
                    let seconds = after.since(now) + 1;
                    renewal.headers.push(("Retry-After", seconds.to_string().into()));
                } else {
                    renewal.redirect(request, || login_page.and_then(|page| page.location(request)));
                }
            }
            Remedy::NewLogin => renewal.redirect(request, || Some(LOGOUT.to_owned())),
        }
        renewal
    }

    /// Sends a browser to log in, if there is a page for that.
    pub(super) fn login(page: Option<&LoginPage>, request: &GuardRequest<'_>) -> Renewal {
        Renewal { headers: Vec::new(), location: page.and_then(|page| page.location(request)) }
    }

    fn redirect(&mut self, request: &GuardRequest<'_>, location: impl FnOnce() -> Option<String>) {
        if !is_navigation(request) || has_cookie(request.values("cookie"), MARKER) {
            return;
        }
        self.location = location();
        if self.location.is_some() {
            self.headers.push(("Set-Cookie", SET_MARKER.into()));
        }
    }
}
