//! `Expect: 100-continue` from end to end.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::support::*;

const REQUEST: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

#[tokio::test]
async fn the_client_is_asked_for_the_body_when_the_origin_asks() {
    let origin = origin(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap();
        assert_eq!(values(&head, "expect"), ["100-continue"]);
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.unwrap();
        assert_eq!(read_exactly(&mut stream, 5).await, "abcde");
        stream.write_all(OK).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, REQUEST).await;
    assert_eq!(soon(read_head(&mut stream)).await.unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abcde").await.unwrap();
    assert!(soon(read_head(&mut stream)).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_origin_that_refuses_gets_no_body() {
    let (rest, mut bodies) = mpsc::unbounded_channel();
    let origin = origin(move |mut stream| {
        let rest = rest.clone();
        async move {
            read_head(&mut stream).await.unwrap();
            let answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 8\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Longer than an origin that says nothing is waited for.
            tokio::time::sleep(Duration::from_millis(1300)).await;
            stream.write_all(b"too much").await.unwrap();
            rest.send(read_rest(&mut stream).await).unwrap();
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let answer = exchange(edge, REQUEST).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 Too Large\r\n") && answer.ends_with("\r\n\r\ntoo much"),
        "{answer}"
    );
    assert!(!answer.contains("100 Continue"), "{answer}");
    assert_eq!(soon(bodies.recv()).await.unwrap(), "");
}

#[tokio::test]
async fn an_origin_that_does_not_know_it_gets_the_body_after_a_moment() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await.unwrap();
        assert_eq!(read_exactly(&mut stream, 5).await, "abcde");
        stream.write_all(OK).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, REQUEST).await;
    assert_eq!(soon(read_head(&mut stream)).await.unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abcde").await.unwrap();
    assert!(soon(read_head(&mut stream)).await.unwrap().starts_with("HTTP/1.1 200"));
}
