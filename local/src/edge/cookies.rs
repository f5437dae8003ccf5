//! Cookies of requests, and those that Access sets.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::config::{Application, SameSite};
use crate::face::Face;

pub(super) const AUTHORIZATION: &str = "CF_Authorization";
pub(super) const APP_SESSION: &str = "CF_AppSession";
pub(super) const BINDING: &str = "CF_Binding";
pub(super) const DEVICE: &str = "CF_Device";
pub(super) const LOGIN_SESSION: &str = "CF_Session";

/// The values of all cookies of this name.
pub(super) fn all<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(move |pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name && !value.is_empty()).then_some(value)
    })
}

pub(super) fn first<'a>(headers: &'a HeaderMap, name: &'a str) -> Option<&'a str> {
    all(headers, name).next()
}

/// A cookie to be set. Its end is told by `Expires`, as Access does: cloudflared reads nothing else.
#[derive(Clone, Copy)]
pub(super) struct SetCookie<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// Seconds since 1970.
    pub(super) expires: i64,
    pub(super) path: &'a str,
    pub(super) http_only: bool,
    pub(super) same_site: Option<SameSite>,
}

impl SetCookie<'_> {
    /// The value of `Set-Cookie`. On the plain face browsers would not take `Secure`, nor `SameSite=None` without it.
    pub(super) fn header(&self, face: Face) -> Option<HeaderValue> {
        HeaderValue::try_from(self.text(face)).ok()
    }

    pub(super) fn text(&self, face: Face) -> String {
        let SetCookie { name, value, path, .. } = self;
        let mut text = format!("{name}={value}; Expires={}; Path={path}", http_date(self.expires));
        if face.is_secure() {
            text.push_str("; Secure");
        }
        if self.http_only {
            text.push_str("; HttpOnly");
        }
        text.push_str(match self.same_site {
            None => "",
            Some(SameSite::None) if face.is_secure() => "; SameSite=None",
            Some(SameSite::None | SameSite::Lax) => "; SameSite=Lax",
            Some(SameSite::Strict) => "; SameSite=Strict",
        });
        text
    }
}

/// The cookie with which an application's session is proved.
pub(super) fn application_cookie<'a>(
    application: &'a Application,
    name: &'a str,
    value: &'a str,
    expires: i64,
) -> SetCookie<'a> {
    SetCookie {
        name,
        value,
        expires,
        path: cookie_path(application),
        http_only: application.http_only_cookie_attribute || name == BINDING,
        same_site: Some(application.same_site_cookie_attribute),
    }
}

/// `Set-Cookie` for a session of an application.
pub(crate) fn session_cookie(application: &Application, token: &str, expires: i64, face: Face) -> String {
    application_cookie(application, AUTHORIZATION, token, expires).text(face)
}

/// The cookie of the team's host with which the global session is proved.
pub(super) fn global_cookie(value: &str, expires: i64) -> SetCookie<'_> {
    SetCookie {
        name: AUTHORIZATION,
        value,
        expires,
        path: "/",
        http_only: true,
        same_site: Some(SameSite::None),
    }
}

/// Takes a cookie away.
pub(super) fn removal<'a>(name: &'a str, path: &'a str) -> SetCookie<'a> {
    SetCookie { name, value: "", expires: 0, path, http_only: true, same_site: None }
}

/// With `path_cookie_attribute`, the path of the application, up to its first wildcard.
pub(super) fn cookie_path(application: &Application) -> &str {
    match application.domain.path.folder() {
        folder if application.path_cookie_attribute && !folder.is_empty() => folder,
        _ => "/",
    }
}

/// A date as in RFC 9110 section 5.6.7.
pub(super) fn http_date(seconds: i64) -> String {
    // `httpdate` formats years up to 9999.
    let seconds = seconds.clamp(0, 253_402_300_799).unsigned_abs();
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PathPattern;
    use crate::edge::samples;

    const PLAIN: Face = Face::Plain { port: 8780 };
    const EPOCH: &str = "Expires=Thu, 01 Jan 1970 00:01:00 GMT";

    #[test]
    fn cookies_are_found_by_their_exact_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; CF_Authorization=x; xCF_Authorization=y"));
        headers.append(
            COOKIE,
            HeaderValue::from_static("CF_AUTHORIZATION=z;CF_Authorization=w; CF_Authorization="),
        );
        assert_eq!(all(&headers, AUTHORIZATION).collect::<Vec<_>>(), ["x", "w"]);
        assert_eq!(first(&headers, BINDING), None);
    }

    #[test]
    fn attributes_follow_the_settings_and_the_face() {
        let mut application = samples::application("app", "localhost");
        let text = |application: &Application, face| {
            application_cookie(application, AUTHORIZATION, "v", 60).text(face)
        };
        let start = format!("CF_Authorization=v; {EPOCH}; Path=/");
        assert_eq!(text(&application, Face::Exact), format!("{start}; Secure; HttpOnly; SameSite=None"));
        assert_eq!(text(&application, PLAIN), format!("{start}; HttpOnly; SameSite=Lax"));
        application.http_only_cookie_attribute = false;
        application.same_site_cookie_attribute = SameSite::Strict;
        assert_eq!(text(&application, Face::Exact), format!("{start}; Secure; SameSite=Strict"));
        assert_eq!(text(&application, PLAIN), format!("{start}; SameSite=Strict"));
        assert_eq!(
            global_cookie("v", 60).text(Face::Exact),
            format!("{start}; Secure; HttpOnly; SameSite=None")
        );
    }

    #[test]
    fn the_path_of_a_cookie_is_the_applications_if_it_is_asked_for() {
        let mut application = samples::application("app", "localhost");
        application.domain.path = PathPattern::new("/admin");
        assert_eq!(cookie_path(&application), "/");
        application.path_cookie_attribute = true;
        for (path, cookie) in
            [("/admin", "/admin"), ("/admin/*/x", "/admin"), ("/adm*", "/"), ("", "/"), ("/a/b-*", "/a")]
        {
            application.domain.path = PathPattern::new(path);
            assert_eq!(cookie_path(&application), cookie, "{path}");
        }
    }
}
