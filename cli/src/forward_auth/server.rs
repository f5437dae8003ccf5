//! Listens, and answers each connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
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
use tokio::sync::Semaphore;

use super::app::{App, apps};
use super::config::Settings;
use super::route::{Route, route};
use super::verdict::{refused, verdict};
use crate::exit::Failure;

const HEADER_BYTES_MAX: usize = 64 << 10;
const HEADERS_MAX: usize = 200;
const HEADER_TIME: Duration = Duration::from_secs(75);
const CONNECTIONS_MAX: usize = 4_096;
const PAUSE: Duration = Duration::from_millis(100);

type Apps = Arc<HashMap<String, App>>;

/// Whether the configuration is usable. Nothing is fetched or written.
pub fn check(settings: &Settings) -> Result<(), Failure> {
    address(settings)?;
    apps(settings, false).map(drop)
}

pub fn serve(settings: &Settings) -> Result<(), Failure> {
    let address = address(settings)?;
    let apps: Apps = Arc::new(apps(settings, true)?);
    apps.values().for_each(|app| app.keys.begin());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("start threads", &error))?;
    runtime.block_on(run(address, apps))
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

async fn run(address: SocketAddr, apps: Apps) -> Result<(), Failure> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::io(format!("listen on {address}"), &error))?;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // Answers are written whole; waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let apps = Arc::clone(&apps);
        tokio::spawn(async move {
            let _place = place;
            let service = service_fn(|request| answer(&apps, request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                .max_headers(HEADERS_MAX)
                .max_header_size(HEADER_BYTES_MAX)
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away has nobody to be told.
            let _ = connection.await;
        });
    }
}

async fn answer(
    apps: &HashMap<String, App>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let uri = request.uri();
    // A target in absolute form is no path.
    let path = if uri.authority().is_some() { "" } else { uri.path() };
    let mut response = match route(path) {
        Route::Verify(name) => match apps.get(name) {
            Some(app) => verdict(app, request.method(), request.headers()).await,
            None => refused(Answer::refusing(Status::NoRoute), None),
        },
        Route::Health => Response::new(Full::from("ok\n")),
        Route::Ready => ready(apps),
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
