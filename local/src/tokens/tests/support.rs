//! An application, people and tokens to test with, and the library's verifier for them.

use std::sync::LazyLock;

use cfaccess::{Config, Keys, Verifier};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::{Application, Domain, PathPattern, Upstream, User};
use crate::keys::KeyRing;
use crate::team::TEAM;
use crate::tokens::{AppClaims, Person, Service};

pub(crate) const AUD: &str = "3f1c6f0b5e8a4d2c9b7a6e5d4c3b2a190f8e7d6c5b4a39281706f5e4d3c2b1a0";
pub(crate) const CLIENT_ID: &str = "0123456789abcdef0123456789abcdef.access";
pub(crate) const NONCE: &str = "6ei69kawdKzMIAPF";
pub(crate) const POLICY: Uuid = Uuid::from_u128(0x5f9c_0f6e_7a0d_4d7a_9a2b_1f0e_3c4d_5e6f);

/// For tests that do not replace its keys, which take long to make without optimisation.
pub(crate) fn shared_ring() -> &'static KeyRing {
    static RING: LazyLock<KeyRing> = LazyLock::new(|| KeyRing::generate().unwrap());
    &RING
}

pub(crate) fn application() -> Application {
    let domain = Domain { host: "wiki.localhost".into(), path: PathPattern::all() };
    let upstream = Upstream { host: "127.0.0.1".into(), port: 8000 };
    Application {
        aud: AUD.into(),
        session_duration: Some(3_600),
        ..Application::new("wiki", domain, upstream)
    }
}

pub(crate) fn ada() -> User {
    User {
        email: "ada@example.com".into(),
        name: "Ada".into(),
        groups: vec![json!("admins")],
        country: "DE".into(),
        custom: Map::new(),
    }
}

pub(crate) fn system_now() -> i64 {
    crate::clock::Clock::default().now()
}

pub(crate) fn of_person(issued: i64, duration: i64) -> AppClaims {
    AppClaims::of_person(&Person {
        user: &ada(),
        application: &application(),
        host: "wiki.localhost",
        policy_id: POLICY,
        identity_nonce: NONCE,
        issued,
        duration,
    })
}

pub(crate) fn of_service(issued: i64, duration: i64) -> AppClaims {
    AppClaims::of_service(&Service { client_id: CLIENT_ID, application: &application(), issued, duration })
}

/// The library's verifier for the application, for people and services, with these published keys.
pub(crate) fn verifier(ring: &KeyRing) -> Verifier {
    let mut config = Config::new(TEAM).unwrap();
    config.add_audience(AUD).unwrap();
    config.allow_service(CLIENT_ID).unwrap();
    Verifier::new(config, Keys::from_json(&ring.document().body).unwrap()).unwrap()
}

/// The name of the status of a token at the origin.
pub(crate) fn status(verifier: &Verifier, token: &str) -> &'static str {
    match verifier.verify(token.as_bytes()) {
        Ok(_) => "OK",
        Err(refusal) => refusal.status().name(),
    }
}

/// Header and payload of a token, as they were signed.
pub(crate) fn texts(token: &str) -> [String; 2] {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [parts.next().unwrap(), parts.next().unwrap()].map(|bytes| String::from_utf8(bytes).unwrap())
}

pub(crate) fn payload(token: &str) -> Value {
    serde_json::from_str(&texts(token)[1]).unwrap()
}
