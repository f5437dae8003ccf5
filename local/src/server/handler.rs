//! What the server asks for each answer.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::access::Access;
use crate::edge::Body;

/// Answers requests.
///
/// Requests of both versions of HTTP come in one shape: the URI is a path and perhaps a query (or `*`), there is
/// exactly one `Host`, and cookies of HTTP/2 are in one header.
pub(crate) trait Handler: Send + Sync + 'static {
    fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Body>> + Send;
}

impl Handler for Access {
    fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Body>> + Send {
        self.answer(request, peer)
    }
}
