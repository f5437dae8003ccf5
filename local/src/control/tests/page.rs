//! The status page and its forms.

use axum::body::Body;
use http::{Method, Request, StatusCode};

use super::{Answer, OWN, access, access_with, fingerprint, request, send};
use crate::clock::Setting;
use crate::keys::KeyRing;

struct Browser {
    cookie: String,
    csrf: String,
}

fn page(cookie: Option<&str>) -> Request<Body> {
    let request = Request::builder().uri("/");
    let request = cookie.iter().fold(request, |request, cookie| request.header("cookie", *cookie));
    request.body(Body::empty()).unwrap()
}

fn csrf_of(answer: &Answer) -> String {
    let (_, rest) = answer.text().split_once(r#"name="csrf" value=""#).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

impl Browser {
    async fn open(access: &std::sync::Arc<crate::access::Access>) -> Browser {
        let answer = send(access, page(None)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        Browser { cookie, csrf: csrf_of(&answer) }
    }

    fn form(&self, path: &str) -> http::request::Builder {
        request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &self.cookie)
            .header("origin", "null")
            .header("sec-fetch-site", "same-origin")
    }

    fn body(&self, fields: &str) -> Body {
        Body::from(format!("csrf={}&{fields}", self.csrf))
    }
}

#[tokio::test]
async fn the_page_escapes_and_shows_no_secrets() {
    let access = access();
    let answer = send(&access, page(None)).await;
    assert_eq!(answer.headers["content-type"], "text/html; charset=UTF-8");
    assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert!(!answer.text().contains("<b>"));
    for secret in access.secrets.values().chain([&access.control_token]) {
        assert!(!answer.text().contains(secret.as_str()));
    }
}

#[tokio::test]
async fn the_cookie_stays_and_several_tabs_work() {
    let access = access();
    let browser = Browser::open(&access).await;
    let again = send(&access, page(Some(&browser.cookie))).await;
    assert!(!again.headers.contains_key("set-cookie"));
    assert_eq!(csrf_of(&again), browser.csrf);
    assert_ne!(Browser::open(&access).await.csrf, browser.csrf);
}

#[tokio::test]
async fn forms_do_what_calls_do() {
    let access = access_with(KeyRing::generate().unwrap());
    let browser = Browser::open(&access).await;
    let kid = access.keys.current().kid.clone();
    for (path, fields) in [
        ("page/clock/offset", "offset=-2h"),
        ("page/faults/add", "name=token-missing&app=wiki&path=&times=2&for="),
        ("page/keys/rotate", ""),
    ] {
        let answer = send(&access, browser.form(path).body(browser.body(fields)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
        assert_eq!(answer.headers["location"], "/cdn-cgi/local/page");
    }
    assert_eq!(access.clock.setting(), Setting::Offset(-7_200));
    assert_eq!(access.faults.list(access.clock.now()).len(), 1);
    assert_ne!(access.keys.current().kid, kid);
    for (at, expected) in [("2026-01-01T00%3A00", 1_767_225_600), ("2026-01-01T00%3A00%3A05", 1_767_225_605)]
    {
        let fields = format!("at={at}");
        let form = browser.form("page/clock/freeze").body(browser.body(&fields)).unwrap();
        assert_eq!(send(&access, form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(access.clock.setting(), Setting::Frozen(expected));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_told_on_the_page() {
    let access = access();
    let browser = Browser::open(&access).await;
    let before = fingerprint(&access);
    for (path, fields) in [
        ("page/clock/offset", "offset=soon"),
        ("page/clock/offset", ""),
        ("page/faults/add", "name=token-missing&times=many"),
        ("page/sessions/end", "session=%3Cb%3E"),
        ("page/nothing", ""),
    ] {
        let answer = send(&access, browser.form(path).body(browser.body(fields)).unwrap()).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert!(answer.text().contains(r#"role="alert""#), "{path}");
        assert!(!answer.text().contains("<b>"), "{path}");
    }
    assert_eq!(fingerprint(&access), before);
}

#[tokio::test]
async fn forms_of_others_are_refused() {
    let access = access();
    let (browser, other) = (Browser::open(&access).await, Browser::open(&access).await);
    let before = fingerprint(&access);
    let form = |browser: &Browser| browser.form("page/clock/offset");
    let fields = |csrf: &str| Body::from(format!("csrf={csrf}&offset=-2h"));
    let plain = || request(Method::POST, "page/clock/offset");
    let urlencoded = ("content-type", "application/x-www-form-urlencoded");
    let foreign = [
        form(&browser).body(fields(&other.csrf)),
        form(&browser).body(fields("")),
        form(&browser).body(Body::from("offset=-2h")),
        form(&browser).body(fields(&browser.cookie)),
        plain().header(urlencoded.0, urlencoded.1).body(fields(&browser.csrf)),
        plain()
            .header("content-type", "text/plain")
            .header("cookie", &browser.cookie)
            .body(fields(&browser.csrf)),
        form(&browser).header("sec-fetch-site", "cross-site").body(fields(&browser.csrf)),
        form(&browser).header("origin", "https://evil.test").body(fields(&browser.csrf)),
        form(&browser)
            .header("origin", OWN)
            .header("sec-fetch-site", "same-site")
            .body(fields(&browser.csrf)),
    ];
    for (index, request) in foreign.into_iter().enumerate() {
        let answer = send(&access, request.unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{index}");
    }
    assert_eq!(fingerprint(&access), before);
}
