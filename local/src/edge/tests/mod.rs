//! A whole Access on a free port, in front of an origin that says what it got, asked by bytes on sockets.

mod browser;
mod ending;
mod gate;
mod hostile;
mod login;
mod other;
mod services;
mod time;
mod web;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::samples;
use crate::access::Access;
use crate::clock::{Clock, Setting};
use crate::config::{Application, Config, Upstream};
use crate::faults::Faults;
use crate::keys::KeyRing;
use crate::request_log::RequestLog;
use crate::server::{Server, ServerOptions};
use crate::sessions::Sessions;
use crate::state::State;
use crate::tls::Names;
use crate::transfer::Transfers;
use browser::{Answer, Jar};

const SECRET: &str = "local_secret";
const NOW: i64 = 1_700_000_000;

/// A running Access, whose clock stands still.
struct World {
    access: Arc<Access>,
    port: u16,
}

impl World {
    /// With these applications, all of them in front of the same origin.
    async fn new(applications: &[Application]) -> World {
        World::with(samples::config(applications)).await
    }

    async fn with(mut config: Config) -> World {
        World::start(&mut config, None).await
    }

    async fn start(config: &mut Config, auto_login: Option<&str>) -> World {
        let origin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = Upstream { host: "127.0.0.1".into(), port: origin.local_addr().unwrap().port() };
        tokio::spawn(serve_origin(origin));
        for application in &mut config.applications {
            Arc::make_mut(application).upstream = upstream.clone();
        }
        let server = Server::bind(&ServerOptions {
            port: 0,
            tls: false,
            names: Names::of(config),
            listen: None,
            expose: false,
            tunnel_others: false,
            state: None,
        })
        .unwrap();
        let clock = Clock::default();
        clock.set(Setting::Frozen(NOW));
        let access = Arc::new(Access {
            config: ArcSwap::from_pointee(config.clone()),
            face: server.face(),
            clock,
            keys: keys(),
            sessions: Sessions::default(),
            faults: Faults::default(),
            requests: RequestLog::default(),
            names: None,
            source: None,
            transfers: Transfers::default(),
            upstreams: super::Upstreams::default(),
            secrets: HashMap::from([(samples::CLIENT_ID.to_owned(), SECRET.to_owned())]),
            control_token: "control".into(),
            auto_login: auto_login.map(str::to_owned),
        });
        let port = server.port();
        tokio::spawn(server.serve(Arc::clone(&access), std::future::pending()));
        World { access, port }
    }

    fn set_time(&self, seconds: i64) {
        self.access.clock.set(Setting::Frozen(seconds));
    }

    /// The authority of a host of this Access.
    fn at(&self, host: &str) -> String {
        format!("{host}:{}", self.port)
    }

    /// Sends a request with these header lines.
    async fn ask(&self, method: &str, host: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask_with(method, host, target, headers, "").await
    }

    async fn ask_with(
        &self,
        method: &str,
        host: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.at(host));
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
            text.push_str("Connection: close\r\n");
        }
        if !body.is_empty() {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.send(&format!("{text}\r\n{body}")).await
    }

    /// Sends bytes as they are.
    async fn send(&self, bytes: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        Answer::parse(&String::from_utf8(answer).unwrap())
    }

    /// A request of a browser with a jar.
    async fn visit(
        &self,
        jar: &mut Jar,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (host, target) = self.split(url);
        let cookies = jar.line(&host);
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let answer = self.ask_with(method, &host, &target, &headers, body).await;
        jar.take(&host, &answer);
        answer
    }

    /// Host and target of an address of this Access.
    fn split(&self, url: &str) -> (String, String) {
        let rest = url.strip_prefix("http://").unwrap();
        let (authority, target) = rest.split_at(rest.find('/').unwrap());
        let host = authority.strip_suffix(&format!(":{}", self.port)).unwrap();
        (host.to_owned(), target.to_owned())
    }

    fn url(&self, host: &str, target: &str) -> String {
        format!("http://{}{target}", self.at(host))
    }

    /// Follows redirects, as a browser does.
    async fn follow(&self, jar: &mut Jar, url: &str) -> (Answer, Vec<String>) {
        let mut url = url.to_owned();
        let mut way = Vec::new();
        for _ in 0..10 {
            let answer = self.visit(jar, "GET", &url, &[], "").await;
            if answer.status != 302 {
                return (answer, way);
            }
            let location = answer.header("location").to_owned();
            url = match location.strip_prefix('/') {
                Some(_) => self.url(&self.split(&url).0, &location),
                None => location,
            };
            way.push(url.clone());
        }
        panic!("too many redirects: {way:?}");
    }

    /// Goes through the login page as somebody; the answer of the application after it.
    async fn log_in(&self, jar: &mut Jar, host: &str, target: &str, email: &str) -> Answer {
        let (page, way) = self.follow(jar, &self.url(host, target)).await;
        assert_eq!(page.status, 200, "{page:?}");
        let login = way.last().unwrap();
        let answer = self.send_login(jar, login, &page, email).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        self.follow(jar, answer.header("location")).await.0
    }

    async fn send_login(&self, jar: &mut Jar, login: &str, page: &Answer, email: &str) -> Answer {
        let body = format!("csrf={}&other_email={email}", page.csrf());
        self.visit(jar, "POST", login, &[FORM], &body).await
    }
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// The same for all tests of a process, since it takes long to make some.
fn keys() -> KeyRing {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state")).unwrap();
        KeyRing::open(Arc::new(state)).unwrap();
        folder
    });
    KeyRing::open(Arc::new(State::open(&FOLDER.path().join("state")).unwrap())).unwrap()
}

/// Answers each request with its own head.
async fn serve_origin(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                let mut chunk = [0; 4096];
                match stream.read(&mut chunk).await {
                    Ok(0) | Err(_) => return,
                    Ok(length) => head.extend_from_slice(&chunk[..length]),
                }
            }
            let body = String::from_utf8_lossy(&head);
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\nX-Origin: yes\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        });
    }
}
