//! How a guard answers callers whose tokens were revoked: nobody is sent round in a circle.

mod support;

use std::sync::Arc;

use cfaccess::{
    Answer, Decision, Guard, GuardConfig, GuardRequest, Note, Revocations, RevokeOptions, Target, TargetKind,
    Timestamp,
};
use serde_json::json;
use support::mint;
use support::session::{seconds_now, token_with, verifier_with};

const LOGIN_PAGE: &str = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com";
const EXPIRED_COOKIE: &str = "CF_Authorization=; Path=/; Max-Age=0; Secure; HttpOnly";
const MARKER: &str = "cfaccess-redirected=1; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax";

type Headers = [(&'static str, &'static str)];

const BROWSER: &Headers =
    &[("Accept", "text/html"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
const RETURNED: &Headers = &[("Accept", "text/html"), ("Cookie", "a=1; cfaccess-redirected=1")];
const SCRIPT: &Headers = &[("Accept", "application/json"), ("Sec-Fetch-Mode", "cors")];

struct Setting {
    revocations: Revocations,
    guard: Guard,
    token: String,
    now: i64,
}

impl Setting {
    fn new(login_page: Option<&str>) -> Setting {
        let revocations = Revocations::open("memory:", "acme", Default::default()).expect("a store");
        let verifier = verifier_with(|config| config.set_revocations(&revocations));
        let mut config = GuardConfig::default();
        config.add_route(None, "/", Arc::new(verifier), login_page).expect("a route");
        let now = seconds_now();
        let token = token_with(&json!({"iat": now - 60, "nbf": now - 60, "exp": now + 3_600}));
        Setting { revocations, guard: Guard::new(config).expect("a guard"), token, now }
    }

    fn revoke(&self, kind: TargetKind) -> i64 {
        let claim = if kind == TargetKind::Session { "identity_nonce" } else { "email" };
        let target = Target::new(kind, mint::person()[claim].as_str().expect("a claim")).expect("a target");
        let receipt = self.revocations.revoke(&target, &RevokeOptions::default()).expect("a receipt");
        receipt.terms.not_issued_after.expect("a cut-off").seconds()
    }

    fn answer(&self, method: &str, headers: &Headers, now: i64) -> Answer {
        let mut all = vec![(&b"cf-access-jwt-assertion"[..], self.token.as_bytes())];
        all.extend(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
        let mut request = GuardRequest::default();
        (request.method, request.path, request.headers) = (method.as_bytes(), b"/page", &all);
        match self.guard.decide_at(&request, Timestamp::new(now).expect("a time")) {
            Decision::Refused(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }
}

fn values<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    answer.headers.iter().filter(|(other, _)| *other == name).map(|(_, value)| &**value).collect()
}

#[test]
fn while_the_margin_lasts_a_page_says_when_to_come_back() {
    let setting = Setting::new(Some(LOGIN_PAGE));
    let cut_off = setting.revoke(TargetKind::Email);
    for headers in [BROWSER, SCRIPT] {
        let answer = setting.answer("GET", headers, cut_off);
        assert_eq!(answer.http_status, 401);
        assert_eq!(values(&answer, "Retry-After"), ["1"]);
        assert_eq!(values(&answer, "Set-Cookie"), [EXPIRED_COOKIE]);
        assert!(!answer.body.is_empty());
    }
}

#[test]
fn after_the_margin_a_browser_is_sent_to_log_in_once() {
    let setting = Setting::new(Some(LOGIN_PAGE));
    let now = setting.revoke(TargetKind::Email) + 1;

    let first = setting.answer("GET", BROWSER, now);
    assert_eq!(first.http_status, 302);
    assert_eq!(values(&first, "Location"), [format!("{LOGIN_PAGE}?redirect_url=%2Fpage")]);
    assert_eq!(values(&first, "Set-Cookie"), [EXPIRED_COOKIE, MARKER]);
    assert!(values(&first, "Retry-After").is_empty());

    let second = setting.answer("GET", RETURNED, now);
    assert_eq!(second.http_status, 401);
    assert_eq!(values(&second, "Set-Cookie"), [EXPIRED_COOKIE]);
}

#[test]
fn without_a_login_page_the_expired_cookie_is_the_way_out() {
    let setting = Setting::new(None);
    let answer = setting.answer("GET", BROWSER, setting.revoke(TargetKind::Email) + 1);
    assert_eq!(answer.http_status, 401);
    assert_eq!(values(&answer, "Set-Cookie"), [EXPIRED_COOKIE]);
}

#[test]
fn a_revoked_session_is_sent_to_log_out_once() {
    for login_page in [None, Some(LOGIN_PAGE)] {
        let setting = Setting::new(login_page);
        setting.revoke(TargetKind::Session);

        let first = setting.answer("GET", BROWSER, setting.now);
        assert_eq!(first.http_status, 302);
        assert_eq!(values(&first, "Location"), ["/cdn-cgi/access/logout"]);
        assert_eq!(values(&first, "Set-Cookie"), [MARKER]);

        let second = setting.answer("GET", RETURNED, setting.now);
        assert_eq!(second.http_status, 401);
        assert!(values(&second, "Set-Cookie").is_empty());
    }
}

#[test]
fn neither_a_script_nor_a_post_is_redirected() {
    let setting = Setting::new(Some(LOGIN_PAGE));
    setting.revoke(TargetKind::Session);
    for (method, headers) in [("POST", BROWSER), ("GET", SCRIPT)] {
        assert_eq!(setting.answer(method, headers, setting.now).http_status, 401);
    }
}

#[test]
fn a_block_is_403_without_a_way_around_it() {
    let setting = Setting::new(Some(LOGIN_PAGE));
    let email = mint::person()["email"].as_str().expect("an e-mail").to_owned();
    let target = Target::new(TargetKind::Email, &email).expect("a target");
    setting.revocations.block(&target, None, &Note::default()).expect("a receipt");
    let answer = setting.answer("GET", BROWSER, setting.now);
    assert_eq!(answer.http_status, 403);
    assert!(values(&answer, "Set-Cookie").is_empty() && values(&answer, "Location").is_empty());
}
