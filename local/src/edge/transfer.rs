//! `https://login.cloudflareaccess.org/transfer/<key>`

use http::Request;

use super::reply::Reply;
use crate::access::Access;
use crate::transfer_endpoint;

impl Access {
    pub(super) async fn answer_transfer<B>(&self, request: &Request<B>, path: &str) -> Reply {
        // Borrowed here alone, since a body cannot be shared while this waits.
        let method = request.method().clone();
        Reply::answered("transfer", transfer_endpoint::answer(&self.transfers, &method, path).await)
    }
}
