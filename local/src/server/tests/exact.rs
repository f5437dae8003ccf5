use http_body_util::Empty;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::*;
use crate::team::TEAM_HOST;

pub(super) fn exact() -> Running {
    start(Server::bind(&options(true)).unwrap())
}

impl Running {
    /// A tunnel that the proxy opened.
    pub(super) async fn tunnel(&self, target: &str) -> TcpStream {
        let mut stream = self.connect().await;
        let request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        stream
    }

    /// TLS with a client that trusts the authority and nothing else.
    async fn tls(
        &self,
        stream: TcpStream,
        name: &str,
        protocol: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.ca.as_ref().unwrap()).unwrap()).unwrap();
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        config.enable_sni = name.parse::<std::net::IpAddr>().is_err();
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(ServerName::try_from(name.to_owned()).unwrap(), stream).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
        Ok(stream)
    }
}

async fn get_1(mut stream: TlsStream<TcpStream>, host: &str) -> String {
    let request = format!("GET /a?b HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    read_all(&mut stream).await
}

async fn get_2(stream: TlsStream<TcpStream>, uri: &str) -> (StatusCode, String) {
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(uri).body(Empty::<bytes::Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status();
    (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn both_versions_are_spoken_through_the_proxy_and_without_it() {
    let server = exact();
    for name in ["app.cfaccess.test", "wiki.cfaccess.test", TEAM_HOST, crate::tls::TRANSFER_HOST] {
        for direct in [false, true] {
            let stream =
                if direct { server.connect().await } else { server.tunnel(&format!("{name}:443")).await };
            let answer = get_1(server.tls(stream, name, "http/1.1").await.unwrap(), name).await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            assert!(answer.ends_with(&format!("GET /a?b at {name}, 0 bytes")), "{answer}");
            let stream =
                if direct { server.connect().await } else { server.tunnel(&format!("{name}:443")).await };
            let answer =
                get_2(server.tls(stream, name, "h2").await.unwrap(), &format!("https://{name}/a?b")).await;
            assert_eq!(answer, (StatusCode::OK, format!("GET /a?b at {name}, 0 bytes")));
        }
    }
    server.end().await;
}

#[tokio::test]
async fn a_request_is_for_the_host_of_its_connection() {
    let server = exact();
    let name = "app.cfaccess.test";
    let port = server.port;
    for (host, status) in [
        ("App.cfaccess.TEST", 200),
        ("app.cfaccess.test:443", 200),
        (&format!("app.cfaccess.test:{port}"), 421),
        ("app.cfaccess.test:444", 421),
        ("app.cfaccess.test.", 421),
        ("wiki.cfaccess.test", 421),
        (TEAM_HOST, 421),
        ("127.0.0.1", 421),
    ] {
        for direct in [false, true] {
            let stream =
                if direct { server.connect().await } else { server.tunnel("app.cfaccess.test:443").await };
            let answer = get_1(server.tls(stream, name, "http/1.1").await.unwrap(), host).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
            let stream =
                if direct { server.connect().await } else { server.tunnel("APP.cfaccess.test:443").await };
            let answer =
                get_2(server.tls(stream, name, "h2").await.unwrap(), &format!("https://{host}/")).await;
            assert_eq!(answer.0, status, "{host}");
        }
    }
    server.end().await;
}

#[tokio::test]
async fn a_name_that_is_not_that_of_the_connection_is_refused_by_tls() {
    let server = exact();
    for name in ["example.com", "sub.app.cfaccess.test", "127.0.0.1"] {
        assert!(server.tls(server.connect().await, name, "h2").await.is_err(), "{name}");
    }
    for name in [TEAM_HOST, "example.com", "127.0.0.1"] {
        let stream = server.tunnel("app.cfaccess.test:443").await;
        assert!(server.tls(stream, name, "h2").await.is_err(), "{name}");
    }
    server.end().await;
}

#[tokio::test]
async fn the_end_closes_tunnels_that_are_idle() {
    let server = exact();
    let silent = server.tunnel("app.cfaccess.test:443").await;
    let stream = server.tunnel("app.cfaccess.test:443").await;
    let stream = server.tls(stream, "app.cfaccess.test", "h2").await.unwrap();
    let slow = tokio::spawn(get_2(stream, "https://app.cfaccess.test/slow"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = std::time::Instant::now();
    server.end().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(slow.await.unwrap().0, StatusCode::OK);
    drop(silent);
}
