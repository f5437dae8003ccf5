//! Sessions that are begun and ended without a page.

use std::fs;
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{access, get, post};
use crate::access::Access;
use crate::clock::Setting;
use crate::config::{Origin, Source};

async fn sign_in(access: &Arc<Access>, email: &str, app: &str) -> Value {
    let answer = post(access, "sessions", &json!({"email": email, "app": app}).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

async fn sessions(access: &Arc<Access>) -> Vec<String> {
    let state = get(access, "state").await.json();
    let sessions = state["sessions"].as_array().unwrap();
    let shown = sessions.iter().map(|session| {
        format!("{} {}", session["email"].as_str().unwrap(), session["application"].as_str().unwrap())
    });
    let mut shown: Vec<_> = shown.collect();
    shown.sort();
    shown
}

#[tokio::test]
async fn who_signs_in_gets_cookie_and_token() {
    let access = access();
    let begun = sign_in(&access, "Ada@Example.com", "wiki").await;
    let token = begun["token"].as_str().unwrap();
    assert!(begun["cookie"].as_str().unwrap().starts_with(&format!("CF_Authorization={token};")));
    assert_eq!(begun["url"], "http://wiki.localhost:8780/");
    assert!(begun["expires"].as_i64().unwrap() > access.clock.now());
    assert_eq!(sessions(&access).await, ["ada@example.com wiki"]);
    assert!(!get(&access, "state").await.text().contains(token));
}

#[tokio::test]
async fn who_no_policy_lets_in_gets_nothing() {
    let access = access();
    for (email, app) in [("eve@evil.test", "wiki"), ("grace@example.com", "admin")] {
        let answer = post(&access, "sessions", &json!({"email": email, "app": app}).to_string()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.error().contains(email));
    }
    assert!(sessions(&access).await.is_empty());
}

#[tokio::test]
async fn sessions_end_by_application_person_and_nonce() {
    let access = access();
    for (email, app) in
        [("ada@example.com", "wiki"), ("ada@example.com", "admin"), ("grace@example.com", "wiki")]
    {
        sign_in(&access, email, app).await;
    }
    assert_eq!(post(&access, "revoke", r#"{"app":"admin"}"#).await.json(), json!({"ended": 1}));
    assert_eq!(sessions(&access).await, ["ada@example.com wiki", "grace@example.com wiki"]);
    assert_eq!(post(&access, "revoke", r#"{"user":"Ada@example.com"}"#).await.json(), json!({"ended": 1}));
    let state = get(&access, "state").await.json();
    let nonce = state["sessions"][0]["nonce"].as_str().unwrap();
    let body = json!({ "session": nonce }).to_string();
    assert_eq!(post(&access, "revoke", &body).await.json(), json!({"ended": 1}));
    assert!(sessions(&access).await.is_empty());
    assert_eq!(post(&access, "revoke", &body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(&access, "revoke", r#"{"service":"ci"}"#).await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_are_minted_without_a_session() {
    let access = access();
    access.clock.set(Setting::Frozen(1_767_225_600));
    let body = r#"{"email":"ada@example.com","app":"wiki","issued":"-2h","expires":"2026-01-01T01:00:00Z",
        "claims":{"country":"DE"}}"#;
    let minted = post(&access, "mint", body).await.json();
    let token = minted["token"].as_str().unwrap();
    let claims = crate::tokens::check(token, &access.keys, "app", access.clock.now()).unwrap();
    assert_eq!(claims.seconds("iat"), 1_767_218_400);
    assert_eq!(claims.seconds("exp"), 1_767_229_200);
    assert_eq!((claims.text("email"), claims.text("country")), ("ada@example.com", "DE"));
    assert!(sessions(&access).await.is_empty());
    for (body, wanted) in [
        (r#"{"email":"ada@example.com"}"#, "app"),
        (r#"{"app":"wiki","service":"cd"}"#, "there are ci"),
        (r#"{"app":"wiki","email":"ada@example.com","service":"ci"}"#, "either"),
        (r#"{"app":"wiki","email":"ada@example.com","fault":"expird"}"#, "did you mean expired?"),
        (r#"{"app":"wiki","email":"ada@example.com","fault":"certs-500"}"#, "certs-500"),
        (r#"{"app":"wiki","email":"ada@example.com","issued":"now"}"#, "issued"),
        (r#"{"app":"wiki","email":"ada@example.com","type":"admin"}"#, "unknown variant"),
    ] {
        let answer = post(&access, "mint", body).await;
        assert!(answer.status.is_client_error(), "{body}");
        assert!(answer.error().contains(wanted), "{body}: {}", answer.error());
    }
}

#[tokio::test]
async fn a_reset_ends_all_and_reads_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfaccess-local.toml");
    let mut access = access();
    let source = Source { origin: Origin::File(file.clone()), face_is_exact: false, session_duration: None };
    Arc::get_mut(&mut access).unwrap().source = Some(source);
    sign_in(&access, "ada@example.com", "wiki").await;
    post(&access, "faults", r#"{"name":"expired"}"#).await;
    access.clock.set(Setting::Offset(60));
    let kid = access.keys.current().kid.clone();

    fs::write(&file, "x = 1").unwrap();
    let answer = post(&access, "reset", "").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.error().contains("the configuration stays as it was"));
    assert!(access.config.load().application("wiki").is_some());
    assert!(sessions(&access).await.is_empty() && access.faults.list(0).is_empty());
    assert_eq!((access.clock.setting(), &access.keys.current().kid), (Setting::Real, &kid));

    fs::write(&file, "[[application]]\nname = \"other\"\nupstream = \"http://127.0.0.1:1\"").unwrap();
    assert_eq!(post(&access, "reset", "").await.json(), json!({"notes": []}));
    assert!(access.config.load().application("other").is_some());
}
