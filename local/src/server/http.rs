//! HTTP on a connection, whatever lies below it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_TYPE};
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::handler::Handler;
use super::shape::{self, Refusal};
use crate::edge::{Body, Strict, full};

/// How long a client may take for the head of a request, and for a handshake.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest head of a request, in bytes: four times what the largest token that is accepted takes.
const MAX_HEAD: usize = 65_536;
const MAX_HEADERS: usize = 100;

/// Becomes true when the server ends.
pub(super) type Stopping = watch::Receiver<bool>;

pub(super) fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD);
    builder
}

/// HTTP/1.1, until the client closes or the server ends.
pub(super) async fn serve_1<H: Handler>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    asked: Asked<H>,
    mut stopping: Stopping,
) {
    let stream = Strict::new(stream);
    let service = service_fn(move |request| asked.clone().answer(request));
    let connection = builder().serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// HTTP/2, as [`serve_1`].
pub(super) async fn serve_2<H: Handler>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    asked: Asked<H>,
    mut stopping: Stopping,
) {
    let service = service_fn(move |request| asked.clone().answer(request));
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Waits until the server ends.
pub(super) async fn stopped(stopping: &mut Stopping) {
    let _ = stopping.wait_for(|stops| *stops).await;
}

/// Who answers the requests of a connection.
pub(super) struct Asked<H> {
    pub(super) handler: Arc<H>,
    pub(super) peer: SocketAddr,
    /// The host that the certificate of the connection names, if it has one: the only one that can be asked for.
    pub(super) only: Option<Arc<str>>,
}

impl<H> Clone for Asked<H> {
    fn clone(&self) -> Asked<H> {
        Asked { handler: Arc::clone(&self.handler), peer: self.peer, only: self.only.clone() }
    }
}

impl<H: Handler> Asked<H> {
    pub(super) async fn answer(self, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let allowed = shape::unify(&mut request).and_then(|host| match &self.only {
            Some(only) if !is_for(&host, only) => Err(OTHER_HOST),
            _ => Ok(()),
        });
        Ok(match allowed {
            Ok(()) => self.handler.handle(request, self.peer).await,
            Err(refusal) => refused(&refusal),
        })
    }
}

const OTHER_HOST: Refusal =
    Refusal::new(StatusCode::MISDIRECTED_REQUEST, "the request is for another host than the connection");

fn is_for(named: &Authority, host: &str) -> bool {
    named.host().eq_ignore_ascii_case(host) && named.port_u16().is_none_or(|port| port == 443)
}

/// One line of text.
pub(super) fn refused(refusal: &Refusal) -> Response<Body> {
    let mut response = Response::new(full(format!("{}\n", refusal.line)));
    *response.status_mut() = refusal.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
