//! The other endpoints, and faults of the edge.

use super::*;
use crate::faults::{Fault, Limit, Scope};
use crate::transfer_box::ClientKey;

async fn signed_in() -> (World, Jar) {
    let world = World::new(&[samples::application("app", "localhost")]).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    (world, jar)
}

#[tokio::test]
async fn the_key_document_is_cached_by_its_etag() {
    let (world, _) = signed_in().await;
    for host in ["127.0.0.1", "localhost"] {
        let answer = world.ask("GET", host, "/cdn-cgi/access/certs", &[]).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=14400");
        assert_eq!(answer.header("date"), "Tue, 14 Nov 2023 22:13:20 GMT");
        let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(document["keys"][0]["cfaccess_local"], true);
        let known = [("If-None-Match", answer.header("etag"))];
        let again = world.ask("GET", host, "/cdn-cgi/access/certs", &known).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        let other = [("If-None-Match", "\"other\"")];
        assert_eq!(world.ask("GET", host, "/cdn-cgi/access/certs", &other).await.status, 200);
    }
}

#[tokio::test]
async fn an_identity_is_that_of_the_token() {
    let (world, mut jar) = signed_in().await;
    for host in ["localhost", "127.0.0.1"] {
        let url = world.url(host, "/cdn-cgi/access/get-identity");
        let answer = world.visit(&mut jar, "GET", &url, &[], "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let identity: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(identity["email"], "ada@example.com");
        assert_eq!(identity["user_uuid"], samples::user("ada@example.com").sub().to_string());
        assert_eq!(identity["groups"][0], "admins");
        assert_eq!(identity["devicePosture"], serde_json::json!({}));
        let none = world.ask("GET", host, "/cdn-cgi/access/get-identity", &[]).await;
        assert_eq!((none.status, none.body.as_str()), (400, r#"{"err":"no app token set"}"#));
    }
    let config = world.access.config.load_full();
    let app = &config.applications[0];
    let token = world.access.issue_service(samples::CLIENT_ID, app, &app.policies[0], &config).token;
    let service = [("Cf-Access-Token", token.as_str())];
    assert_eq!(world.ask("GET", "localhost", "/cdn-cgi/access/get-identity", &service).await.status, 403);
}

#[tokio::test]
async fn programs_are_told_what_protects_a_host() {
    let (world, _) = signed_in().await;
    let path = "/.well-known/cloudflare-access-protected-resource/a";
    let answer = world.ask("GET", "localhost", path, &[]).await;
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (&document["protected"], &document["resource"]),
        (&true.into(), &world.at("http://localhost").into())
    );
    let headers = [("Cf-Access-Metadata-Request", "true")];
    let answer = world.ask("HEAD", "localhost", "/a", &headers).await;
    assert_eq!(answer.status, 200);
    let keys = &world.access.keys;
    let claims = crate::tokens::check(answer.header("cf-access-metadata"), keys, "match", NOW).unwrap();
    assert_eq!(claims.text("hostname"), "localhost");
    assert_eq!(claims.text("auth_domain"), crate::team::TEAM_HOST);
    assert_eq!(claims.text("aud"), samples::application("app", "localhost").aud);
}

#[tokio::test]
async fn an_approval_hands_the_tokens_over() {
    let (world, mut jar) = signed_in().await;
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    assert!(ClientKey::parse(key).is_some());
    let aud = samples::application("app", "localhost").aud;
    let key_in_query = key.replace('=', "%3D");
    let target = format!("/cdn-cgi/access/cli?aud={aud}&send_org_token=true&token={key_in_query}");
    let url = world.url("localhost", &target);
    let page = world.visit(&mut jar, "GET", &url, &[], "").await;
    assert_eq!(page.status, 200);
    assert_eq!(world.visit(&mut jar, "POST", &url, &[FORM], "csrf=wrong").await.status, 403);
    assert!(world.access.transfers.wait(key, std::time::Duration::ZERO).await.is_none());
    let body = format!("csrf={}", page.csrf());
    assert_eq!(world.visit(&mut jar, "POST", &url, &[FORM], &body).await.status, 200);
    let approved = world.access.transfers.wait(key, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(approved.app_token, jar.get("localhost", "CF_Authorization").unwrap());
    assert_eq!(approved.org_token.as_deref(), jar.get("127.0.0.1", "CF_Authorization"));
    // Without a session: to the login, and back to this page.
    jar.forget("localhost", "CF_Authorization");
    let (again, way) = world.follow(&mut jar, &url).await;
    assert!(again.body.contains("Approve"), "{again:?} {way:?}");
    let wrong = world.url("localhost", &format!("/cdn-cgi/access/cli?aud={aud}&token=short"));
    assert_eq!(world.visit(&mut jar, "GET", &wrong, &[], "").await.status, 400);
}

#[tokio::test]
async fn faults_of_the_edge_take_effect() {
    let (world, mut jar) = signed_in().await;
    let url = world.url("localhost", "/");
    let script = [("X-Requested-With", "XMLHttpRequest")];
    for (fault, plain, of_script) in
        [(Fault::Edge302Xhr, 200, 302), (Fault::Edge401All, 401, 401), (Fault::Edge503, 503, 503)]
    {
        world.access.faults.add(fault, Scope::default(), Limit::Never {}).unwrap();
        assert_eq!(world.visit(&mut jar, "GET", &url, &[], "").await.status, plain, "{fault:?}");
        assert_eq!(world.visit(&mut jar, "GET", &url, &script, "").await.status, of_script, "{fault:?}");
        world.access.faults.clear();
    }
    world.access.faults.add(Fault::EdgeCut, Scope::default(), Limit::Never {}).unwrap();
    let cut = world.visit(&mut jar, "GET", &url, &[], "").await;
    assert!(cut.body.contains("<html>") && !cut.body.ends_with("0\r\n\r\n"), "{cut:?}");
    world.access.faults.clear();
    world.access.faults.add(Fault::WsClose, Scope::default(), Limit::Never {}).unwrap();
    let upgrade = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let mut text = format!("GET / HTTP/1.1\r\nHost: {}\r\n", world.at("localhost"));
    upgrade.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
    let mut stream = TcpStream::connect(("127.0.0.1", world.port)).await.unwrap();
    stream.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    assert!(head.starts_with("http/1.1 101 ") && head.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
    assert_eq!(bytes[bytes.len() - 4..], [0x88, 2, 3, 0xe9]);
}

#[tokio::test]
async fn faults_of_tokens_and_keys_take_effect() {
    let (world, mut jar) = signed_in().await;
    let url = world.url("localhost", "/");
    let got = async |world: &World, jar: &mut Jar, fault| {
        world.access.faults.add(fault, Scope::default(), Limit::Never {}).unwrap();
        let answer = world.visit(jar, "GET", &url, &[], "").await;
        world.access.faults.clear();
        answer
    };
    let missing = got(&world, &mut jar, Fault::TokenMissing).await;
    assert!(missing.origin_got("cf-access-jwt-assertion").is_empty());
    assert!(!missing.body.contains("CF_Authorization"), "{missing:?}");
    assert_eq!(
        got(&world, &mut jar, Fault::HeaderTwice).await.origin_got("cf-access-jwt-assertion").len(),
        2
    );
    let other = got(&world, &mut jar, Fault::EmailOther).await;
    assert_ne!(other.origin_got("cf-access-authenticated-user-email"), ["ada@example.com"]);
    world.access.faults.add(Fault::Certs500, Scope::default(), Limit::Never {}).unwrap();
    assert_eq!(world.ask("GET", "127.0.0.1", "/cdn-cgi/access/certs", &[]).await.status, 500);
    world.access.faults.clear();
    world.access.faults.add(Fault::CertsCut, Scope::default(), Limit::Never {}).unwrap();
    let cut = world.ask("GET", "127.0.0.1", "/cdn-cgi/access/certs", &[]).await;
    let length: usize = cut.header("content-length").parse().unwrap();
    assert!(cut.body.len() < length);
}
