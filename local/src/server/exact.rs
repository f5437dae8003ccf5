//! The port of the exact face: a proxy that ends TLS itself, and TLS without the proxy.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::HOST;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::connect::{self, Tunnel};
use super::handler::Handler;
use super::http::{self as protocol, Asked, HEAD_TIMEOUT, Stopping, refused, stopped};
use super::shape::{self, Refusal};
use crate::edge::{Body, empty};
use crate::team::TEAM_HOST;
use crate::tls::{CertificateError, Certificates, Names};

/// The first byte of TLS: a record that holds a handshake. No method of HTTP begins with it.
const HANDSHAKE: u8 = 0x16;

const NOT_A_PROXY_REQUEST: Refusal = Refusal::new(
    StatusCode::MISDIRECTED_REQUEST,
    "this port is a proxy for https://: set HTTPS_PROXY, or see `cfaccess local env`",
);

/// What all connections share.
pub(super) struct Exact {
    port: u16,
    names: Names,
    tunnel_others: bool,
    for_all: Arc<ServerConfig>,
    for_each: HashMap<String, Arc<ServerConfig>>,
}

/// A client that was told that its tunnel is open.
type Opened = Arc<Mutex<Option<(OnUpgrade, Tunnel)>>>;

impl Exact {
    pub(super) fn new(
        port: u16,
        names: Names,
        tunnel_others: bool,
        certificates: &Certificates,
    ) -> Result<Exact, CertificateError> {
        let (for_all, for_each) = (certificates.for_all()?, certificates.for_each()?);
        Ok(Exact { port, names, tunnel_others, for_all, for_each })
    }

    pub(super) async fn serve<H: Handler>(
        &self,
        stream: TcpStream,
        handler: Arc<H>,
        peer: SocketAddr,
        mut stopping: Stopping,
    ) {
        let mut first = [0];
        let peeked = tokio::select! {
            peeked = timeout(HEAD_TIMEOUT, stream.peek(&mut first)) => peeked,
            () = stopped(&mut stopping) => return,
        };
        match (peeked, first) {
            (Ok(Ok(1)), [HANDSHAKE]) => {
                self.serve_tls(stream, Arc::clone(&self.for_all), handler, peer, stopping).await;
            }
            (Ok(Ok(1)), _) => self.serve_proxy(stream, handler, peer, stopping).await,
            _ => {}
        }
    }

    async fn serve_tls<H: Handler>(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        config: Arc<ServerConfig>,
        handler: Arc<H>,
        peer: SocketAddr,
        mut stopping: Stopping,
    ) {
        let handshake = timeout(HEAD_TIMEOUT, TlsAcceptor::from(config).accept(stream));
        let stream = tokio::select! {
            Ok(Ok(stream)) = handshake => stream,
            () = stopped(&mut stopping) => return,
            else => return,
        };
        let (_, session) = stream.get_ref();
        let Some(host) = session.server_name().map(Arc::from) else { return };
        let asked = Asked { handler, peer, only: Some(host) };
        match session.alpn_protocol() {
            Some(b"h2") => protocol::serve_2(stream, asked, stopping).await,
            _ => protocol::serve_1(stream, asked, stopping).await,
        }
    }

    async fn serve_proxy<H: Handler>(
        &self,
        stream: TcpStream,
        handler: Arc<H>,
        peer: SocketAddr,
        mut stopping: Stopping,
    ) {
        let opened = Opened::default();
        let service = service_fn(|request| {
            let asked = Asked { handler: Arc::clone(&handler), peer, only: None };
            self.answer(request, asked, Arc::clone(&opened))
        });
        let connection = protocol::builder().serve_connection(TokioIo::new(stream), service).with_upgrades();
        tokio::pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => {}
            () = stopped(&mut stopping) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
        let Some((upgrade, tunnel)) = opened.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let Ok(client) = upgrade.await else { return };
        let mut client = TokioIo::new(client);
        match tunnel {
            Tunnel::Ours(host) => {
                let Some(config) = self.for_each.get(&host).map(Arc::clone) else { return };
                self.serve_tls(client, config, handler, peer, stopping).await;
            }
            Tunnel::Other(mut other) => tokio::select! {
                _ = copy_bidirectional(&mut client, &mut other) => {}
                () = stopped(&mut stopping) => {}
            },
        }
    }

    async fn answer<H: Handler>(
        &self,
        mut request: Request<Incoming>,
        asked: Asked<H>,
        opened: Opened,
    ) -> Result<Response<Body>, Infallible> {
        if request.method() != Method::CONNECT {
            return self.answer_plain(request, asked).await;
        }
        match connect::open(request.uri(), &self.names, self.tunnel_others, asked.peer).await {
            Ok(tunnel) => {
                let upgrade = hyper::upgrade::on(&mut request);
                *opened.lock().unwrap_or_else(PoisonError::into_inner) = Some((upgrade, tunnel));
                Ok(Response::new(empty()))
            }
            Err(refusal) => Ok(refused(&refusal)),
        }
    }

    /// What programs on this computer ask the team for without TLS.
    async fn answer_plain<H: Handler>(
        &self,
        mut request: Request<Incoming>,
        asked: Asked<H>,
    ) -> Result<Response<Body>, Infallible> {
        let is_for_team = shape::unify(&mut request).is_ok_and(|host| {
            connect::is_for_team(request.method(), request.uri(), &host, self.port, asked.peer)
        });
        if !is_for_team {
            return Ok(refused(&NOT_A_PROXY_REQUEST));
        }
        request.headers_mut().insert(HOST, HeaderValue::from_static(TEAM_HOST));
        asked.answer(request).await
    }
}
