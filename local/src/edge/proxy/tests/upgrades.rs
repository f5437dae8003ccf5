//! WebSocket and other tunnels.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::*;

const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

fn request(connection: &str, protocol: &str) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\nUpgrade: {protocol}\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
         Cf-Access-Jwt-Assertion: theirs\r\n\r\n"
    )
}

fn check_request(head: &str, protocol: &str) {
    assert_eq!(values(head, "connection"), ["Upgrade"]);
    assert_eq!(values(head, "upgrade"), [protocol]);
    assert_eq!(values(head, "sec-websocket-key"), ["dGhlIHNhbXBsZSBub25jZQ=="]);
    assert_eq!(values(head, "cf-access-jwt-assertion"), ["ours"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_carries_64_mib_and_its_close_code() {
    const SIZE: usize = 64 << 20;
    // A binary frame of 64 MiB from the server, and both sides' close with code 4001.
    let header = [&[0x82, 127][..], &(SIZE as u64).to_be_bytes()].concat();
    let close = [0x88, 2, 0x0f, 0xa1];
    let masked_close = [0x88, 0x82, 1, 2, 3, 4, 0x0f ^ 1, 0xa1 ^ 2];
    let from_origin = header.clone();
    let origin = origin(move |mut stream| {
        let header = from_origin.clone();
        async move {
            check_request(&read_head(&mut stream).await.unwrap(), "websocket");
            // A frame may come with the answer.
            stream.write_all(&[ACCEPTED.as_bytes(), &header].concat()).await.unwrap();
            let (mut reading, mut writing) = stream.split();
            let echoed = tokio::io::copy(&mut (&mut reading).take(SIZE as u64), &mut writing).await.unwrap();
            assert_eq!(echoed, SIZE as u64);
            let mut frame = [0; 8];
            reading.read_exact(&mut frame).await.unwrap();
            assert_eq!(frame, masked_close);
            writing.write_all(&close).await.unwrap();
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, request("keep-alive, Upgrade", "websocket")).await;
    let answer = soon(read_head(&mut stream)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{answer}");
    for (name, value) in [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("sec-websocket-protocol", "chat"),
    ] {
        assert_eq!(values(&answer, name), [value]);
    }
    let (mut reading, mut writing) = stream.into_split();
    let writer = tokio::spawn(async move {
        // Bytes that are no lines, and some that look like a head.
        let block = b"\n\n\0GET / HTTP/1.1\nA\r\n\r\n\xff\xfe".repeat(64);
        let mut left = SIZE;
        while left > 0 {
            let count = left.min(block.len());
            writing.write_all(&block[..count]).await.unwrap();
            left -= count;
        }
        writing
    });
    let mut got = vec![0; header.len() + SIZE];
    soon(reading.read_exact(&mut got)).await.unwrap();
    assert!(got.starts_with(&header) && got[header.len()..].starts_with(b"\n\n\0GET / HTTP/1.1\nA\r\n"));
    let mut writing = writer.await.unwrap();
    writing.write_all(&masked_close).await.unwrap();
    let mut rest = Vec::new();
    soon(reading.read_to_end(&mut rest)).await.unwrap();
    assert_eq!(rest, close);
}

#[tokio::test]
async fn other_protocols_are_tunnelled_too() {
    let origin = origin(|mut stream| async move {
        check_request(&read_head(&mut stream).await.unwrap(), "chat/2");
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat/2\r\n\r\nhello";
        stream.write_all(answer.as_bytes()).await.unwrap();
        assert_eq!(read_rest(&mut stream).await, "bye\n");
        stream.write_all(b"over").await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, request("upgrade", "chat/2")).await;
    assert_eq!(values(&soon(read_head(&mut stream)).await.unwrap(), "upgrade"), ["chat/2"]);
    assert_eq!(soon(read_exactly(&mut stream, 5)).await, "hello");
    stream.write_all(b"bye\n").await.unwrap();
    // One direction may end before the other.
    stream.shutdown().await.unwrap();
    assert_eq!(soon(read_rest(&mut stream)).await, "over");
}

#[tokio::test]
async fn a_tunnel_to_more_http_is_not_asked_for() {
    let (origin, mut heads) = recording_origin().await;
    let edge = edge(application(origin), person()).await;
    for (connection, protocol) in [
        ("Upgrade, HTTP2-Settings, close", "h2c"),
        ("upgrade, close", "H2C"),
        ("upgrade, close", "websocket, h2c"),
        ("upgrade, close", "HTTP/2.0"),
        ("upgrade, close", "TLS/1.0"),
        ("upgrade, close", ""),
        ("upgrade, close", "websocket\r\nUpgrade: h2c"),
        // Not meant for this connection.
        ("close", "websocket"),
    ] {
        let answer = exchange(edge, request(connection, protocol)).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let head = heads.recv().await.unwrap();
        assert!(values(&head, "upgrade").is_empty() && values(&head, "connection").is_empty(), "{head}");
    }
}

#[tokio::test]
async fn an_origin_may_refuse_an_upgrade() {
    let origin = origin(|mut stream| async move {
        while read_head(&mut stream).await.is_some() {
            let answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, "").await;
    // The connection stays in use.
    for _ in 0..2 {
        stream.write_all(request("upgrade", "websocket").as_bytes()).await.unwrap();
        assert!(soon(read_head(&mut stream)).await.unwrap().starts_with("HTTP/1.1 403 "));
        assert_eq!(read_exactly(&mut stream, 2).await, "no");
    }
}

#[tokio::test]
async fn either_end_ends_a_tunnel() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await.unwrap();
        stream.write_all(ACCEPTED.as_bytes()).await.unwrap();
        let byte = stream.read_u8().await;
        assert!(byte.is_err() || byte.is_ok_and(|byte| byte == b'q'));
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, request("upgrade", "websocket")).await;
    soon(read_head(&mut stream)).await.unwrap();
    stream.write_all(b"q").await.unwrap();
    assert_eq!(soon(read_rest(&mut stream)).await, "");
}
