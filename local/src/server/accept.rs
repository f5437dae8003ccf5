//! Accepts connections until the server is to end.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::StartError;
use super::exact::Exact;
use super::handler::Handler;
use super::http::{self, Asked, Stopping};

/// How many connections are open at once; more of them wait to be accepted.
const MAX_CONNECTIONS: usize = 4_096;
/// What requests under way get when the server ends.
const GRACE: Duration = Duration::from_secs(5);
/// Until the next attempt after an error such as "too many open files", which ends when a connection does.
const PAUSE: Duration = Duration::from_millis(100);

/// What a connection is for.
#[derive(Clone)]
pub(super) enum Served {
    Plain,
    Exact(Arc<Exact>),
}

impl Served {
    async fn serve<H: Handler>(
        self,
        stream: TcpStream,
        handler: Arc<H>,
        peer: SocketAddr,
        stopping: Stopping,
    ) {
        match self {
            Served::Plain => http::serve_1(stream, Asked { handler, peer, only: None }, stopping).await,
            Served::Exact(exact) => exact.serve(stream, handler, peer, stopping).await,
        }
    }
}

pub(super) async fn run<H: Handler>(
    listeners: Vec<std::net::TcpListener>,
    served: Served,
    handler: Arc<H>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let listeners: Vec<TcpListener> = listeners
        .into_iter()
        .map(TcpListener::from_std)
        .collect::<io::Result<_>>()
        .map_err(|error| StartError::new(format!("cannot listen: {error}")))?;
    let (stop, stopping) = watch::channel(false);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    // A connection that panics ends alone: its task is where a panic stops.
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, accept(&listeners).await)
        };
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            (place, (stream, peer)) = next => {
                let (served, handler, stopping) = (served.clone(), Arc::clone(&handler), stopping.clone());
                connections.spawn(async move {
                    let _place = place;
                    served.serve(stream, handler, peer, stopping).await;
                });
            }
        }
    }
    drop(listeners);
    let _ = stop.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all).await;
    connections.shutdown().await;
    Ok(())
}

/// The next connection of any listener.
async fn accept(listeners: &[TcpListener]) -> (TcpStream, SocketAddr) {
    loop {
        let next = poll_fn(|context| {
            let ready = listeners.iter().find_map(|listener| match listener.poll_accept(context) {
                Poll::Ready(accepted) => Some(accepted),
                Poll::Pending => None,
            });
            ready.map_or(Poll::Pending, Poll::Ready)
        });
        match next.await {
            Ok((stream, peer)) => {
                // Answers are written whole; waiting for more to send only delays them.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
