//! What other people's web pages, and other servers' names, can reach.

use super::*;

#[tokio::test]
async fn foreign_hosts_are_told_the_right_addresses() {
    let world = World::new(&[samples::application("app", "localhost")]).await;
    let port = world.port;
    for host in [
        "evil.test".to_owned(),
        format!("localhost.evil.test:{port}"),
        format!("localhost.:{port}"),
        "localhost".to_owned(),
        format!("localhost:{}", port.wrapping_add(1)),
        format!("wiki.localhost:{port}"),
        format!("127.0.0.2:{port}"),
    ] {
        let answer =
            world.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(answer.status, 421, "{host}");
        assert!(
            answer.body.contains(&world.at("http://127.0.0.1"))
                && answer.body.contains(&world.at("http://localhost"))
        );
        assert_eq!(answer.body.lines().count(), 1);
    }
    let upper =
        world.send(&format!("GET / HTTP/1.1\r\nHost: LOCALHOST:{port}\r\nConnection: close\r\n\r\n")).await;
    assert_eq!(upper.status, 302);
}

#[tokio::test]
async fn a_request_has_one_host_and_a_path() {
    let world = World::new(&[samples::application("app", "localhost")]).await;
    let host = world.at("localhost");
    for request in [
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
        format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        format!("OPTIONS * HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
    ] {
        assert_eq!(world.send(&request).await.status, 400, "{request}");
    }
}

#[tokio::test]
async fn a_login_leads_to_a_path_of_the_application_alone() {
    let world = World::new(&[samples::application("app", "localhost")]).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    let aud = samples::application("app", "localhost").aud;
    for (target, location) in [
        ("/a?b", "/a?b"),
        ("//evil", "/"),
        ("/\\evil", "/"),
        ("https:evil", "/"),
        ("https://evil.test/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: b=c", "/"),
        ("/%5cevil", "/"),
        ("/cdn-cgi/access/logout", "/"),
    ] {
        let target: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
        let login = format!("/cdn-cgi/access/login/localhost?kid={aud}&redirect_url={target}");
        let granted = world.visit(&mut jar, "GET", &world.url("127.0.0.1", &login), &[], "").await;
        let authorized = world.visit(&mut jar, "GET", granted.header("location"), &[], "").await;
        assert_eq!((authorized.status, authorized.header("location")), (302, location), "{target}");
    }
}

#[tokio::test]
async fn own_paths_never_reach_the_origin() {
    let world = World::new(&[samples::application("app", "localhost")]).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/", "ada@example.com").await;
    for (target, status) in [
        ("/cdn-cgi/", 404),
        ("/cdn-cgi/access/nothing", 404),
        ("/cdn-cgi/access/callback", 404),
        ("/cdn-cgi/local/state", 404),
        ("/x/../cdn-cgi/access/nothing", 400),
        ("/cdn-cgi%2faccess%2fnothing", 400),
        ("//cdn-cgi/access/nothing", 400),
    ] {
        let answer = world.visit(&mut jar, "GET", &world.url("localhost", target), &[], "").await;
        assert_eq!((answer.status, answer.header("x-origin")), (status, ""), "{target}");
    }
}

#[tokio::test]
async fn neither_tokens_nor_queries_nor_secrets_are_logged() {
    let world = World::new(&[samples::application("app", "localhost")]).await;
    let mut jar = Jar::default();
    world.log_in(&mut jar, "localhost", "/a?query=word", "ada@example.com").await;
    let service = [("CF-Access-Client-Id", samples::CLIENT_ID), ("CF-Access-Client-Secret", SECRET)];
    world.ask("GET", "localhost", "/", &service).await;
    let log = serde_json::to_string(&world.access.requests.after(0)).unwrap();
    for secret in [
        jar.get("localhost", "CF_Authorization").unwrap(),
        jar.get("localhost", "CF_AppSession").unwrap(),
        jar.get("127.0.0.1", "CF_Session").unwrap(),
        SECRET,
        "query",
        "word",
        "nonce=",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    let decisions: Vec<String> =
        world.access.requests.after(0).into_iter().map(|request| request.decision).collect();
    assert_eq!(decisions, ["login", "login", "login", "login", "proxied", "refused"]);
}
