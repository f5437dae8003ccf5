use std::time::Instant;

use super::*;

const CHUNKED: &str = "transfer-encoding: chunked\r\n";

fn plain() -> Running {
    start(Server::bind(&options(false)).unwrap())
}

#[tokio::test]
async fn requests_are_answered_on_both_addresses() {
    let server = plain();
    for address in ["127.0.0.1", "::1"] {
        let Ok(mut stream) = TcpStream::connect((address, server.port)).await else { continue };
        let request =
            "POST /a?b HTTP/1.1\r\nhost: LocalHost:1\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc";
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("POST /a?b at LocalHost:1, 3 bytes"), "{answer}");
    }
    server.end().await;
}

#[tokio::test]
async fn what_is_malformed_or_too_large_is_refused() {
    let server = plain();
    let large = "a".repeat(70_000);
    let many: String = (0..101).map(|number| format!("h{number}: 1\r\n")).collect();
    for (request, status) in [
        ("GET / HTTP/1.1\r\nhost: a\r\nfolded: a\r\n b\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nhost : a\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n".to_owned(), "400"),
        ("GET http://a/ HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(), "400"),
        ("CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n".to_owned(), "400"),
        ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nhost: a\nb: c\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\nhost: a\n\n".to_owned(), "400"),
        (format!("POST / HTTP/1.1\r\nhost: a\r\n{CHUNKED}content-length: 5\r\n\r\n0\r\n\r\n"), "400"),
        (format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n{CHUNKED}\r\n0\r\n\r\n"), "400"),
        ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n".to_owned(), "400"),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nx\r\n"
                .to_owned(),
            "400",
        ),
        (format!("GET / HTTP/1.1\r\nhost: a\r\nlarge: {large}\r\n\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n"), "431"),
        ("\x16\x03\x01\x02\x00\r\n\r\n".to_owned(), "400"),
    ] {
        let answer = server.exchange(&request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:.60}: {answer}");
    }
    server.end().await;
}

#[tokio::test]
async fn a_panic_ends_its_connection_only() {
    let server = plain();
    let mut other = server.connect().await;
    other.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert_eq!(server.exchange("GET /panic HTTP/1.1\r\nhost: a\r\n\r\n").await, "");
    assert!(read_all(&mut other).await.starts_with("HTTP/1.1 200 "));
    server.end().await;
}

#[tokio::test]
async fn the_end_waits_for_requests_under_way_and_for_nothing_else() {
    let server = plain();
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    idle.read_u8().await.unwrap();
    let mut busy = server.connect().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (port, began) = (server.port, Instant::now());
    server.end().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let answer = read_all(&mut busy).await;
    assert!(answer.ends_with("GET /slow at a, 0 bytes"), "{answer}");
    assert_eq!(read_all(&mut silent).await, "");
    read_all(&mut idle).await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_thousand_connections_are_open_at_once() {
    let server = plain();
    // Both ends of each are in this process.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if limit.current.is_some_and(|current| current < 2_200) {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, raised).unwrap();
    }
    let mut streams = Vec::new();
    for _ in 0..1_000 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        streams.push(stream);
    }
    for stream in &mut streams {
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
    }
    server.end().await;
}

#[tokio::test]
async fn another_protocol_may_say_what_it_likes() {
    let server = plain();
    let mut stream = server.connect().await;
    let request = "GET /echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    let said = b"a\nb\n\n";
    stream.write_all(said).await.unwrap();
    let mut back = [0; 5];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, said);
    drop(stream);
    server.end().await;
}
