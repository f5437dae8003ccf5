//! What a request without a usable session is told.

use http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, HeaderName, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde::Serialize;

use super::reply::{Decision, Reply, json, never_cached, page, redirect};
use super::{cookies, login_link, own, policy};
use crate::access::Access;
use crate::config::{Application, Decision as PolicyDecision};
use crate::pages::{self, Forbidden};
use crate::sessions::random;

/// For how long `CF_AppSession` is good: a day.
const APP_SESSION_SECONDS: i64 = 86_400;

impl Access {
    /// A redirect to the login page; to scripts, 401; and 403 where nobody can log in.
    pub(super) fn refuse<B>(
        &self,
        request: &Request<B>,
        application: &Application,
        host: &str,
        why: &str,
        client_id: Option<&str>,
    ) -> Reply {
        let has_services = policy::has(application, PolicyDecision::NonIdentity);
        if application.service_auth_401_redirect && has_services {
            return forbidden(StatusCode::UNAUTHORIZED, request.headers(), application, why, client_id);
        }
        if !policy::has_login(application) {
            return forbidden(StatusCode::FORBIDDEN, request.headers(), application, why, client_id);
        }
        if is_script(request.headers()) {
            return self.unauthorized(request, host, why);
        }
        self.to_login(request, application, host, why, client_id)
    }

    pub(super) fn to_login<B>(
        &self,
        request: &Request<B>,
        application: &Application,
        host: &str,
        why: &str,
        client_id: Option<&str>,
    ) -> Reply {
        let now = self.clock.now();
        // One for all tabs: a login that is under way in another one stays good.
        let session = match cookies::first(request.headers(), cookies::APP_SESSION) {
            Some(session) if is_app_session(session) => session.to_owned(),
            _ => random::alphanumeric(17),
        };
        let link = login_link::Link {
            application,
            host,
            app_session: &session,
            redirect_url: request.uri().path_and_query().map_or("/", |path| path.as_str()),
            client_id,
        };
        let location = self.login_address(&link);
        let cookie = cookies::SetCookie {
            name: cookies::APP_SESSION,
            value: &session,
            expires: now.saturating_add(APP_SESSION_SECONDS),
            path: "/",
            http_only: true,
            same_site: None,
        };
        Reply::new(Decision::Login, why, redirect(&location))
            .cookie(cookie.header(self.face))
            .header(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
            .header(WWW_AUTHENTICATE, &self.challenge(request, host))
    }

    pub(super) fn unauthorized<B>(&self, request: &Request<B>, host: &str, why: &str) -> Reply {
        let mut response = page(StatusCode::UNAUTHORIZED, pages::unauthorized(), &[]);
        never_cached(response.headers_mut());
        Reply::refused(why, response)
            .header(ACCESS_CONTROL_ALLOW_HEADERS, "x-requested-with")
            .header(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
            .header(WWW_AUTHENTICATE, &self.challenge(request, host))
    }

    fn challenge<B>(&self, request: &Request<B>, host: &str) -> String {
        let path = request.uri().path().replace('"', "%22").replace('\\', "%5C");
        let (origin, document) = (self.face.origin_of(host), own::PROTECTED_RESOURCE);
        format!(r#"Cloudflare-Access resource_metadata="{origin}{document}{path}""#)
    }
}

/// Scripts are told apart by this header alone: neither `Accept` nor `Sec-Fetch-Mode` counts.
pub(super) fn is_script(headers: &HeaderMap) -> bool {
    headers
        .get("x-requested-with")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"XMLHttpRequest"))
}

fn is_app_session(text: &str) -> bool {
    text.len() == 17 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
    status_code: u16,
    aud: &'a str,
    ray_id: &'a str,
}

/// A page, or JSON for those who ask for it.
pub(super) fn forbidden(
    status: StatusCode,
    headers: &HeaderMap,
    application: &Application,
    why: &str,
    who: Option<&str>,
) -> Reply {
    let (aud, ray_id) = (application.aud.as_str(), ray_id());
    let accepts_json = headers.get_all(ACCEPT).iter().any(|accept| {
        accept.to_str().is_ok_and(|accept| accept.to_ascii_lowercase().contains("application/json"))
    });
    let is_forbidden = status == StatusCode::FORBIDDEN;
    let mut response = if accepts_json {
        let message = if is_forbidden {
            "Forbidden. You don't have permission to view this. Please contact your system administrator."
        } else {
            "Unauthorized. The service token of this request cannot authenticate."
        };
        json(status, &Message { message, status_code: status.as_u16(), aud, ray_id: &ray_id })
    } else if is_forbidden {
        page(status, pages::forbidden(&Forbidden { who, aud, ray_id: &ray_id }), &[])
    } else {
        page(status, pages::unauthorized(), &[])
    };
    never_cached(response.headers_mut());
    response.headers_mut().insert(HeaderName::from_static("cf-access-error"), error_code(status));
    let domain = format!("{}{}", application.domain.host, application.domain.path.as_str());
    let reply = Reply::refused(why, response)
        .header(HeaderName::from_static("cf-access-aud"), aud)
        .header(HeaderName::from_static("cf-access-domain"), &domain);
    match who {
        Some(who) => reply.by(who),
        None => reply,
    }
}

/// The value of `Cf-Access-Error`, of which only the name is documented.
fn error_code(status: StatusCode) -> HeaderValue {
    HeaderValue::from_static(if status == StatusCode::FORBIDDEN { "forbidden" } else { "unauthorized" })
}

fn ray_id() -> String {
    format!("{:016x}", u64::from_be_bytes(random::bytes()))
}
