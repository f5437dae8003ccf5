//! The login page on the team's host, and who is let in from there.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use serde::Serialize;

use super::form::Fields;
use super::policy::{self, Subject, Verdict};
use super::reply::{Decision, Reply, page, redirect};
use super::{cookies, own, redirect as targets};
use crate::access::Access;
use crate::config::{Application, Config, Policy, User};
use crate::face::Face;
use crate::pages::{self, Denied, Form, Person, actions};
use crate::sessions::{Login, duration, random};
use crate::team::TEAM_HOST;
use crate::tokens::{self, AppClaims};

/// For how long the login page can be sent: four hours.
const LOGIN_SECONDS: i64 = 4 * 3_600;
const DEVICE_SECONDS: i64 = 30 * 86_400;
const EMAIL_BYTES_MAX: usize = 254;

/// What a login is for.
struct Wish {
    application: Arc<Application>,
    host: String,
    app_session_hash: Option<String>,
    /// A path of the application.
    target: String,
    /// Path and query of the login page itself.
    here: String,
}

impl Access {
    pub(super) fn show_login<B>(&self, request: &Request<B>, config: &Arc<Config>, host: &str) -> Reply {
        let wish = match self.wish(request, config, host) {
            Ok(wish) => wish,
            Err(reply) => return *reply,
        };
        let application = Arc::clone(&wish.application);
        let reply = match self.global_user(request.headers(), config) {
            Some(user) => match self.verdict(&application, &user) {
                Some(policy) => self.let_in(&wish, user, policy, config),
                None => self.deny(&wish, request.headers(), config, &user.email),
            },
            None => match &self.auto_login {
                Some(email) => self.sign_in_at(&wish, request.headers(), config, email),
                None => self.login_page(&wish, request.headers(), config, None),
            },
        };
        reply.at(&application)
    }

    pub(super) async fn take_login(
        &self,
        request: Request<Incoming>,
        config: &Arc<Config>,
        host: &str,
    ) -> Reply {
        let wish = match self.wish(&request, config, host) {
            Ok(wish) => wish,
            Err(reply) => return *reply,
        };
        let headers = request.headers().clone();
        let form = Fields::of_body(request).await;
        let application = Arc::clone(&wish.application);
        let session = cookies::first(&headers, cookies::LOGIN_SESSION).unwrap_or_default();
        if session.is_empty()
            || !self.sessions.seal.holds(&seal_parts(session, &wish), form.get(actions::CSRF))
        {
            let response = page(StatusCode::FORBIDDEN, pages::invalid_login(), &[]);
            return Reply::refused("no CSRF token of the login page", response).at(&application);
        }
        let Some(email) = address(pages::chosen_email(form.get("email"), form.get("other_email"))) else {
            return self.login_page(&wish, &headers, config, None).at(&application);
        };
        self.sign_in_at(&wish, &headers, config, &email).at(&application)
    }

    /// Begins a global session for those who are let in.
    fn sign_in_at(&self, wish: &Wish, headers: &HeaderMap, config: &Config, email: &str) -> Reply {
        let user = config.person(email);
        if self.sessions.is_blocked(&user.email, self.clock.now()) {
            return self.deny(wish, headers, config, email);
        }
        let Some(policy) = self.verdict(&wish.application, &user) else {
            return self.deny(wish, headers, config, email);
        };
        let issued = self.issue_global(&user, config);
        let cookie = cookies::global_cookie(&issued.token, issued.expires);
        let mut reply = self.let_in(wish, user, policy, config).cookie(cookie.header(self.face));
        if cookies::first(headers, cookies::DEVICE).is_none() {
            let device = cookies::SetCookie {
                name: cookies::DEVICE,
                value: &random::alphanumeric(32),
                expires: self.clock.now().saturating_add(DEVICE_SECONDS),
                path: "/",
                http_only: true,
                same_site: Some(crate::config::SameSite::Strict),
            };
            reply = reply.cookie(device.header(self.face));
        }
        reply
    }

    fn verdict<'a>(&self, application: &'a Application, user: &User) -> Option<&'a Policy> {
        match policy::decide(application, Subject::Person(user)) {
            Verdict::Allowed(policy) => Some(policy),
            Verdict::Bypass | Verdict::Denied => None,
        }
    }

    /// On to the application's host, where the session begins.
    fn let_in(&self, wish: &Wish, user: User, policy: &Policy, config: &Config) -> Reply {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct State<'a> {
            hostname: &'a str,
            auth_domain: &'a str,
        }
        let state = State { hostname: &wish.host, auth_domain: TEAM_HOST };
        let state = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&state).unwrap_or_default());
        let email = user.email.clone();
        let login = Login {
            user,
            application: wish.application.name.clone(),
            host: wish.host.clone(),
            policy_id: policy.id,
            duration: duration(policy, &wish.application, config),
            app_session_hash: wish.app_session_hash.clone(),
            target: wish.target.clone(),
        };
        let nonce = self.sessions.logins.begin(login, self.clock.now());
        let origin = self.face.origin_of(&wish.host);
        let location = format!("{origin}/cdn-cgi/access/authorized?nonce={nonce}&state={state}");
        Reply::new(Decision::Login, "let in", redirect(&location)).by(&email)
    }

    fn deny(&self, wish: &Wish, headers: &HeaderMap, config: &Config, email: &str) -> Reply {
        self.login_page(wish, headers, config, Some(email)).by(email)
    }

    /// The login page; again, for somebody who was denied.
    fn login_page(&self, wish: &Wish, headers: &HeaderMap, config: &Config, denied: Option<&str>) -> Reply {
        let session = match cookies::first(headers, cookies::LOGIN_SESSION) {
            Some(session) if session.len() == 32 => session.to_owned(),
            _ => random::alphanumeric(32),
        };
        let application = &wish.application;
        let csrf = self.sessions.seal.of(&seal_parts(&session, wish));
        let people: Vec<Person<'_>> =
            config.users.iter().map(|user| Person { name: &user.name, email: &user.email }).collect();
        let host = format!("{}{}", wish.host, application.domain.path.as_str());
        let login = pages::Login {
            form: Form { action: &wish.here, csrf: &csrf, hidden: &[] },
            application: &application.name,
            host: &host,
            people: &people,
            chosen: None,
        };
        let targets = [self.face.origin_of(&wish.host)];
        let targets = targets.each_ref().map(String::as_str);
        let reply = match denied {
            None => Reply::new(
                Decision::Login,
                "login page",
                page(StatusCode::OK, pages::login(&login), &targets),
            ),
            Some(email) => {
                let message = application.custom_deny_message.as_deref();
                let html = pages::denied(&Denied { login, email, message });
                Reply::refused("no policy lets this person in", page(StatusCode::FORBIDDEN, html, &targets))
            }
        };
        let cookie = cookies::SetCookie {
            name: cookies::LOGIN_SESSION,
            value: &session,
            expires: self.clock.now().saturating_add(LOGIN_SECONDS),
            path: "/",
            http_only: true,
            same_site: None,
        };
        reply.cookie(cookie.header(self.face))
    }

    /// What a request to the login page is for. `meta` is checked if it is there; links without it are good too.
    fn wish<B>(&self, request: &Request<B>, config: &Config, host: &str) -> Result<Wish, Box<Reply>> {
        let query = Fields::of_query(request);
        let host = bare_host(host, self.face).to_ascii_lowercase();
        let origin = self.face.origin_of(&host);
        let target = targets::own_path(query.get("redirect_url"), &origin);
        let at_host = |application: &&Arc<Application>| application.domain.host == host;
        let application = match query.get("kid") {
            "" => {
                let path = target.split('?').next().unwrap_or("/");
                config.application_at(&host, path)
            }
            aud => config.application_of_audience(aud),
        };
        let Some(application) = application.filter(at_host) else {
            return Err(Box::new(own::no_application(&host)));
        };
        let app_session_hash = match query.get("meta") {
            "" => None,
            meta => {
                let meta = tokens::check(meta, &self.keys, "meta", self.clock.now());
                let meta =
                    meta.ok().filter(|meta| meta.is_for(&application.aud) && meta.text("hostname") == host);
                let Some(meta) = meta else { return Err(Box::new(super::authorized::invalid_login("meta"))) };
                Some(meta.text("app_session_hash").to_owned())
            }
        };
        let here = request.uri().path_and_query().map_or("/", |here| here.as_str()).to_owned();
        Ok(Wish { application: Arc::clone(application), host, app_session_hash, target, here })
    }

    /// Who has a running global session.
    pub(super) fn global_user(&self, headers: &HeaderMap, config: &Config) -> Option<User> {
        self.global_session(headers).map(|claims| config.person(claims.text("email")))
    }

    /// The claims of a running global session.
    pub(super) fn global_session(&self, headers: &HeaderMap) -> Option<AppClaims> {
        let now = self.clock.now();
        cookies::all(headers, cookies::AUTHORIZATION)
            .filter_map(|token| tokens::check(token, &self.keys, "org", now).ok())
            .find(|claims| !self.sessions.is_ended(claims, None, now))
    }
}

fn seal_parts<'a>(session: &'a str, wish: &'a Wish) -> [&'a str; 4] {
    ["login", session, &wish.application.aud, &wish.host]
}

/// The host of a login address, which may come with the port of the plain face.
fn bare_host(host: &str, face: Face) -> &str {
    match face {
        Face::Plain { port } => host.strip_suffix(&format!(":{port}")).unwrap_or(host),
        Face::Exact => host,
    }
}

/// An e-mail address in lower case.
fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let is_plain = |character: char| !character.is_control() && !character.is_whitespace();
    let is_address = !local.is_empty()
        && !domain.is_empty()
        && !local.contains('@')
        && text.len() <= EMAIL_BYTES_MAX
        && text.chars().all(is_plain);
    is_address.then(|| text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_lower_case() {
        assert_eq!(address(" Ada@Example.com ").as_deref(), Some("ada@example.com"));
        let long = format!("{}@example.com", "a".repeat(250));
        for wrong in ["", "ada", "@example.com", "ada@", "a@b@c", "a b@c", "a\n@c", long.as_str()] {
            assert_eq!(address(wrong), None, "{wrong:?}");
        }
    }
}
