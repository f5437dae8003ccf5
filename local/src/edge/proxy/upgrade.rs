//! WebSocket, and other protocols that begin as a request of HTTP/1.1.

use http::header::{CONNECTION, UPGRADE};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional_with_sizes;

use super::super::{Body, empty};
use super::hop;

/// For each direction of a tunnel.
const BUFFER: usize = 16 * 1024;

/// What the client wants to speak with the origin.
pub(super) struct Upgrade {
    protocol: HeaderValue,
    client: OnUpgrade,
}

impl Upgrade {
    pub(super) fn requested(request: &mut Request<Incoming>) -> Option<Upgrade> {
        let headers = request.headers();
        let mut values = headers.get_all(UPGRADE).iter();
        let protocol = values.next().filter(|_| values.next().is_none())?.clone();
        let is_meant = request.version() == Version::HTTP_11 && hop::lists(headers, &CONNECTION, "upgrade");
        let is_passed = protocol.to_str().is_ok_and(|list| list.split(',').all(is_passed));
        (is_meant && is_passed).then(|| Upgrade { protocol, client: hyper::upgrade::on(request) })
    }

    pub(super) fn protocol(&self) -> &HeaderValue {
        &self.protocol
    }

    /// Joins the two connections, once hyper has told the client.
    pub(super) fn accept(self, response: &mut Response<Incoming>) -> Response<Body> {
        let origin = hyper::upgrade::on(&mut *response);
        tokio::spawn(async move {
            let Ok((client, origin)) = futures_util::future::try_join(self.client, origin).await else {
                return;
            };
            let (mut client, mut origin) = (TokioIo::new(client), TokioIo::new(origin));
            // Either side may go at any time, and nobody is left to be told.
            let _ = copy_bidirectional_with_sizes(&mut client, &mut origin, BUFFER, BUFFER).await;
        });
        let mut accepted = Response::new(empty());
        *accepted.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let protocol = response.headers().get(UPGRADE).unwrap_or(&self.protocol).clone();
        *accepted.headers_mut() = std::mem::take(response.headers_mut());
        hop::remove(accepted.headers_mut());
        accepted.headers_mut().insert(UPGRADE, protocol);
        accepted.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
        accepted
    }
}

/// Whoever could go on with HTTP in a tunnel would send requests past everything that is removed and added here.
fn is_passed(protocol: &str) -> bool {
    let name = protocol.split('/').next().unwrap_or(protocol).trim().to_ascii_lowercase();
    !name.is_empty() && !["h2", "h2c", "h3", "http", "https", "tls"].contains(&name.as_str())
}
