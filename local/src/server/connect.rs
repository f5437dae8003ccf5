//! What a client of the proxy may ask for.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http::uri::Authority;
use http::{Method, StatusCode, Uri};
use tokio::net::TcpStream;

use super::shape::{self, Refusal};
use crate::tls::Names;

const ATTEMPT: Duration = Duration::from_secs(10);

const NOT_SERVED: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "this proxy leads to port 443 of the hosts of the local Access only; see --tunnel-others",
);
const OTHERS_FOR_LOOPBACK: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "this proxy leads to other hosts for clients on its own computer only",
);
const OUT_OF_REACH: Refusal = Refusal::new(StatusCode::BAD_GATEWAY, "the host cannot be reached");

/// Where a tunnel ends.
#[derive(Debug)]
pub(super) enum Tunnel {
    /// Here, by TLS for this host.
    Ours(String),
    /// There.
    Other(TcpStream),
}

/// What the target of a CONNECT leads to.
pub(super) async fn open(
    target: &Uri,
    names: &Names,
    tunnel_others: bool,
    peer: SocketAddr,
) -> Result<Tunnel, Refusal> {
    let (Some(authority), None) = (target.authority(), target.path_and_query()) else {
        return Err(NOT_SERVED);
    };
    let Some(port) = authority.port_u16().filter(|_| shape::is_plain(authority)) else {
        return Err(NOT_SERVED);
    };
    match names.find(authority.host()) {
        Some(name) if port == 443 => Ok(Tunnel::Ours(name.to_owned())),
        Some(_) => Err(NOT_SERVED),
        None if !tunnel_others => Err(NOT_SERVED),
        // Whoever else reaches this port would reach everything that this computer does.
        None if !peer.ip().to_canonical().is_loopback() => Err(OTHERS_FOR_LOOPBACK),
        None => reach(authority.host(), port).await.map(Tunnel::Other),
    }
}

async fn reach(host: &str, port: u16) -> Result<TcpStream, Refusal> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match tokio::time::timeout(ATTEMPT, TcpStream::connect((host, port))).await {
        Ok(Ok(stream)) => Ok(stream),
        _ => Err(OUT_OF_REACH),
    }
}

/// Whether a request that is not for a tunnel is for the team, as it is at its own address with the plain face: for the
/// keys, which `CFACCESS_LOCAL` leads to, or for the control interface, which the command line calls.
pub(super) fn is_for_team(method: &Method, uri: &Uri, host: &Authority, port: u16, peer: SocketAddr) -> bool {
    let ours = [format!("{}:{port}", Ipv4Addr::LOCALHOST), format!("[{}]:{port}", Ipv6Addr::LOCALHOST)];
    let is_for_keys = matches!(*method, Method::GET | Method::HEAD) && uri == "/cdn-cgi/access/certs";
    (is_for_keys || uri.path().starts_with(crate::control::PREFIX))
        && ours.iter().any(|own| host == own.as_str())
        && peer.ip().to_canonical().is_loopback()
}
