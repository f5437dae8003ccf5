//! `/cdn-cgi/access/get-identity`: what is known of a person.

use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use super::credentials;
use super::reply::{Reply, json as answer};
use crate::access::Access;
use crate::config::{Application, Config, stable_id};
use crate::team::TEAM;
use crate::tokens::{self, AppClaims, account_id};

/// As the official plugin's types have it, in their order.
#[derive(Serialize)]
struct Identity<'a> {
    id: String,
    name: &'a str,
    email: &'a str,
    groups: &'a [Value],
    amr: [&'a str; 1],
    idp: Value,
    geo: Value,
    user_uuid: &'a str,
    account_id: String,
    iat: i64,
    ip: &'a str,
    auth_status: &'a str,
    common_name: &'a str,
    service_token_id: &'a str,
    service_token_status: bool,
    is_warp: bool,
    is_gateway: bool,
    gateway_account_id: &'a str,
    device_id: &'a str,
    version: u8,
    device_sessions: Value,
    #[serde(rename = "devicePosture")]
    device_posture: Value,
    mtls_auth: Value,
}

#[derive(Serialize)]
struct Failure {
    err: &'static str,
}

impl Access {
    pub(super) fn application_identity(&self, headers: &HeaderMap, config: &Config, host: &str) -> Reply {
        self.identity_by_application_token(headers, |one| one.domain.host == host, config)
    }

    pub(super) fn team_identity(&self, headers: &HeaderMap, config: &Config) -> Reply {
        match self.global_session(headers) {
            Some(claims) => identity(&claims, config),
            // Applications ask the team too, with the token that they got.
            None => self.identity_by_application_token(headers, |_| true, config),
        }
    }

    fn identity_by_application_token(
        &self,
        headers: &HeaderMap,
        is_meant: impl Fn(&Application) -> bool,
        config: &Config,
    ) -> Reply {
        let now = self.clock.now();
        let mut failure = None;
        for token in credentials::tokens_of(headers) {
            failure = Some("invalid app token");
            let Ok(claims) = tokens::check(token, &self.keys, "app", now) else { continue };
            let mut meant = config.applications.iter().filter(|application| is_meant(application));
            if let Some(found) = meant.find(|application| claims.is_for(&application.aud))
                && !self.sessions.is_ended(&claims, Some(&found.name), now)
            {
                return identity(&claims, config).at(found);
            }
        }
        refuse(failure)
    }
}

fn refuse(failure: Option<&'static str>) -> Reply {
    let (status, err) = match failure {
        None => (StatusCode::BAD_REQUEST, "no app token set"),
        Some(err) => (StatusCode::UNAUTHORIZED, err),
    };
    Reply::refused(err, answer(status, &Failure { err }))
}

fn identity(claims: &AppClaims, config: &Config) -> Reply {
    if claims.is_of_service() {
        let failure = Failure { err: "a service token has no identity" };
        let reply = Reply::refused(failure.err, answer(StatusCode::FORBIDDEN, &failure));
        return reply.by(claims.text("common_name"));
    }
    let email = claims.text("email");
    let user = config.person(email);
    let identity = Identity {
        id: stable_id("identity", email).to_string(),
        name: &user.name,
        email,
        groups: &user.groups,
        amr: ["otp"],
        idp: json!({"id": stable_id("provider", TEAM).to_string(), "type": "onetimepin"}),
        geo: json!({"country": user.country}),
        user_uuid: claims.text("sub"),
        account_id: account_id(),
        iat: claims.seconds("iat"),
        ip: "127.0.0.1",
        auth_status: "NONE",
        common_name: "",
        service_token_id: "",
        service_token_status: false,
        is_warp: false,
        is_gateway: false,
        gateway_account_id: "",
        device_id: "",
        version: 2,
        device_sessions: json!({}),
        device_posture: json!({}),
        mtls_auth: json!({"auth_status": "NONE"}),
    };
    Reply::answered("identity", answer(StatusCode::OK, &identity)).by(email)
}
