//! Bodies of requests on their way to the origin.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, header, request};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::oneshot;
use tokio::time::Sleep;

use super::super::BoxError;

/// How long a body waits for an origin that may know nothing of `100 Continue` (RFC 9110 section 10.1.1).
const CONTINUE_TIMEOUT: Duration = Duration::from_secs(1);

/// The client's body as it comes. With `Expect: 100-continue` it is not read before the origin asks for it, so that
/// the client sends nothing to an origin that refuses.
pub(super) struct Outgoing {
    body: Incoming,
    hold: Option<Hold>,
}

struct Hold {
    opened: oneshot::Receiver<()>,
    patience: Pin<Box<Sleep>>,
    signal: Arc<Signal>,
}

/// What the origin said before the body was sent.
struct Signal {
    open: Mutex<Option<oneshot::Sender<()>>>,
    is_answered: AtomicBool,
}

/// The final response to a request whose body may still be held: it is sent no more, and dropped when the response
/// has ended.
pub(super) struct Answered(Arc<Signal>);

impl Outgoing {
    pub(super) fn new(body: Incoming, head: &mut request::Parts) -> (Outgoing, Option<Answered>) {
        let expects = head
            .headers
            .get(header::EXPECT)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        if !expects || body.is_end_stream() {
            return (Outgoing { body, hold: None }, None);
        }
        let (open, opened) = oneshot::channel();
        let signal = Arc::new(Signal { open: Mutex::new(Some(open)), is_answered: AtomicBool::new(false) });
        let mut carrier = http::Request::new(());
        let of_origin = Arc::clone(&signal);
        hyper::ext::on_informational(&mut carrier, move |response| {
            if let (StatusCode::CONTINUE, Some(open)) = (response.status(), of_origin.take()) {
                let _ = open.send(());
            }
        });
        head.extensions.extend(std::mem::take(carrier.extensions_mut()));
        let patience = Box::pin(tokio::time::sleep(CONTINUE_TIMEOUT));
        let hold = Hold { opened, patience, signal: Arc::clone(&signal) };
        (Outgoing { body, hold: Some(hold) }, Some(Answered(signal)))
    }
}

impl Signal {
    fn take(&self) -> Option<oneshot::Sender<()>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Hold {
    /// Whether the body may be sent.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        if let Poll::Ready(opened) = Pin::new(&mut self.opened).poll(context) {
            return Poll::Ready(opened.is_ok());
        }
        ready!(self.patience.as_mut().poll(context));
        if self.signal.is_answered.load(Ordering::Acquire) { Poll::Pending } else { Poll::Ready(true) }
    }
}

impl Answered {
    pub(super) fn until_end_of(self, body: Incoming) -> impl Body<Data = Bytes, Error = BoxError> + Send {
        self.0.is_answered.store(true, Ordering::Release);
        body.map_frame(move |frame| {
            let _until_dropped = &self;
            frame
        })
        .map_err(Into::into)
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(hold) = &mut self.hold {
            if !ready!(hold.poll(context)) {
                return Poll::Ready(Some(Err("the origin answered without the body".into())));
            }
            self.hold = None;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
