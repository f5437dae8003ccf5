//! The control interface by requests, without a socket unless the test is of one.

mod calls;
mod documentation;
mod guard;
mod page;
mod sessions;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use axum::body::Body;
use bytes::Bytes;
use http::request::Builder;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::access::Access;
use crate::clock::{Clock, Setting};
use crate::config::Config;
use crate::edge::Upstreams;
use crate::face::Face;
use crate::faults::Faults;
use crate::keys::KeyRing;
use crate::request_log::RequestLog;
use crate::sessions::Sessions;
use crate::state::State;
use crate::transfer::Transfers;

const TOKEN: &str = "a-control-token-of-tests";
const OWN: &str = "http://127.0.0.1:8780";

const TWO: &str = r#"
[[application]]
name = "wiki"
domain = "wiki.localhost"
upstream = "http://127.0.0.1:8000"
[[application.policy]]
name = "staff"
decision = "allow"
include = { emails_ending_in = ["@example.com"] }

[[application]]
name = "admin"
domain = "admin.localhost/area"
upstream = "http://127.0.0.1:8001"
[[application.policy]]
name = "ada"
decision = "allow"
include = { emails = ["ada@example.com"] }

[[user]]
email = "ada@example.com"
name = "Ada <b>"

[[service_token]]
name = "ci"
"#;

/// An Access of its own for each test.
fn access() -> Arc<Access> {
    access_with(keys())
}

fn access_with(keys: KeyRing) -> Arc<Access> {
    Arc::new(Access {
        config: ArcSwap::from_pointee(Config::parse(TWO, false).unwrap()),
        face: Face::Plain { port: 8_780 },
        clock: Clock::default(),
        keys,
        sessions: Sessions::default(),
        faults: Faults::default(),
        requests: RequestLog::default(),
        names: None,
        source: None,
        transfers: Transfers::default(),
        upstreams: Upstreams::default(),
        secrets: HashMap::from([("ci".to_owned(), "local_a-secret-of-tests".to_owned())]),
        control_token: TOKEN.to_owned(),
        auto_login: None,
    })
}

/// Two keys that are the same for all tests of a process, since it takes long to make some. They cannot be
/// changed, since their folder is gone.
fn keys() -> KeyRing {
    static PEM: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let state = Arc::new(State::open(&folder.path().join("state")).unwrap());
        KeyRing::open(Arc::clone(&state)).unwrap();
        state.read("keys").unwrap().unwrap()
    });
    let folder = tempfile::tempdir().unwrap();
    let state = Arc::new(State::open(&folder.path().join("state")).unwrap());
    state.write("keys", &PEM).unwrap();
    KeyRing::open(state).unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// What a refused call says.
    #[track_caller]
    fn error(&self) -> String {
        let json = self.json();
        let members = json.as_object().unwrap();
        assert_eq!(members.len(), 1, "{json}");
        let message = members["error"].as_str().unwrap().to_owned();
        assert!(!message.is_empty() && !message.contains('\n'), "{message:?}");
        message
    }
}

async fn send(access: &Arc<Access>, request: Request<Body>) -> Answer {
    let (parts, body) = super::answer(access, request).await.into_parts();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    };
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
    answer
}

fn request(method: Method, path: &str) -> Builder {
    Request::builder().method(method).uri(format!("/cdn-cgi/local/{path}")).header("host", "127.0.0.1:8780")
}

fn authorized(method: Method, path: &str) -> Builder {
    request(method, path).header("authorization", format!("Bearer {TOKEN}"))
}

async fn get(access: &Arc<Access>, path: &str) -> Answer {
    send(access, authorized(Method::GET, path).body(Body::empty()).unwrap()).await
}

async fn call(access: &Arc<Access>, method: Method, path: &str, body: &str) -> Answer {
    let request = authorized(method, path).header("content-type", "application/json");
    send(access, request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn post(access: &Arc<Access>, path: &str, body: &str) -> Answer {
    call(access, Method::POST, path, body).await
}

/// What must be the same after a call that is refused.
fn fingerprint(access: &Access) -> (Setting, String, usize, usize, usize) {
    (
        access.clock.setting(),
        access.keys.document().etag.clone(),
        access.session_overviews().len(),
        access.faults.list(access.clock.now()).len(),
        access.requests.after(0).len(),
    )
}
