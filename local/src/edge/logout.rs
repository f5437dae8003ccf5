//! The end of all sessions of a person.

use http::{Request, StatusCode};

use super::form::Fields;
use super::reply::{Reply, page, redirect as found};
use super::{cookies, credentials, redirect};
use crate::access::Access;
use crate::config::Config;
use crate::pages::{self, SignedOut};
use crate::sessions::Target;
use crate::tokens;

impl Access {
    pub(super) fn application_logout<B>(&self, request: &Request<B>, config: &Config, host: &str) -> Reply {
        let at_host = || config.applications_of_host(host);
        let now = self.clock.now();
        let claims = credentials::tokens_of(request.headers())
            .filter_map(|token| tokens::check(token, &self.keys, "app", now).ok())
            .filter(|claims| at_host().any(|found| claims.is_for(&found.aud)))
            .find(|claims| !claims.text("email").is_empty() && !self.sessions.is_ended(claims, None, now));
        let email = claims.map(|claims| claims.text("email").to_owned());
        let origin = self.face.origin_of(host);
        let mut reply = self.logout(request, config, email, &origin, Some(&origin));
        let mut paths: Vec<&str> = at_host().map(|application| cookies::cookie_path(application)).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            reply = reply.cookie(cookies::removal(cookies::AUTHORIZATION, path).header(self.face));
            if at_host().any(|application| application.enable_binding_cookie) {
                reply = reply.cookie(cookies::removal(cookies::BINDING, path).header(self.face));
            }
        }
        reply
    }

    pub(super) fn team_logout<B>(&self, request: &Request<B>, config: &Config) -> Reply {
        let email = self.global_session(request.headers()).map(|claims| claims.text("email").to_owned());
        let removal = cookies::removal(cookies::AUTHORIZATION, "/").header(self.face);
        self.logout(request, config, email, &self.face.team_origin(), None).cookie(removal)
    }

    fn logout<B>(
        &self,
        request: &Request<B>,
        config: &Config,
        email: Option<String>,
        here: &str,
        application: Option<&str>,
    ) -> Reply {
        if let Some(email) = &email {
            self.sessions.end(&Target::User(email.clone()), config.team.revocation_delay, self.clock.now());
        }
        let query = Fields::of_query(request);
        let wanted =
            ["returnTo", "redirect_url"].map(|name| query.get(name)).into_iter().find(|to| !to.is_empty());
        let target = wanted.and_then(|wanted| redirect::own_address(wanted, here, self.face, config));
        let response = match target {
            Some(target) => found(&target),
            None => {
                let html = pages::signed_out(&SignedOut { email: email.as_deref(), application });
                page(StatusCode::OK, html, &[])
            }
        };
        Reply::answered("logout", response).by(&email.unwrap_or_default())
    }
}
