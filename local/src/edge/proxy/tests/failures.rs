//! Origins that are away, slow or broken, and clients that go.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::support::*;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn an_origin_that_is_away_is_a_502_that_names_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let edge = edge(application(address), person()).await;
    let answer = exchange(edge, GET).await;
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
    assert_eq!(values(&answer, "content-type"), ["text/plain; charset=utf-8"]);
    assert_eq!(body(&answer), format!("Nothing answers at http://{address}: the connection was refused.\n"));
}

#[tokio::test]
async fn an_origin_whose_name_is_unknown_is_a_502() {
    let mut application = application("127.0.0.1:1".parse().unwrap());
    application.upstream.host = "app.invalid".to_owned();
    let edge = edge(application, person()).await;
    let answer = exchange(edge, GET).await;
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    assert!(body(&answer).starts_with("Nothing answers at http://app.invalid:1: "), "{answer}");
}

#[tokio::test]
async fn an_address_of_ipv6_has_brackets() {
    let listener = TcpListener::bind("[::1]:0").await;
    let Ok(listener) = listener else { return println!("no IPv6 here") };
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(OK).await.unwrap();
    });
    let mut application = application("127.0.0.1:1".parse().unwrap());
    application.upstream.host = "[::1]".to_owned();
    application.upstream.port = port;
    let edge = edge(application, person()).await;
    assert!(exchange(edge, GET).await.ends_with("ok"));
}

#[tokio::test]
async fn an_origin_that_does_not_speak_http_is_a_502() {
    for (answer, why) in [
        ("", "closed the connection before it answered"),
        ("HTTP/1.1 200", "closed the connection before it answered"),
        ("SSH-2.0-OpenSSH\r\n", "answered with something that is not HTTP/1.1"),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n", "switched protocols without being asked"),
    ] {
        let origin = origin(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
        })
        .await;
        let edge = edge(application(origin), person()).await;
        let got = exchange(edge, GET).await;
        assert!(got.starts_with("HTTP/1.1 502 "), "{got}");
        assert_eq!(body(&got), format!("The application at http://{origin} {why}.\n"));
    }
}

#[tokio::test]
async fn an_origin_that_closes_idle_connections_is_asked_on_a_new_one() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(OK).await.unwrap();
        // Closed without a word, as after a restart.
    })
    .await;
    let edge = edge(application(origin), person()).await;
    for _ in 0..50 {
        assert!(exchange(edge, GET).await.ends_with("ok"));
    }
}

#[tokio::test]
async fn a_slow_origin_is_waited_for() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await;
        tokio::time::sleep(Duration::from_secs(7)).await;
        stream.write_all(OK).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    assert!(exchange(edge, GET).await.ends_with("ok"));
}

#[tokio::test]
async fn the_origin_is_told_when_the_client_goes() {
    // Before an answer, in the middle of one, and in the middle of a request.
    for (request, answer) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nabc"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", ""),
    ] {
        let (done, mut ended) = mpsc::unbounded_channel();
        let origin = origin(move |mut stream| {
            let done = done.clone();
            async move {
                read_head(&mut stream).await;
                done.send(()).unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                done.send(()).unwrap();
            }
        })
        .await;
        let edge = edge(application(origin), person()).await;
        let mut stream = open(edge, request).await;
        soon(ended.recv()).await.unwrap();
        if !answer.is_empty() {
            soon(read_head(&mut stream)).await.unwrap();
        }
        drop(stream);
        soon(ended.recv()).await.unwrap();
    }
}

#[tokio::test]
async fn an_assertion_that_no_header_can_hold_is_not_sent() {
    let (origin, mut heads) = recording_origin().await;
    let mut assertion = person();
    assertion.token = Some("a\r\nb: c".to_owned());
    let edge = edge(application(origin), assertion).await;
    let answer = exchange(edge, GET).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert_eq!(body(&answer), "The value of Cf-Access-Jwt-Assertion cannot be sent in a header.\n");
    assert!(heads.try_recv().is_err());
}
