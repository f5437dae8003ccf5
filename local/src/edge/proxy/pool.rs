//! Connections to origins, kept for a moment after each exchange.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::body::Outgoing;
use super::failure::Failure;
use crate::config::Upstream;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Shorter than servers wait for the next request, so that they do not close a connection while a request is on its
/// way, and short enough for a server that waits for its connections to end before it stops.
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);
/// For each origin.
const MOST_IDLE: usize = 64;

#[derive(Default)]
pub(super) struct Pool {
    idle: Arc<Mutex<Idle>>,
}

#[derive(Default)]
struct Idle {
    /// By the authority of the origin; the last one is the freshest.
    connections: HashMap<String, Vec<(Instant, SendRequest<Outgoing>)>>,
    /// Whether a task is there that closes connections when their time is over.
    has_reaper: bool,
}

impl Pool {
    /// Waits for the head of the response as long as it takes. A request that is no longer waited for ends with its
    /// connection.
    pub(super) async fn send(
        &self,
        upstream: &Upstream,
        mut request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, Failure> {
        let authority = upstream.authority();
        while let Some(mut connection) = self.take(&authority) {
            match connection.try_send_request(request).await {
                Ok(response) => {
                    self.keep(authority, connection);
                    return Ok(response);
                }
                // A connection that ended meanwhile gives the request back untouched.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(Failure::no_answer(upstream, error.error())),
                },
            }
        }
        let mut connection = connect(upstream).await?;
        let response = connection.send_request(request).await;
        let response = response.map_err(|error| Failure::no_answer(upstream, &error))?;
        self.keep(authority, connection);
        Ok(response)
    }

    fn take(&self, authority: &str) -> Option<SendRequest<Outgoing>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = idle.connections.get_mut(authority)?;
        while let Some((since, connection)) = connections.pop() {
            if connection.is_ready() && since.elapsed() < IDLE_TIMEOUT {
                return Some(connection);
            }
        }
        None
    }

    /// Takes a connection back once the response was read to its end.
    fn keep(&self, authority: String, mut connection: SendRequest<Outgoing>) {
        let idle = Arc::clone(&self.idle);
        tokio::spawn(async move {
            if connection.ready().await.is_err() {
                return;
            }
            let mut guard = idle.lock().unwrap_or_else(PoisonError::into_inner);
            let connections = guard.connections.entry(authority).or_default();
            if connections.len() < MOST_IDLE {
                connections.push((Instant::now(), connection));
            }
            if !std::mem::replace(&mut guard.has_reaper, true) {
                tokio::spawn(reap(Arc::clone(&idle)));
            }
        });
    }
}

/// Closes connections when their time is over, until there are none.
async fn reap(idle: Arc<Mutex<Idle>>) {
    loop {
        tokio::time::sleep(IDLE_TIMEOUT).await;
        let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
        for connections in idle.connections.values_mut() {
            connections
                .retain(|(since, connection)| since.elapsed() < IDLE_TIMEOUT && !connection.is_closed());
        }
        idle.connections.retain(|_, connections| !connections.is_empty());
        if idle.connections.is_empty() {
            idle.has_reaper = false;
            return;
        }
    }
}

async fn connect(upstream: &Upstream) -> Result<SendRequest<Outgoing>, Failure> {
    let host = upstream.host.trim_start_matches('[').trim_end_matches(']');
    let stream = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect((host, upstream.port)))
        .await
        .map_err(|_| Failure::unreachable(upstream, "no connection within five seconds"))?
        .map_err(|error| Failure::unreachable(upstream, reason(&error)))?;
    // Without it nothing but latency is lost.
    let _ = stream.set_nodelay(true);
    let (sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Failure::no_answer(upstream, &error))?;
    tokio::spawn(connection.with_upgrades());
    Ok(sender)
}

fn reason(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "it cannot be reached",
        io::ErrorKind::TimedOut => "the connection timed out",
        io::ErrorKind::ConnectionReset => "the connection was reset",
        _ => "its name is unknown, or no connection can be made",
    }
}
