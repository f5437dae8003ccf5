//! Bodies of answers: made here, or passed on from the origin as they come.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::Frame;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

pub(crate) fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).map_err(|never| match never {}).boxed_unsync()
}

pub(crate) fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Until a body is cut, so that what was sent before is on its way.
const SENT: Duration = Duration::from_millis(100);

/// A body that ends before it is whole, and the connection with it.
pub(crate) fn cut(start: Bytes) -> Body {
    let start = stream::once(async { Ok(Frame::data(start)) });
    let end = stream::once(async {
        tokio::time::sleep(SENT).await;
        Err(BoxError::from("cut, as it was asked for"))
    });
    StreamBody::new(start.chain(end)).boxed_unsync()
}
