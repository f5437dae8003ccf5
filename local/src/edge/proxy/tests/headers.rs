//! What the origin sees of a request's head.

use super::super::Assertion;
use super::support::*;
use crate::config::Application;
use http::{HeaderName, HeaderValue};

/// The head that the origin gets for `GET` with these lines.
async fn seen(change: impl FnOnce(&mut Application), assertion: Assertion, lines: &str) -> String {
    let (origin, mut heads) = recording_origin().await;
    let mut application = application(origin);
    change(&mut application);
    let edge = edge(application, assertion).await;
    let request = format!("GET /a HTTP/1.1\r\nHost: app.localhost:1\r\n{lines}Connection: close\r\n\r\n");
    let answer = exchange(edge, request).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok"), "{answer}");
    heads.recv().await.unwrap()
}

#[tokio::test]
async fn the_origin_gets_the_assertion_and_the_clients_host() {
    let head = seen(|_| {}, person(), "Accept: */*\r\nX-Forwarded-For: 10.0.0.1\r\n").await;
    assert!(head.starts_with("GET /a HTTP/1.1\r\n"));
    let mut fields = fields(&head);
    fields.sort();
    let expected = [
        ("accept", "*/*"),
        ("cf-access-authenticated-user-email", "ada@example.com"),
        ("cf-access-jwt-assertion", "ours"),
        ("host", "app.localhost:1"),
        ("x-forwarded-for", "10.0.0.1"),
    ];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn identity_is_removed_in_every_spelling() {
    let mut lines = String::new();
    for name in [
        "Cf-Access-Jwt-Assertion",
        "Cf-Access-Authenticated-User-Email",
        "Cf-Access-Token",
        "CF-Access-Client-Id",
        "CF-Access-Client-Secret",
        "Cf-Access-Metadata-Request",
        "Cf-Access-Anything",
    ] {
        let spellings = [
            name.to_owned(),
            name.to_lowercase(),
            name.to_uppercase(),
            name.replace('-', "_"),
            name.replacen('-', "_", 1),
            name.replace('-', ".").to_uppercase(),
        ];
        for spelling in spellings {
            lines += &format!("{spelling}: theirs\r\n{spelling}: again\r\n");
        }
    }
    // More than hyper takes in one head.
    let lines: Vec<&str> = lines.split_inclusive("\r\n").collect();
    for lines in lines.chunks(60) {
        for assertion in [person(), Assertion::default()] {
            let ours = assertion.token.iter().chain(&assertion.email).count();
            let head = seen(|_| {}, assertion, &lines.concat()).await;
            assert!(!head.contains("theirs") && !head.contains("again"), "{head}");
            assert_eq!(fields(&head).len(), 1 + ours, "{head}");
        }
    }
}

#[tokio::test]
async fn the_single_header_of_a_service_token_is_removed() {
    let change = |application: &mut Application| {
        application.read_service_tokens_from_header = Some(HeaderName::from_static("x-service-token"));
    };
    let head = seen(change, person(), "X-Service-Token: a\r\nx_service_token: b\r\nX-Service: c\r\n").await;
    assert_eq!(values(&head, "x-service"), ["c"]);
    assert!(!head.to_lowercase().contains("token"));
}

#[tokio::test]
async fn connection_cannot_name_what_is_added() {
    let lines = "Connection: Cf-Access-Jwt-Assertion, cf-access-authenticated-user-email, Cookie, Host\r\n\
                 Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n\
                 TE: gzip\r\nUpgrade: websocket\r\n";
    let assertion = Assertion { in_cookie: true, ..person() };
    let head = seen(|_| {}, assertion, lines).await;
    assert_eq!(values(&head, "cf-access-jwt-assertion"), ["ours"]);
    assert_eq!(values(&head, "cf-access-authenticated-user-email"), ["ada@example.com"]);
    assert_eq!(values(&head, "cookie"), ["CF_Authorization=ours"]);
    assert_eq!(values(&head, "host"), ["app.localhost:1"]);
    assert_eq!(fields(&head).len(), 4, "{head}");
}

#[tokio::test]
async fn an_application_without_email_header_gets_none() {
    let head = seen(|application| application.email_header = false, person(), "").await;
    assert!(!head.contains("ada@example.com"));
}

#[tokio::test]
async fn the_cookie_holds_the_accepted_token_or_none() {
    let line = "Cookie: a=b; CF_Authorization=theirs; CF_Binding=x\r\nCookie: CF_Authorization=ours; CF_AppSession=y\r\n";
    let kept = seen(|_| {}, person(), line).await;
    assert_eq!(values(&kept, "cookie"), ["a=b; CF_Authorization=ours"]);
    let set =
        seen(|_| {}, Assertion { in_cookie: true, ..person() }, "Cookie: CF_Authorization=theirs\r\n").await;
    assert_eq!(values(&set, "cookie"), ["CF_Authorization=ours"]);
    let bypassed = seen(|_| {}, Assertion::default(), line).await;
    assert_eq!(values(&bypassed, "cookie"), ["a=b"]);
}

#[tokio::test]
async fn the_assertion_is_sent_twice_only_when_asked() {
    let line = "Cf-Access-Jwt-Assertion: theirs\r\n";
    let head = seen(|_| {}, Assertion { repeated: true, ..person() }, line).await;
    assert_eq!(values(&head, "cf-access-jwt-assertion"), ["ours", "ours"]);
}

#[tokio::test]
async fn forwarded_headers_are_ours_when_switched_on() {
    let lines = "X-Forwarded-For: 10.0.0.1\r\nX_Forwarded_For: 10.0.0.2\r\nX-Forwarded-Proto: https\r\n\
                 CF-Connecting-IP: 10.0.0.3\r\nCf-Ray: theirs\r\n";
    let head = seen(|application| application.forwarded_headers = true, person(), lines).await;
    assert_eq!(values(&head, "x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(values(&head, "cf-connecting-ip"), ["127.0.0.1"]);
    assert_eq!(values(&head, "x-forwarded-proto"), ["http"]);
    let [ray] = values(&head, "cf-ray").try_into().unwrap();
    assert!(ray.len() == 20 && ray[..16].chars().all(|digit| digit.is_ascii_hexdigit()), "{ray}");
    assert!(!head.contains("10.0.0."));
}

#[tokio::test]
async fn another_host_is_sent_where_configured() {
    let change = |application: &mut Application| {
        application.upstream_host = Some(HeaderValue::from_static("internal.example"));
    };
    assert_eq!(values(&seen(change, person(), "").await, "host"), ["internal.example"]);
}

#[tokio::test]
async fn targets_pass_untouched() {
    let (origin, mut heads) = recording_origin().await;
    let edge = edge(application(origin), person()).await;
    for target in [
        "/",
        "//",
        "//a//b",
        "/a/../b",
        "/%2e%2e/%2F",
        "/a%2fb",
        "/a;b",
        "/a\\b",
        "/?",
        "/?a=%2f&b=//../",
        "/é",
        "*",
        "/a%zz",
        "/a\"{}|^?b=`",
    ] {
        let request = format!("OPTIONS {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let answer = exchange(edge, request).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
        let head = heads.recv().await.unwrap();
        assert_eq!(head.lines().next(), Some(format!("OPTIONS {target} HTTP/1.1").as_str()));
    }
}

#[tokio::test]
async fn headers_of_the_response_lose_what_is_for_one_connection() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await;
        let answer = "HTTP/1.1 404 Gone Fishing\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\
                      Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n\
                      1\r\nx\r\n0\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let answer = exchange(edge, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404 Gone Fishing\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n1\r\nx\r\n0\r\n\r\n"), "{answer}");
    let (head, _) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(values(head, "set-cookie"), ["a=b", "c=d"]);
    for name in ["x-hop", "keep-alive", "content-length"] {
        assert!(values(head, name).is_empty(), "{answer}");
    }
}
