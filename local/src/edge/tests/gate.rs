//! What requests are told without a usable session.

use super::*;
use crate::config::{Cors, Decision, Domain, PathPattern, Policy};

const JSON: (&str, &str) = ("Accept", "application/json");
const SCRIPT: (&str, &str) = ("X-Requested-With", "XMLHttpRequest");
pub(super) fn with(policies: Vec<Policy>) -> Application {
    Application { policies, ..samples::application("app", "localhost") }
}

pub(super) fn allow() -> Application {
    with(vec![samples::policy(Decision::Allow, samples::everyone())])
}

pub(super) fn service_auth() -> Application {
    with(vec![samples::policy(Decision::NonIdentity, samples::everyone())])
}

/// Names of headers, but for those of each answer of HTTP.
fn names(answer: &Answer) -> Vec<&str> {
    let of_http = |name: &&str| !matches!(*name, "date" | "connection");
    let mut names: Vec<&str> = answer.headers.iter().map(|(name, _)| name.as_str()).filter(of_http).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn without_a_session_there_is_a_redirect_as_cloudflare_sends_it() {
    let world = World::new(&[allow()]).await;
    let answer = world.ask("GET", "localhost", "/a?b=c", &[]).await;
    assert_eq!(answer.status, 302);
    let expected = [
        "access-control-allow-credentials",
        "cache-control",
        "content-length",
        "content-type",
        "expires",
        "location",
        "set-cookie",
        "www-authenticate",
    ];
    assert_eq!(names(&answer), expected);
    for (name, value) in [
        ("content-type", "text/html"),
        ("content-length", "143"),
        (
            "cache-control",
            "private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0",
        ),
        ("expires", "Thu, 01 Jan 1970 00:00:01 GMT"),
        ("access-control-allow-credentials", "true"),
        ("date", "Tue, 14 Nov 2023 22:13:20 GMT"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    let resource =
        format!("http://{}/.well-known/cloudflare-access-protected-resource/a", world.at("localhost"));
    assert_eq!(
        answer.header("www-authenticate"),
        format!(r#"Cloudflare-Access resource_metadata="{resource}""#)
    );
    let start = format!(
        "http://{}/cdn-cgi/access/login/localhost?kid={}&meta=eyJ",
        world.at("127.0.0.1"),
        allow().aud
    );
    let location = answer.header("location");
    assert!(location.starts_with(&start) && location.ends_with("&redirect_url=%2Fa%3Fb%3Dc"), "{location}");
    let cookie = answer.cookie("CF_AppSession").unwrap();
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(value.len(), "CF_AppSession=".len() + 17);
    assert_eq!(attributes, "Expires=Wed, 15 Nov 2023 22:13:20 GMT; Path=/; HttpOnly");
}

#[tokio::test]
async fn each_kind_of_request_has_its_status() {
    let upgrade: &[(&str, &str)] = &[
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    let preflight: &[(&str, &str)] =
        &[("Origin", "http://localhost:5173"), ("Access-Control-Request-Method", "PUT")];
    for (application, expected) in [(allow(), [302, 302, 401, 302, 403]), (service_auth(), [403; 5])] {
        let world = World::new(&[application]).await;
        let plain: &[&[(&str, &str)]] =
            &[&[], &[JSON], &[("Sec-Fetch-Mode", "cors")], &[("Sec-Fetch-Mode", "navigate")]];
        let [get, post, script, websocket, options] = expected;
        for headers in plain {
            assert_eq!(world.ask("GET", "localhost", "/", headers).await.status, get, "{headers:?}");
        }
        assert_eq!(world.ask_with("POST", "localhost", "/", &[FORM], "a=b").await.status, post);
        assert_eq!(world.ask("GET", "localhost", "/", &[SCRIPT]).await.status, script);
        let upgrade: Vec<_> = upgrade.iter().copied().chain([("X-End", "1")]).collect();
        // Not closed by the server, which is asked to keep the connection.
        let closing: Vec<_> = upgrade
            .iter()
            .copied()
            .map(|(name, value)| match name {
                "Connection" => (name, "Upgrade, close"),
                _ => (name, value),
            })
            .collect();
        assert_eq!(world.ask("GET", "localhost", "/", &closing).await.status, websocket);
        assert_eq!(world.ask("OPTIONS", "localhost", "/", preflight).await.status, options);
    }
}

#[tokio::test]
async fn head_differs_from_get_by_the_body_alone() {
    for (application, headers) in [(allow(), &[][..]), (allow(), &[SCRIPT][..]), (service_auth(), &[][..])] {
        let world = World::new(&[application]).await;
        let get = world.ask("GET", "localhost", "/", headers).await;
        let head = world.ask("HEAD", "localhost", "/", headers).await;
        assert_eq!((head.status, head.body.as_str()), (get.status, ""));
        assert_eq!(names(&head), names(&get));
        for name in ["content-type", "content-length", "cache-control", "www-authenticate"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
    }
}

#[tokio::test]
async fn scripts_that_say_so_get_401() {
    let world = World::new(&[allow()]).await;
    let answer = world.ask("GET", "localhost", "/", &[SCRIPT]).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("<title>401 Unauthorized</title>"));
    for (name, value) in [
        ("content-type", "text/html; charset=UTF-8"),
        ("access-control-allow-headers", "x-requested-with"),
        ("access-control-allow-credentials", "true"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    assert!(answer.header("www-authenticate").starts_with("Cloudflare-Access resource_metadata="));
}

#[tokio::test]
async fn where_nobody_can_log_in_there_is_403() {
    let world = World::new(&[service_auth()]).await;
    let page = world.ask("GET", "localhost", "/", &[]).await;
    let json = world.ask("GET", "localhost", "/", &[JSON]).await;
    for answer in [&page, &json] {
        assert_eq!(answer.status, 403);
        assert_eq!(answer.header("cf-access-aud"), service_auth().aud);
        assert_eq!(answer.header("cf-access-domain"), "localhost");
        assert!(!answer.header("cf-access-error").is_empty());
    }
    assert_eq!(page.header("content-type"), "text/html; charset=UTF-8");
    let message: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!((&message["status_code"], &message["aud"]), (&403.into(), &service_auth().aud.into()));
    assert!(
        message["message"]
            .as_str()
            .unwrap()
            .starts_with("Forbidden. You don't have permission to view this.")
    );

    let as_401 = Application { service_auth_401_redirect: true, ..service_auth() };
    assert_eq!(World::new(&[as_401]).await.ask("GET", "localhost", "/", &[]).await.status, 401);
}

#[tokio::test]
async fn preflights_follow_the_settings() {
    let lines: &[(&str, &str)] = &[
        ("Origin", "http://localhost:5173"),
        ("Access-Control-Request-Method", "PUT"),
        ("Cf-Access-Jwt-Assertion", "forged"),
    ];
    let bypass = Application { options_preflight_bypass: true, ..allow() };
    let answer = World::new(&[bypass]).await.ask("OPTIONS", "localhost", "/", lines).await;
    assert_eq!((answer.status, answer.header("x-origin")), (200, "yes"));
    assert!(answer.origin_got("cf-access-jwt-assertion").is_empty());
    let cors = Cors { allow_all_origins: true, allow_all_methods: true, ..Cors::default() };
    let cors = Application { cors_headers: Some(cors), ..allow() };
    let answer = World::new(&[cors]).await.ask("OPTIONS", "localhost", "/", lines).await;
    assert_eq!((answer.status, answer.header("x-origin")), (200, ""));
    assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:5173");
}

#[tokio::test]
async fn bypassed_paths_get_nothing_and_lead_nowhere_else() {
    let mut public = with(vec![samples::policy(Decision::Bypass, samples::everyone())]);
    public.name = "public".into();
    public.aud = "f".repeat(64);
    public.domain = Domain { host: "localhost".into(), path: PathPattern::new("/public") };
    let world = World::new(&[allow(), public]).await;
    let forged = [("Cf-Access-Jwt-Assertion", "forged"), ("Cf-Access-Authenticated-User-Email", "a@b.c")];
    let answer = world.ask("GET", "localhost", "/public/a", &forged).await;
    assert_eq!((answer.status, answer.header("x-origin")), (200, "yes"));
    assert!(answer.origin_got("cf-access-jwt-assertion").is_empty());
    assert!(answer.origin_got("cf-access-authenticated-user-email").is_empty());
    assert_eq!(world.ask("GET", "localhost", "/publicity", &[]).await.status, 302);
    for doubtful in [
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public%2f..%2fadmin",
        "/public/..;/admin",
        "//public/a",
        "/%zz",
    ] {
        assert_eq!(world.ask("GET", "localhost", doubtful, &[]).await.status, 400, "{doubtful}");
    }
}

#[tokio::test]
async fn a_binding_cookie_is_needed_where_it_is_enabled() {
    let world = World::new(&[Application { enable_binding_cookie: true, ..allow() }]).await;
    let mut jar = Jar::default();
    let answer = world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.origin_got("cookie").concat().contains("CF_Binding"), "{answer:?}");
    jar.forget("localhost", "CF_Binding");
    assert_eq!(world.visit(&mut jar, "GET", &world.url("localhost", "/"), &[], "").await.status, 302);
}
