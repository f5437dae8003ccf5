//! The keys of a local Access, in plain text from this computer: who says where they are, and what leads there.

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use cfaccess::{Keys, LocalAddress, Proxy, RemoteOptions};
use support::fetched::document;
use support::local::{LOCAL, local_document, local_token, verdict, verifier_of};

/// What a plain server on this computer was asked, and how it answers.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(bind: &str, answer: impl Fn() -> Vec<u8> + Send + 'static) -> Option<Server> {
        let listener = TcpListener::bind(bind).ok()?;
        let address = listener.local_addr().expect("an address").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&requests);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let request = head_of(&connection);
                asked.lock().expect("a lock").push(request);
                let _ = (&connection).write_all(&answer());
            }
        });
        Some(Server { address, requests })
    }

    fn ok(document: &[u8]) -> Vec<u8> {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", document.len());
        [head.as_bytes(), document].concat()
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn options(&self) -> RemoteOptions {
        let mut options = RemoteOptions::default();
        options.local = Some(LocalAddress::new(&self.url()).expect("an address"));
        options
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("a lock").clone()
    }
}

fn head_of(mut connection: &TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && connection.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

#[test]
fn keys_come_in_plain_text_from_either_address_of_this_computer() {
    for bind in ["127.0.0.1:0", "[::1]:0"] {
        let Some(server) = Server::new(bind, || Server::ok(&local_document())) else {
            support::skip("keys_come_in_plain_text_from_either_address_of_this_computer", bind);
            continue;
        };
        let keys = Keys::remote(LOCAL, server.options()).expect("keys");
        keys.connect().expect("keys");

        let verifier = verifier_of(LOCAL, &keys).expect("a verifier");
        assert_eq!(verdict(&verifier, &local_token()), "OK");
        let requests = server.requests();
        assert_eq!(requests.len(), 1);
        assert!(requests[0].starts_with("GET /cdn-cgi/access/certs HTTP/1.1\r\n"), "{}", requests[0]);
        let host = format!("host: {}\r\n", server.address);
        assert!(requests[0].to_ascii_lowercase().contains(&host), "{}", requests[0]);
    }
}

#[test]
fn the_option_proxy_is_not_used_for_an_address_of_this_computer() {
    let server = Server::new("127.0.0.1:0", || Server::ok(&local_document())).expect("a server");
    let proxy = Server::new("127.0.0.1:0", || Server::ok(&local_document())).expect("a server");
    let mut options = server.options();
    options.proxy = Some(Proxy::new(&proxy.url()).expect("a proxy"));
    assert_eq!(options.proxy_to(LOCAL), Ok(None));

    Keys::remote(LOCAL, options).expect("keys").connect().expect("keys");

    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Server::new("127.0.0.1:0", || Server::ok(&local_document())).expect("a server");
    let location = format!("{}/cdn-cgi/access/certs", elsewhere.url());
    let redirect =
        move || format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into();
    let server = Server::new("127.0.0.1:0", redirect).expect("a server");

    let refusal = Keys::remote(LOCAL, server.options()).expect("keys").connect().expect_err("no keys");

    assert!(refusal.message().ends_with("the endpoint answered HTTP 302"), "{refusal}");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn unmarked_keys_from_an_address_of_this_computer_are_refused() {
    let server = Server::new("127.0.0.1:0", || Server::ok(&document())).expect("a server");
    let refusal = Keys::remote(LOCAL, server.options()).expect("keys").connect().expect_err("no keys");
    assert!(refusal.message().contains("not marked as those of a local Access"), "{refusal}");
}

#[test]
fn a_document_of_this_computer_has_the_limits_of_any_other() {
    let large = || Server::ok(&[b' '; (1 << 20) + 1]);
    let server = Server::new("127.0.0.1:0", large).expect("a server");
    let refusal = Keys::remote(LOCAL, server.options()).expect("keys").connect().expect_err("no keys");
    assert!(refusal.message().contains("more than 1048576 bytes"), "{refusal}");
}

#[test]
fn a_local_access_that_is_away_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut options = RemoteOptions::default();
    options.local = Some(LocalAddress::new(&format!("http://{address}")).expect("an address"));
    let refusal = Keys::remote(LOCAL, options).expect("keys").connect().expect_err("no keys");
    let expected = format!("the local Access at {address} refused the connection");
    assert!(refusal.message().ends_with(&expected), "{refusal}");
}

/// Says which part a test plays in a process of its own, whose environment it chooses.
const PART: &str = "CFACCESS_TEST_LOCAL_TEAM";

fn in_a_process(test: &str, environment: &[(&str, &str)]) {
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child.args(["--exact", test, "--nocapture"]).env(PART, "1").env_remove("CFACCESS_LOCAL");
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
        child.env_remove(name);
    }
    let output = child.envs(environment.iter().copied()).output().expect("a process");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains(" 1 passed;"), "{told}");
}

fn is_child() -> bool {
    std::env::var_os(PART).is_some()
}

#[test]
fn the_variable_leads_the_local_team_past_every_proxy() {
    if is_child() {
        let keys = Keys::remote(LOCAL, RemoteOptions::default()).expect("keys");
        return keys.connect().expect("keys");
    }
    let server = Server::new("127.0.0.1:0", || Server::ok(&local_document())).expect("a server");
    let proxy = Server::new("127.0.0.1:0", || Server::ok(&local_document())).expect("a server");
    let (url, through) = (format!("{}/", server.url()), proxy.url());
    let mut environment = vec![("CFACCESS_LOCAL", url.as_str())];
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        environment.push((name, &through));
    }
    in_a_process("the_variable_leads_the_local_team_past_every_proxy", &environment);
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 0));
}

#[test]
fn the_variable_moves_the_keys_of_no_real_team() {
    if is_child() {
        let mut options = RemoteOptions::default();
        // Fails at once, so that nothing leaves this computer.
        options.proxy = Some(Proxy::new("http://127.0.0.1:1").expect("a proxy"));
        let keys = Keys::remote("acme", options).expect("keys, whatever the variable says");
        let refusal = keys.connect().expect_err("no keys");
        assert!(refusal.message().contains("127.0.0.1:1"), "{refusal}");
        return;
    }
    let server = Server::new("127.0.0.1:0", || Server::ok(&document())).expect("a server");
    let test = "the_variable_moves_the_keys_of_no_real_team";
    in_a_process(test, &[("CFACCESS_LOCAL", &server.url())]);
    in_a_process(test, &[("CFACCESS_LOCAL", "no address at all")]);
    assert!(server.requests().is_empty(), "{:?}", server.requests());
}

#[test]
fn without_an_address_the_refusal_says_what_to_do() {
    if is_child() {
        let refusal = Keys::remote(LOCAL, RemoteOptions::default()).map(drop).expect_err("a refusal");
        assert_eq!(refusal.status().name(), "INVALID_CONFIG");
        assert!(refusal.message().ends_with("start `cfaccess local`, then set CFACCESS_LOCAL"), "{refusal}");
        return;
    }
    in_a_process("without_an_address_the_refusal_says_what_to_do", &[]);
}
