//! The page on which somebody hands the tokens of a session to cloudflared.

use std::sync::Arc;

use http::{Request, StatusCode};
use hyper::body::Incoming;

use super::credentials::Session;
use super::form::Fields;
use super::own;
use super::reply::{Reply, page, text};
use crate::access::Access;
use crate::config::{Application, Config};
use crate::pages::{self, Approve, Form, actions};
use crate::transfer_box::ClientKey;

impl Access {
    pub(super) fn show_approval<B>(&self, request: &Request<B>, config: &Config, host: &str) -> Reply {
        let query = Fields::of_query(request);
        let (application, key) = match wanted(&query, config, host) {
            Ok(wanted) => wanted,
            Err(reply) => return *reply,
        };
        let session = match self.session(request.headers(), application) {
            Ok(session) if !session.claims.is_of_service() => session,
            Ok(_) => return self.to_login(request, application, host, "service token", None).at(application),
            Err(why) => return self.to_login(request, application, host, why, None).at(application),
        };
        if application.skip_interstitial {
            return self.approve(&query, key, &session, application, config);
        }
        let email = session.claims.text("email");
        let csrf = self.sessions.seal.of(&seal_parts(&session, key));
        let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
        let form = Form { action: here, csrf: &csrf, hidden: &[] };
        let html = pages::approve(&Approve { form, host, email });
        Reply::answered("approval page", page(StatusCode::OK, html, &[])).at(application).by(email)
    }

    pub(super) async fn take_approval(
        &self,
        request: Request<Incoming>,
        config: &Arc<Config>,
        host: &str,
    ) -> Reply {
        let query = Fields::of_query(&request);
        let (application, key) = match wanted(&query, config, host) {
            Ok(wanted) => wanted,
            Err(reply) => return *reply,
        };
        let session = match self.session(request.headers(), application) {
            Ok(session) if !session.claims.is_of_service() => session,
            _ => return self.unauthorized(&request, host, "no session").at(application),
        };
        let form = Fields::of_body(request).await;
        if !self.sessions.seal.holds(&seal_parts(&session, key), form.get(actions::CSRF)) {
            let response = page(StatusCode::FORBIDDEN, pages::invalid_login(), &[]);
            return Reply::refused("no CSRF token of the approval page", response).at(application);
        }
        self.approve(&query, key, &session, application, config)
    }

    fn approve(
        &self,
        query: &Fields,
        key: &str,
        session: &Session,
        application: &Application,
        config: &Config,
    ) -> Reply {
        let email = session.claims.text("email");
        let user = config.person(email);
        let org_token = (query.get("send_org_token") == "true").then(|| self.global_token(&user, config));
        self.transfers.approve(key, session.token.clone(), org_token);
        let response = page(StatusCode::OK, pages::approved(), &[]);
        Reply::answered("approved", response).at(application).by(email)
    }
}

/// The application, and the key of the program that asks.
fn wanted<'a>(
    query: &'a Fields,
    config: &'a Config,
    host: &str,
) -> Result<(&'a Arc<Application>, &'a str), Box<Reply>> {
    let application = match query.get("aud") {
        "" => config.application_at(host, "/"),
        aud => config.application_of_audience(aud),
    };
    let Some(application) = application.filter(|application| application.domain.host == host) else {
        return Err(Box::new(own::no_application(host)));
    };
    let key = query.get("token");
    if ClientKey::parse(key).is_none() {
        let line = "The parameter token is no public key of 32 bytes, in padded base64url.\n";
        return Err(Box::new(Reply::refused("key", text(StatusCode::BAD_REQUEST, line.into()))));
    }
    Ok((application, key))
}

fn seal_parts<'a>(session: &'a Session, key: &'a str) -> [&'a str; 3] {
    ["approval", &session.token, key]
}
