//! Listens, and answers each connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cfaccess::{Answer, Status};
use http_body_util::Full;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};

use super::app::{App, apps};
use super::config::Settings;
use super::route::{Route, route};
use super::verdict::{refused, verdict};
use crate::exit::Failure;
use crate::output::Output;

const HEADER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 200;
const HEADER_TIME: Duration = Duration::from_secs(75);
const CONNECTIONS_MAX: usize = 4_096;
const PAUSE: Duration = Duration::from_millis(100);

/// What requests under way get when the server ends.
const GRACE: Duration = Duration::from_secs(5);

type Apps = Arc<HashMap<String, App>>;
/// Replaced whole when the configuration is read again.
type InForce = Arc<RwLock<Apps>>;

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
    let (stop, stopping) = watch::channel(false);
    let in_force: InForce = Arc::new(RwLock::new(apps));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::io(format!("listen on {address}"), &error))?;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let next = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            _ = term.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => {
                reload(path, &in_force, output);
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
        let (in_force, mut stopping) = (Arc::clone(&in_force), stopping.clone());
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(|request| answer(current(&in_force), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                .max_headers(HEADERS_MAX)
                .max_header_size(HEADER_BYTES_MAX)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            // A client that goes away has nobody to be told.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stopped(&mut stopping) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
    }
    drop(listener);
    let _ = stop.send(true);
    let all = places.acquire_many(u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX));
    let _ = tokio::time::timeout(GRACE, all).await;
    Ok(())
}

/// Waits until the server ends.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stops| *stops).await;
}

fn current(in_force: &InForce) -> Apps {
    Arc::clone(&in_force.read().unwrap_or_else(PoisonError::into_inner))
}

/// A file that is wrong leaves the configuration as it is. Keys that were fetched are kept.
fn reload(path: &Path, in_force: &InForce, output: &Output) {
    let known = current(in_force).values().filter_map(App::fetched).collect();
    match Settings::read(path).and_then(|settings| apps(&settings, true, known)) {
        Ok(apps) => {
            apps.values().for_each(|app| app.keys.begin());
            *in_force.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(apps);
            output.note("the configuration was read again");
        }
        Err(failure) => output.note(&format!("the configuration stays as it was: {}", failure.message)),
    }
}

async fn answer(apps: Apps, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let uri = request.uri();
    // A target in absolute form is no path.
    let path = if uri.authority().is_some() { "" } else { uri.path() };
    let mut response = match route(path) {
        Route::Verify(name) => match apps.get(name) {
            Some(app) => verdict(app, request.method(), request.headers()).await,
            None => refused(Answer::refusing(Status::NoRoute), None),
        },
        Route::Health => Response::new(Full::from("ok\n")),
        Route::Ready => ready(&apps),
        Route::Nothing => refused(Answer::refusing(Status::NoRoute), None),
    };
    if !request.body().is_end_stream() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

fn ready(apps: &HashMap<String, App>) -> Response<Full<Bytes>> {
    if apps.values().all(|app| app.keys.try_connect().is_ok()) {
        return Response::new(Full::from("ok\n"));
    }
    let mut response = Response::new(Full::from("keys are missing\n"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
