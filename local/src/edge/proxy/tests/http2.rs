//! Browsers speak HTTP/2 with TLS; the origin gets HTTP/1.1.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;

use super::support::*;

#[tokio::test]
async fn a_request_of_http2_becomes_one_of_http1() {
    let origin = origin(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap();
        assert!(head.starts_with("POST /a?b HTTP/1.1\r\n"), "{head}");
        assert_eq!(values(&head, "host"), ["app.localhost:1"]);
        assert_eq!(values(&head, "cookie"), ["a=b; c=d"]);
        assert_eq!(values(&head, "transfer-encoding"), ["chunked"]);
        assert_eq!(values(&head, "trailer"), ["x-sum"]);
        assert_eq!(values(&head, "cf-access-jwt-assertion"), ["ours"]);
        let body = read_head(&mut stream).await.unwrap();
        assert_eq!(body.to_lowercase(), "2\r\nab\r\n0\r\nx-sum: 1\r\n\r\n");
        let answer = "HTTP/1.1 200 Fine\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\
                      Transfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\nX-Sum: 2\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let edge = edge(application(origin), person()).await;
    let stream = TokioIo::new(open(edge, "").await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from_static("1"));
    trailers.insert("cf-access-jwt-assertion", HeaderValue::from_static("theirs"));
    let frames = [Frame::data(Bytes::from_static(b"ab")), Frame::trailers(trailers)];
    let body = StreamBody::new(stream::iter(frames.map(Ok::<_, std::io::Error>)));
    let request = Request::post("http://app.localhost:1/a?b")
        .header("cookie", "a=b")
        .header("cookie", "CF_Authorization=theirs")
        .header("cookie", "c=d")
        .header("trailer", "x-sum, cf-access-jwt-assertion")
        .body(body)
        .unwrap();
    let response = soon(sender.send_request(request)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("connection") && !response.headers().contains_key("keep-alive"));
    let body = soon(response.into_body().collect()).await.unwrap();
    assert_eq!(body.trailers().unwrap()["x-sum"], "2");
    assert_eq!(body.to_bytes(), "b");
}
