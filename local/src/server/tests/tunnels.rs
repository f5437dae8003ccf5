use tokio::net::TcpListener;

use super::exact::exact;
use super::*;
use crate::server::connect;
use crate::team::TEAM_HOST;

#[tokio::test]
async fn the_proxy_leads_to_port_443_of_our_names_only() {
    let server = exact();
    for target in [
        "example.com:443",
        "app.cfaccess.test:22",
        "app.cfaccess.test:80",
        "app.cfaccess.test",
        "app.cfaccess.test.:443",
        "sub.app.cfaccess.test:443",
        "user@app.cfaccess.test:443",
        "acme.cloudflareaccess.com:443",
        "localhost:443",
        "127.0.0.1:443",
        "[::1]:443",
        "2130706433:443",
    ] {
        let answer = server.exchange(format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{target}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.matches('\n').count(), 1, "{body}");
    }
    server.end().await;
}

#[tokio::test]
async fn what_is_not_for_a_tunnel_is_told_so() {
    let server = exact();
    let port = server.port;
    for request in [
        "GET / HTTP/1.1\r\nhost: app.cfaccess.test\r\n\r\n".to_owned(),
        "GET http://app.cfaccess.test/ HTTP/1.1\r\nhost: app.cfaccess.test\r\n\r\n".to_owned(),
        format!("GET /cdn-cgi/access/certs HTTP/1.1\r\nhost: {TEAM_HOST}\r\n\r\n"),
        format!("GET /cdn-cgi/local/state HTTP/1.1\r\nhost: evil.test:{port}\r\n\r\n"),
        format!("GET /cdn-cgi/access/login/a HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"),
        format!("GET /cdn-cgi/access/certs HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n"),
        format!("GET /cdn-cgi/access/certs?a HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"),
        format!("POST /cdn-cgi/access/certs HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 0\r\n\r\n"),
    ] {
        let answer = server.exchange(&request).await;
        assert!(answer.starts_with("HTTP/1.1 421 "), "{request}: {answer}");
    }
    server.end().await;
}

#[tokio::test]
async fn keys_and_control_are_where_the_environment_says() {
    let server = exact();
    let (_, address) = server.environment.iter().find(|(name, _)| name == "CFACCESS_LOCAL").unwrap();
    let host = address.strip_prefix("http://").unwrap();
    for request in ["GET /cdn-cgi/access/certs", "POST /cdn-cgi/local/faults?a", "GET /cdn-cgi/local/ready"] {
        let answer =
            server.exchange(format!("{request} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")).await;
        assert!(answer.ends_with(&format!("{request} at {TEAM_HOST}, 0 bytes")), "{answer}");
    }
    server.end().await;
}

#[test]
fn other_computers_get_nothing_without_tls() {
    let is_for_team = |host: &str, peer: &str| {
        let uri = "/cdn-cgi/local/state".parse().unwrap();
        let peer = SocketAddr::new(peer.parse().unwrap(), 1);
        connect::is_for_team(&http::Method::GET, &uri, &host.parse().unwrap(), 8780, peer)
    };
    assert!(is_for_team("127.0.0.1:8780", "127.0.0.1") && is_for_team("[::1]:8780", "::1"));
    assert!(is_for_team("127.0.0.1:8780", "::ffff:127.0.0.1"));
    assert!(
        !is_for_team("127.0.0.1:8780", "192.0.2.1") && !is_for_team("127.0.0.1:8780", "::ffff:192.0.2.1")
    );
    for host in ["127.0.0.1", "localhost:8780", "evil.test:8780", "127.0.0.1:8781", TEAM_HOST] {
        assert!(!is_for_team(host, "127.0.0.1"), "{host}");
    }
}

#[tokio::test]
async fn other_hosts_are_tunnelled_if_that_is_asked_for() {
    let server = start(Server::bind(&ServerOptions { tunnel_others: true, ..options(true) }).unwrap());
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = other.local_addr().unwrap();
    let mut near = server.tunnel(&target.to_string()).await;
    let (mut far, _) = other.accept().await.unwrap();
    near.write_all(b"there").await.unwrap();
    far.write_all(b"back!").await.unwrap();
    let mut bytes = [0; 5];
    far.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"there");
    near.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"back!");
    drop(other);
    for (target, status) in [(target.to_string(), 502), ("app.cfaccess.test:80".to_owned(), 403)] {
        let answer = server.exchange(format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {answer}");
    }
    server.end().await;
}

#[tokio::test]
async fn other_hosts_are_tunnelled_for_this_computer_only() {
    let open = |peer: &str| {
        let peer = SocketAddr::new(peer.parse().unwrap(), 1);
        async move { connect::open(&"127.0.0.1:1".parse().unwrap(), &Names::new([], false), true, peer).await }
    };
    for (peer, status) in [("127.0.0.1", StatusCode::BAD_GATEWAY), ("192.0.2.1", StatusCode::FORBIDDEN)] {
        assert_eq!(open(peer).await.unwrap_err().status, status, "{peer}");
    }
}
