//! Where a login comes back to: the session of the application begins.

use http::{Request, StatusCode};

use super::form::Fields;
use super::reply::{Decision, Reply, page, redirect};
use super::{cookies, login_link};
use crate::access::Access;
use crate::config::Config;
use crate::pages;
use crate::sessions::Entrance;

impl Access {
    pub(super) fn authorized<B>(&self, request: &Request<B>, config: &Config, host: &str) -> Reply {
        let query = Fields::of_query(request);
        // The nonce is used up, whoever comes with it.
        let Some(login) = self.sessions.logins.take(query.get("nonce"), self.clock.now()) else {
            return invalid_login("unknown, used or old nonce");
        };
        let mut app_sessions = cookies::all(request.headers(), cookies::APP_SESSION).peekable();
        if app_sessions.peek().is_none() {
            return invalid_login("no CF_AppSession");
        }
        if let Some(hash) = &login.app_session_hash
            && !app_sessions.any(|session| login_link::hash(session) == *hash)
        {
            return invalid_login("another CF_AppSession");
        }
        let application = config.application(&login.application).filter(|_| login.host == host);
        let Some(application) = application else {
            return invalid_login("nonce of another application");
        };
        let issued = self.issue_application(&Entrance {
            user: &login.user,
            application,
            host,
            policy_id: login.policy_id,
            duration: login.duration,
        });
        let cookie = |name, value| {
            cookies::application_cookie(application, name, value, issued.expires).header(self.face)
        };
        let mut reply = Reply::new(Decision::Login, "session begun", redirect(&login.target))
            .cookie(cookie(cookies::AUTHORIZATION, &issued.token))
            .at(application)
            .by(&login.user.email);
        if application.enable_binding_cookie
            && let Some(binding) = self.sessions.binding(&issued.nonce)
        {
            reply = reply.cookie(cookie(cookies::BINDING, &binding));
        }
        reply
    }
}

pub(super) fn invalid_login(why: &str) -> Reply {
    Reply::refused(why, page(StatusCode::BAD_REQUEST, pages::invalid_login(), &[]))
}
