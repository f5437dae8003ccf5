//! A server with a handler of its own.

mod curl;
mod exact;
mod exhausted;
mod plain;
mod tunnels;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::header::HOST;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Handler, Server, ServerOptions, StartError};
use crate::edge::{Body, full};
use crate::tls::Names;

/// Says what arrived; `/slow` takes half a second, `/panic` panics, `/echo` upgrades.
struct Echo;

impl Handler for Echo {
    async fn handle(self: Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        assert!(peer.ip().is_loopback());
        match request.uri().path() {
            "/slow" => tokio::time::sleep(Duration::from_millis(500)).await,
            "/echo" => return echo(request),
            "/panic" => panic!("as it was asked to"),
            _ => {}
        }
        let host = request.headers()[HOST].to_str().unwrap().to_owned();
        let head = format!("{} {} at {host}", request.method(), request.uri());
        let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
        match body {
            Ok(body) => Response::new(full(format!("{head}, {} bytes", body.len()))),
            Err(_) => {
                let mut response = Response::new(full(head));
                *response.status_mut() = StatusCode::BAD_REQUEST;
                response
            }
        }
    }
}

/// Gives everything back after an upgrade.
fn echo(mut request: Request<Incoming>) -> Response<Body> {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let (mut from, mut to) = tokio::io::split(hyper_util::rt::TokioIo::new(upgrade.await.unwrap()));
        let mut byte = [0];
        while from.read(&mut byte).await.is_ok_and(|read| read > 0) {
            to.write_all(&byte).await.unwrap();
        }
    });
    let response = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS).header("upgrade", "echo");
    response.header("connection", "upgrade").body(crate::edge::empty()).unwrap()
}

fn options(tls: bool) -> ServerOptions {
    ServerOptions {
        port: 0,
        tls,
        names: Names::new(["app.cfaccess.test", "wiki.cfaccess.test"], true),
        listen: None,
        expose: false,
        tunnel_others: false,
        state: None,
    }
}

struct Running {
    port: u16,
    ca: Option<PathBuf>,
    environment: Vec<(String, String)>,
    stop: oneshot::Sender<()>,
    end: JoinHandle<Result<(), StartError>>,
}

fn start(server: Server) -> Running {
    let (port, ca, environment) = (server.port(), server.ca_file(), server.environment());
    let (stop, stopped) = oneshot::channel::<()>();
    let end = tokio::spawn(server.serve(Arc::new(Echo), async {
        let _ = stopped.await;
    }));
    Running { port, ca, environment, stop, end }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// Sends bytes, and returns everything that comes back until the connection is closed.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        read_all(&mut stream).await
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.end.await.unwrap().unwrap();
    }
}

async fn read_all(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut answer = Vec::new();
    // A reset ends an answer as well as a close: what came before it counts.
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}
