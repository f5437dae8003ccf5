//! Listens, and answers each connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cfaccess::{Answer, Refusal, Status};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::app::{App, apps};
use super::config::Settings;
use super::metrics::Counts;
use super::notify::{READY, STOPPING, notify};
use super::route::{Route, route};
use super::verdict::{refused, verdict};
use crate::exit::Failure;
use crate::output::Output;

const HEADER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 200;
const HEADER_TIME: Duration = Duration::from_secs(75);
const CONNECTIONS_MAX: usize = 4_096;
const PAUSE: Duration = Duration::from_millis(100);
/// How long systemd is kept waiting for the first keys.
const KEYS_TIME: Duration = Duration::from_secs(10);

/// How long a body that nobody reads may go on after the answer.
const LINGER: Duration = Duration::from_secs(1);

/// What requests under way get when the server ends.
const GRACE: Duration = Duration::from_secs(5);

type Apps = Arc<HashMap<String, App>>;

/// What all connections share.
struct Shared {
    /// Replaced whole when the configuration is read again.
    apps: RwLock<Apps>,
    counts: Counts,
}

impl Shared {
    fn apps(&self) -> Apps {
        Arc::clone(&self.apps.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether the configuration is usable. Nothing is fetched or written.
pub fn check(settings: &Settings) -> Result<(), Failure> {
    address(settings)?;
    apps(settings, false, HashMap::new()).map(drop)
}

/// Answers until SIGTERM or SIGINT; SIGHUP has the file read again.
pub fn serve(path: &Path, settings: &Settings, output: &Output) -> Result<(), Failure> {
    let address = address(settings)?;
    let apps: Apps = Arc::new(apps(settings, true, HashMap::new())?);
    apps.values().for_each(|app| app.keys.begin());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("start threads", &error))?;
    runtime.block_on(run(path, address, apps, output))
}

fn address(settings: &Settings) -> Result<SocketAddr, Failure> {
    let address: SocketAddr = settings
        .listen
        .parse()
        .map_err(|_| Failure::config("listen: expected an address with a port, such as 127.0.0.1:9180"))?;
    if !address.ip().is_loopback() && !settings.expose {
        return Err(Failure::config("listen: an address beyond this computer needs expose = true"));
    }
    Ok(address)
}

async fn run(path: &Path, address: SocketAddr, apps: Apps, output: &Output) -> Result<(), Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::io("wait for signals", &error));
    let mut term = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hangup = listen(SignalKind::hangup())?;
    let connections = GracefulShutdown::new();
    let shared = Arc::new(Shared { apps: RwLock::new(apps), counts: Counts::default() });
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::io(format!("listen on {address}"), &error))?;
    tokio::spawn(tell_when_ready(Arc::clone(&shared)));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let next = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            _ = term.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => {
                reload(path, &shared, output);
                continue;
            }
            next = next => next,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // Answers are written whole; waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let (shared, watcher) = (Arc::clone(&shared), connections.watcher());
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                .max_headers(HEADERS_MAX)
                .max_header_size(HEADER_BYTES_MAX)
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away has nobody to be told.
            let _ = watcher.watch(connection).await;
        });
    }
    notify(STOPPING);
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
    Ok(())
}

/// Once all keys are in force. A server that cannot obtain them refuses, and is up nevertheless.
async fn tell_when_ready(shared: Arc<Shared>) {
    let keys = async {
        while missing(&shared.apps()).is_some() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    let _ = tokio::time::timeout(KEYS_TIME, keys).await;
    notify(READY);
}

/// A file that is wrong leaves the configuration as it is. Keys that were fetched are kept.
fn reload(path: &Path, shared: &Shared, output: &Output) {
    let known = shared.apps().values().filter_map(App::fetched).collect();
    match Settings::read(path).and_then(|settings| apps(&settings, true, known)) {
        Ok(apps) => {
            apps.values().for_each(|app| app.keys.begin());
            *shared.apps.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(apps);
            output.note("the configuration was read again");
        }
        Err(failure) => output.note(&format!("the configuration stays as it was: {}", failure.message)),
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let apps = shared.apps();
    let uri = request.uri();
    // A target in absolute form is no path.
    let path = if uri.authority().is_some() { "" } else { uri.path() };
    let mut response = match route(path) {
        Route::Verify(name) => match apps.get(name) {
            Some(app) => {
                let (status, response) = verdict(app, request.method(), request.headers()).await;
                shared.counts.count(name, status);
                response
            }
            None => refused(Answer::refusing(Status::NoRoute), None),
        },
        Route::Health => Response::new(Full::from("ok\n")),
        Route::Ready => ready(&apps),
        Route::Metrics => shared.counts.page(),
        Route::Nothing => refused(Answer::refusing(Status::NoRoute), None),
    };
    if !request.body().is_end_stream() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        tokio::spawn(tokio::time::timeout(LINGER, discard(request.into_body())));
    }
    Ok(response)
}

/// A connection that is closed with data still unread is reset, and the answer may be lost with it.
async fn discard(mut body: Incoming) {
    while let Some(Ok(_)) = body.frame().await {}
}

/// Why keys of an application are not in force.
fn missing(apps: &HashMap<String, App>) -> Option<Refusal> {
    apps.values().find_map(|app| app.keys.try_connect().err())
}

fn ready(apps: &HashMap<String, App>) -> Response<Full<Bytes>> {
    let Some(refusal) = missing(apps) else {
        return Response::new(Full::from("ok\n"));
    };
    let mut response = Response::new(Full::from(format!("{}\n", refusal.message())));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
