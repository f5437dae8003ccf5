//! Bodies pass as they come, in both directions.

use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::support::*;

#[tokio::test]
async fn a_body_of_known_length_passes_with_its_length() {
    for method in ["POST", "GET", "DELETE", "QUERY"] {
        let origin = origin(|mut stream| async move {
            let head = read_head(&mut stream).await.unwrap();
            assert_eq!(values(&head, "content-length"), ["5"]);
            assert!(values(&head, "transfer-encoding").is_empty());
            assert_eq!(read_exactly(&mut stream, 5).await, "ab\ncd");
            stream.write_all(OK).await.unwrap();
        })
        .await;
        let edge = edge(application(origin), person()).await;
        let request =
            format!("{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nab\ncd");
        assert!(exchange(edge, request).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_chunked_body_passes_in_chunks_with_any_method() {
    for method in ["POST", "GET"] {
        let origin = origin(|mut stream| async move {
            let head = read_head(&mut stream).await.unwrap();
            assert_eq!(values(&head, "transfer-encoding"), ["chunked"]);
            assert!(values(&head, "content-length").is_empty());
            assert_eq!(read_exactly(&mut stream, 13).await, "3\r\nabc\r\n0\r\n\r\n");
            stream.write_all(OK).await.unwrap();
        })
        .await;
        let edge = edge(application(origin), person()).await;
        let head = "HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        let answer = exchange(edge, format!("{method} / {head}3;x=y\r\nabc\r\n0\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn events_arrive_at_once() {
    let (go_on, went) = mpsc::unbounded_channel::<()>();
    let went = std::sync::Arc::new(tokio::sync::Mutex::new(went));
    let origin = origin(move |mut stream| {
        let went = went.clone();
        async move {
            read_head(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            for number in 0..3 {
                stream.write_all(format!("data: {number}\n\n").as_bytes()).await.unwrap();
                // The next one is sent only after this one has arrived.
                went.lock().await.recv().await.unwrap();
            }
        }
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let head = soon(read_head(&mut stream)).await.unwrap();
    assert_eq!(values(&head, "content-type"), ["text/event-stream"]);
    for number in 0..3 {
        let event = format!("9\r\ndata: {number}\n\n\r\n");
        assert_eq!(soon(read_exactly(&mut stream, event.len())).await, event);
        go_on.send(()).unwrap();
    }
    assert_eq!(soon(read_exactly(&mut stream, 5)).await, "0\r\n\r\n");
}

#[tokio::test]
async fn both_directions_stream_at_the_same_time() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..3 {
            let chunk = read_exactly(&mut stream, 6).await;
            stream.write_all(chunk.as_bytes()).await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let mut stream = open(edge, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    soon(read_head(&mut stream)).await.unwrap();
    for letter in ['a', 'b', 'c'] {
        let chunk = format!("1\r\n{letter}\r\n");
        stream.write_all(chunk.as_bytes()).await.unwrap();
        assert_eq!(soon(read_exactly(&mut stream, 6)).await, chunk);
    }
}

#[tokio::test]
async fn trailers_pass_but_for_those_that_carry_an_identity() {
    let origin = origin(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap();
        assert_eq!(values(&head, "trailer"), ["X-Sum, X-Other"]);
        assert_eq!((values(&head, "te"), values(&head, "connection")), (vec!["trailers".to_owned()], vec!["TE".to_owned()]));
        let body = read_head(&mut stream).await.unwrap();
        assert_eq!(body.to_lowercase(), "1\r\na\r\n0\r\nx-sum: 1\r\n\r\n");
        let answer = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\nX-Sum: 2\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\nConnection: TE, close\r\n\
                   Trailer: X-Sum, Cf-Access-Jwt-Assertion\r\nTrailer: cf_access_token, Cookie, X-Other\r\n\r\n1\r\na\r\n0\r\n\
                   X-Sum: 1\r\nCf-Access-Jwt-Assertion: theirs\r\ncf_access_token: theirs\r\nCookie: a=b\r\n\r\n";
    let answer = exchange(edge, request).await;
    assert!(answer.to_lowercase().ends_with("\r\n\r\n1\r\nb\r\n0\r\nx-sum: 2\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn undeclared_trailers_do_not_pass() {
    let origin = origin(|mut stream| async move {
        read_head(&mut stream).await.unwrap();
        assert_eq!(read_exactly(&mut stream, 11).await, "1\r\na\r\n0\r\n\r\n");
        stream.write_all(OK).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\
                   Cf-Access-Jwt-Assertion: theirs\r\n\r\n";
    assert!(exchange(edge, request).await.ends_with("ok"));
}

#[tokio::test]
async fn responses_without_a_body_keep_their_headers() {
    for (method, answer) in [
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
    ] {
        let origin = origin(move |mut stream| async move {
            while read_head(&mut stream).await.is_some() {
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        })
        .await;
        let edge = edge(application(origin), person()).await;
        let got =
            exchange(edge, format!("{method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(got.lines().next(), answer.lines().next());
        assert!(got.ends_with("\r\n\r\n"));
        for (name, value) in fields(answer) {
            assert_eq!(values(&got, &name), [value]);
        }
    }
}

#[tokio::test]
async fn a_response_that_is_cut_is_cut_for_the_client_too() {
    for head in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
        let origin = origin(move |mut stream| async move {
            read_head(&mut stream).await;
            let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n3\r\nabc\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        })
        .await;
        let edge = edge(application(origin), person()).await;
        let answer = exchange(edge, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(answer.contains("abc") && !answer.contains("0\r\n\r\n"), "{answer}");
    }
}
