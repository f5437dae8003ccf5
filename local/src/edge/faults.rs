//! Faults of the edge itself.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;

use super::body::cut;
use super::reply::{Decision, Reply, text};
use super::{empty, refusal};
use crate::access::Access;
use crate::config::Application;
use crate::faults::{Fault, Stage};

/// How late a slow answer is.
const SLOW: Duration = Duration::from_secs(10);
/// A close frame of a server: 1001, "going away".
const GOING_AWAY: [u8; 4] = [0x88, 0x02, 0x03, 0xe9];

impl Access {
    /// The answer of a fault in force; none if the request goes on, perhaps late.
    pub(super) async fn edge_fault(
        &self,
        request: &mut Request<Incoming>,
        application: &Application,
        host: &str,
        path: &str,
    ) -> Option<Reply> {
        let is_script = refusal::is_script(request.headers());
        let is_websocket = is_websocket(request.headers());
        let can_hit = |fault| match fault {
            Fault::Edge302Xhr => is_script,
            Fault::WsClose => is_websocket,
            _ => true,
        };
        let name = Some(application.name.as_str());
        let fault = self.faults.take_if(Stage::Edge, name, path, self.clock.now(), can_hit)?;
        let mut reply = match fault {
            Fault::Edge302Xhr => self.to_login(request, application, host, "", None),
            Fault::Edge401All => self.unauthorized(request, host, ""),
            Fault::Edge503 => unavailable(),
            Fault::EdgeCut => cut_page(),
            Fault::WsClose => close_websocket(request)?,
            Fault::EdgeSlow => {
                tokio::time::sleep(SLOW).await;
                return None;
            }
            _ => return None,
        };
        reply.decision = Decision::Fault;
        reply.reason = fault.name().to_owned();
        Some(reply)
    }
}

pub(super) fn is_websocket(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

fn unavailable() -> Reply {
    Reply::refused("", text(StatusCode::SERVICE_UNAVAILABLE, "The edge is not available (a fault).\n".into()))
}

fn cut_page() -> Reply {
    let mut response = Response::new(cut(Bytes::from_static(b"<html>")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    Reply::refused("", response)
}

/// Accepts a WebSocket, and closes it at once.
fn close_websocket(request: &mut Request<Incoming>) -> Option<Reply> {
    let key = request.headers().get(SEC_WEBSOCKET_KEY)?.as_bytes();
    let seed = [key, b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"].concat();
    let accept = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &seed));
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let mut stream = TokioIo::new(upgraded);
            let _ = stream.write_all(&GOING_AWAY).await;
            let _ = stream.shutdown().await;
        }
    });
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::try_from(accept).ok()?);
    Some(Reply::refused("", response))
}
