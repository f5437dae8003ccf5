//! Who may call.

use axum::body::Body;
use http::{Method, StatusCode};

use super::{OWN, TOKEN, access, authorized, call, fingerprint, get, request, send};

const JSON: (&str, &str) = ("content-type", "application/json");

/// Every call that changes something, with a body that would do it.
const CHANGES: [(Method, &str, &str); 8] = [
    (Method::POST, "sessions", r#"{"email":"ada@example.com","app":"wiki"}"#),
    (Method::POST, "mint", r#"{"email":"ada@example.com","app":"wiki"}"#),
    (Method::POST, "revoke", r#"{"app":"wiki"}"#),
    (Method::POST, "keys/rotate", ""),
    (Method::POST, "keys/retire", ""),
    (Method::PUT, "clock", r#"{"offset":"-2h"}"#),
    (Method::POST, "faults", r#"{"name":"token-missing"}"#),
    (Method::POST, "reset", ""),
];

#[tokio::test]
async fn what_a_page_of_another_origin_sends_changes_nothing() {
    let access = access();
    let before = fingerprint(&access);
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("origin", "http://localhost:8780"),
        ("origin", "http://127.0.0.1:8781"),
        ("origin", "http://127.0.0.1:8780.evil.test"),
        ("origin", ""),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "something-new"),
    ] {
        for (method, path, body) in CHANGES {
            let request = authorized(method, path).header(JSON.0, JSON.1).header(name, value);
            let answer = send(&access, request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {name}: {value}");
            assert!(answer.error().contains("another origin"));
        }
        let reading = authorized(Method::GET, "state").header(name, value).body(Body::empty()).unwrap();
        assert_eq!(send(&access, reading).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(fingerprint(&access), before);
}

#[tokio::test]
async fn a_second_origin_is_looked_at_too() {
    let access = access();
    let request =
        authorized(Method::POST, "reset").header("origin", OWN).header("origin", "https://evil.test");
    assert_eq!(send(&access, request.body(Body::empty()).unwrap()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn forms_are_no_calls() {
    let access = access();
    let before = fingerprint(&access);
    for media_type in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain; application/json",
        "",
    ] {
        for (method, path, body) in CHANGES {
            let request = authorized(method, path).header("content-type", media_type);
            let answer = send(&access, request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {media_type}");
            answer.error();
        }
    }
    for (method, path, body) in CHANGES.into_iter().filter(|(_, _, body)| !body.is_empty()) {
        let answer = send(&access, authorized(method, path).body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} without content type");
    }
    assert_eq!(fingerprint(&access), before);
}

#[tokio::test]
async fn without_the_token_nothing_is_done_or_told() {
    let access = access();
    let before = fingerprint(&access);
    let wrong = [
        None,
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(format!("Bearer {TOKEN}x")),
        Some(format!("Bearer {}", &TOKEN[1..])),
        Some(format!("Bearer {}", TOKEN.to_uppercase())),
        Some(format!("Basic {TOKEN}")),
        Some(TOKEN.to_owned()),
    ];
    let reads = ["state", "requests", "faults", "nothing"].map(|path| (Method::GET, path, ""));
    for authorization in wrong {
        for (method, path, body) in CHANGES.into_iter().chain(reads.clone()) {
            let mut request = request(method, path).header(JSON.0, JSON.1);
            if let Some(value) = &authorization {
                request = request.header("authorization", value);
            }
            let answer = send(&access, request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {authorization:?}");
            assert!(!answer.error().contains(TOKEN));
        }
    }
    let twice = authorized(Method::GET, "state").header("authorization", format!("Bearer {TOKEN}"));
    assert_eq!(send(&access, twice.body(Body::empty()).unwrap()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(fingerprint(&access), before);
}

#[tokio::test]
async fn pages_of_this_host_and_programs_may_call() {
    let access = access();
    for headers in [
        vec![],
        vec![("origin", OWN)],
        vec![("origin", OWN), ("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
    ] {
        let request = headers
            .iter()
            .fold(authorized(Method::GET, "faults"), |request, (name, value)| request.header(*name, *value));
        let answer = send(&access, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{headers:?}");
    }
    let lower = request(Method::GET, "faults").header("authorization", format!("bearer {TOKEN}"));
    assert_eq!(send(&access, lower.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn whether_it_is_ready_is_told_without_a_token() {
    let access = access();
    let answer = send(&access, request(Method::GET, "ready").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, r#"{"ready":true}"#));
    for path in ["ready/", "ready/state", "/ready", "ready%2f..%2fstate", "page", "page%2fx"] {
        let answer = send(&access, request(Method::POST, path).body(Body::empty()).unwrap()).await;
        assert!(answer.status.is_client_error(), "{path}");
    }
}

#[tokio::test]
async fn unknown_calls_and_methods_are_told_apart() {
    let access = access();
    assert_eq!(get(&access, "nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&access, "").await.status, StatusCode::NOT_FOUND);
    for (method, path) in [
        (Method::GET, "reset"),
        (Method::POST, "state"),
        (Method::DELETE, "sessions"),
        (Method::OPTIONS, "reset"),
    ] {
        let answer = call(&access, method.clone(), path, "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        answer.error();
    }
}
