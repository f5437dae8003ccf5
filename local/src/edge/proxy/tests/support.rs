//! A server that passes everything on, and origins that answer in bytes.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::super::super::Strict;
use super::super::{Assertion, Client, Upstreams};
use crate::config::{Application, Domain, PathPattern, Upstream};

pub(super) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

pub(super) fn application(origin: SocketAddr) -> Application {
    let domain = Domain { host: "localhost".to_owned(), path: PathPattern::all() };
    Application::new("app", domain, Upstream { host: origin.ip().to_string(), port: origin.port() })
}

pub(super) fn person() -> Assertion {
    Assertion {
        token: Some("ours".to_owned()),
        email: Some("ada@example.com".to_owned()),
        ..Assertion::default()
    }
}

/// As the listener does it.
pub(super) async fn edge(application: Application, assertion: Assertion) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shared = Arc::new((Upstreams::default(), application, assertion));
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let shared = Arc::clone(&shared);
            let service = service_fn(move |mut request: Request<Incoming>| {
                let shared = Arc::clone(&shared);
                async move {
                    request.extensions_mut().insert(Client { address: peer.ip(), https: false });
                    Ok::<_, Infallible>(shared.0.forward(request, &shared.1, &shared.2).await)
                }
            });
            tokio::spawn(async move {
                let stream = TokioIo::new(Strict::new(stream));
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection_with_upgrades(stream, service)
                    .await;
            });
        }
    });
    address
}

/// Serves each connection.
pub(super) async fn origin<F, A>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> A + Send + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Answers requests without a body, and shows their heads.
pub(super) async fn recording_origin() -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let (seen, heads) = mpsc::unbounded_channel();
    let address = origin(move |mut stream| {
        let seen = seen.clone();
        async move {
            while let Some(head) = read_head(&mut stream).await {
                seen.send(head).unwrap();
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    (address, heads)
}

/// Up to the empty line; none at the end of the stream.
pub(super) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

pub(super) async fn read_exactly(stream: &mut (impl AsyncRead + Unpin), length: usize) -> String {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Everything that comes until the connection ends.
pub(super) async fn read_rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

pub(super) async fn open(address: SocketAddr, bytes: impl AsRef<[u8]>) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    stream
}

/// Sends bytes on a connection of their own, and reads until the server ends it.
pub(super) async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = open(address, bytes).await;
    soon(read_rest(&mut stream)).await
}

/// For what must not take long.
pub(super) async fn soon<A: Future>(future: A) -> A::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it takes too long")
}

/// The fields of a head in lower case, in their order.
pub(super) fn fields(head: &str) -> Vec<(String, String)> {
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect()
}

pub(super) fn values(head: &str, name: &str) -> Vec<String> {
    fields(head).into_iter().filter(|field| field.0 == name).map(|field| field.1).collect()
}
