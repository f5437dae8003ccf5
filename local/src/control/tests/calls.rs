//! What calls do.

use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use serde_json::json;

use super::{access, access_with, call, fingerprint, get, post};
use crate::clock::Setting;
use crate::keys::KeyRing;
use crate::request_log::LoggedRequest;

fn logged(path: &str) -> LoggedRequest {
    LoggedRequest {
        number: 0,
        at: 1_700_000_000,
        method: "GET".into(),
        host: "wiki.localhost".into(),
        path: path.into(),
        application: Some("wiki".into()),
        decision: "proxied".into(),
        reason: "session".into(),
        status: 200,
        kid: Some("00ff".into()),
        who: Some("ada@example.com".into()),
    }
}

#[tokio::test]
async fn bodies_say_nothing_unknown() {
    let access = access();
    let before = fingerprint(&access);
    for (path, body) in [
        ("sessions", r#"{"email":"ada@example.com","app":"wiki","admin":true}"#),
        ("sessions", r#"{"app":"wiki"}"#),
        ("sessions", r#"{"email":"ada","app":"wiki"}"#),
        ("sessions", r#"{"email":"a@b c","app":"wiki"}"#),
        ("sessions", r#"{"email":"ada@example.com"}"#),
        ("sessions", r#"{"email":"ada@example.com","email":"grace@example.com","app":"wiki"}"#),
        ("revoke", r#"{}"#),
        ("revoke", r#"{"app":"wiki","user":"ada@example.com"}"#),
        ("revoke", r#"{"everything":"now"}"#),
        ("faults", r#"{}"#),
        ("faults", r#"{"name":"token-missing","often":true}"#),
        ("faults", r#"{"name":"token-missing","times":0}"#),
        ("faults", r#"{"name":"token-missing","times":-1}"#),
        ("faults", r#"{"name":"token-missing","for":"soon"}"#),
        ("faults", r#"{"name":"token-missing","for":"0s"}"#),
        ("faults", r#"{"name":"token-missing","path":"api"}"#),
        ("faults", r#"{"name":"token-missing","times":1,"for":"30s"}"#),
        ("faults", r#"{"name":"certs-500","app":"wiki"}"#),
        ("mint", r#"{"email":"ada@example.com","app":"wiki","key":"mine"}"#),
        ("mint", r#"{"app":"wiki"}"#),
        ("sessions", ""),
        ("sessions", "[]"),
        ("sessions", "{"),
        ("sessions", "{}\n{}"),
    ] {
        let answer = post(&access, path, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        answer.error();
    }
    assert_eq!(fingerprint(&access), before);
}

#[tokio::test]
async fn bodies_end_at_64_kib() {
    let access = access();
    let at_limit = format!("{{{}\"offset\":\"1h\"}}", " ".repeat(65_536 - r#"{"offset":"1h"}"#.len()));
    assert_eq!(call(&access, Method::PUT, "clock", &at_limit).await.status, StatusCode::OK);
    access.clock.set(Setting::Real);
    let answer = call(&access, Method::PUT, "clock", &format!("{at_limit} ")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    answer.error();
    assert_eq!(access.clock.setting(), Setting::Real);
}

#[tokio::test]
async fn names_that_are_not_there_are_told_with_those_that_are() {
    let access = access();
    for (path, body, wanted) in [
        ("sessions", r#"{"email":"ada@example.com","app":"wikki"}"#, "there are wiki, admin"),
        ("revoke", r#"{"app":"wikki"}"#, "there are wiki, admin"),
        ("revoke", r#"{"service":"cd"}"#, "there are ci"),
        ("faults", r#"{"name":"token-mising"}"#, "did you mean token-missing?"),
        ("faults", r#"{"name":"token-missing","app":"wikki"}"#, "there are wiki, admin"),
        ("revoke", r#"{"session":"nothing"}"#, "no session"),
    ] {
        let answer = post(&access, path, body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {body}");
        assert!(answer.error().contains(wanted), "{}", answer.error());
    }
}

#[tokio::test]
async fn the_clock_is_moved_stopped_and_set_back() {
    let access = access();
    let answer = call(&access, Method::PUT, "clock", r#"{"offset":"-2h"}"#).await;
    assert_eq!(answer.json()["setting"], "offset");
    assert_eq!(answer.json()["offset"], -7_200);
    assert_eq!(access.clock.setting(), Setting::Offset(-7_200));
    let answer = call(&access, Method::PUT, "clock", r#"{"at":"2026-01-01T00:00:00Z"}"#).await;
    let expected =
        json!({"setting":"frozen","offset":null,"now":1_767_225_600,"time":"2026-01-01T00:00:00Z"});
    assert_eq!(answer.json(), expected);
    assert_eq!(get(&access, "state").await.json()["clock"], expected);
    call(&access, Method::PUT, "clock", r#"{"offset":"real"}"#).await;
    assert_eq!(access.clock.setting(), Setting::Real);
}

#[tokio::test]
async fn keys_are_rotated_and_retired() {
    let access = access_with(KeyRing::generate().unwrap());
    let before = access.keys.current().kid.clone();
    let answer = post(&access, "keys/rotate", "").await.json();
    assert_eq!(answer["previous"], before);
    assert_eq!(answer["current"], access.keys.current().kid);
    assert_ne!(answer["current"], before);
    let answer = post(&access, "keys/retire", "").await.json();
    assert_eq!(answer, json!({"current": access.keys.current().kid, "previous": null}));
    assert!(access.keys.find(&before).is_none());
}

#[tokio::test]
async fn faults_are_added_listed_and_cleared() {
    let access = access();
    access.clock.set(Setting::Frozen(1_000));
    let body = r#"{"name":"token-missing","app":"wiki","path":"/api","for":"1m30s"}"#;
    let answer = post(&access, "faults", body).await;
    let first = json!({"fault":"token-missing","application":"wiki","path":"/api","until":1_090,"hits":0});
    assert_eq!(answer.json(), json!({ "faults": [first] }));
    post(&access, "faults", r#"{"name":"token-missing","times":3}"#).await;
    let second = json!({"fault":"token-missing","application":null,"path":null,"times":3,"hits":0});
    assert_eq!(get(&access, "faults").await.json(), json!({ "faults": [first, second] }));
    assert_eq!(get(&access, "state").await.json()["faults"], json!([first, second]));
    assert_eq!(call(&access, Method::DELETE, "faults", "").await.json(), json!({"faults":[]}));
    assert!(access.faults.list(1_000).is_empty());
}

#[tokio::test]
async fn requests_are_listed_and_waited_for() {
    let access = access();
    assert_eq!(get(&access, "requests").await.json(), json!({"requests":[]}));
    access.requests.push(logged("/1?code=secret"));
    let answer = get(&access, "requests?after=0").await;
    assert_eq!(answer.json()["requests"][0]["path"], "/1");
    assert!(!answer.text().contains("secret"));
    let start = Instant::now();
    assert_eq!(get(&access, "requests?after=1&wait=0").await.json(), json!({"requests":[]}));
    assert!(start.elapsed() < Duration::from_secs(5));
    let (answer, ()) = tokio::join!(get(&access, "requests?after=1"), async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        access.requests.push(logged("/2"));
    });
    assert_eq!(answer.json()["requests"][0]["number"], 2);
    for query in ["after=-1", "after=x", "wait=61", "before=3", "after=1&after=2"] {
        let answer = get(&access, &format!("requests?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        answer.error();
    }
}

#[tokio::test]
async fn the_state_holds_no_secrets() {
    let access = access();
    let answer = get(&access, "state").await;
    let state = answer.json();
    assert_eq!(state["team"], "cfaccess-local");
    assert_eq!(state["applications"][0]["url"], "http://wiki.localhost:8780/");
    assert_eq!(state["applications"][1]["url"], "http://admin.localhost:8780/area");
    assert_eq!(state["users"][0]["email"], "ada@example.com");
    assert_eq!(state["service_tokens"][0]["name"], "ci");
    for secret in access.secrets.values().chain([&access.control_token]) {
        assert!(!answer.text().contains(secret.as_str()));
    }
}
