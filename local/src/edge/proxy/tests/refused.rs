//! Requests that two servers could read differently: 400, and nothing for the origin.

use super::support::*;

#[tokio::test]
async fn what_has_two_readings_never_reaches_the_origin() {
    let (origin, mut heads) = recording_origin().await;
    let edge = edge(application(origin), person()).await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for (head, body) in [
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "0\r\n\r\n",
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            "0\r\n\r\n",
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", "0\r\n\r\n"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "0\r\n\r\n"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", "0\r\n\r\n"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\n\r\n", "0\r\n\r\n"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n", "abcde"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "abcde"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", "abcde"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", "abcde"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "abcde"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", "abcde"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", "abcde"),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\tc: d\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", ""),
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\rC: d\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\0\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\nA b\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", ""),
        ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("GET HTTP://b/ HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", ""),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", ""),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", ""),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", ""),
    ] {
        let mut stream = open(edge, format!("{head}{body}{smuggled}")).await;
        let answer = soon(read_head(&mut stream)).await.unwrap_or_default();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{head}{answer}");
        // A refused tunnel leaves a connection in order, on which further requests are as good as any.
        if !head.starts_with("CONNECT") {
            soon(read_rest(&mut stream)).await;
            let seen = heads.try_recv().ok();
            assert_eq!(seen, None, "{head}");
        }
    }
}

#[tokio::test]
async fn a_broken_chunk_ends_the_request_at_the_origin() {
    let (origin, mut heads) = recording_origin().await;
    let edge = edge(application(origin), person()).await;
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "1\nx\r\n0\r\n\r\n",
        "x\r\n",
        "-1\r\n",
        "10000000000000001\r\nx",
        "1\r\nxGET /smuggled HTTP/1.1\r\n\r\n",
    ] {
        exchange(edge, format!("{head}{body}")).await;
    }
    while let Ok(head) = heads.try_recv() {
        assert!(head.starts_with("POST / "), "{head}");
    }
}

#[tokio::test]
async fn requests_after_a_refused_upgrade_are_looked_at_too() {
    let (origin, mut heads) = recording_origin().await;
    let edge = edge(application(origin), person()).await;
    let upgrade = "GET /first HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    let mut stream = open(edge, upgrade).await;
    soon(read_head(&mut stream)).await.unwrap();
    read_exactly(&mut stream, 2).await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /second HTTP/1.1\nHost: a\r\n\r\n").await.unwrap();
    assert!(soon(read_head(&mut stream)).await.unwrap().starts_with("HTTP/1.1 400 "));
    assert!(heads.recv().await.unwrap().starts_with("GET /first "));
    assert!(heads.try_recv().is_err());
}
