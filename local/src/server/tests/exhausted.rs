//! A process that is out of file descriptors. The limit is that of the whole process, so the server has one of its own.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::*;

/// The server: says where it listens, and ends with its standard input.
#[tokio::test]
#[ignore = "started by the test below"]
async fn server_with_few_files() {
    let server = start(Server::bind(&options(false)).unwrap());
    println!("port {}", server.port);
    let end = || std::io::Read::read_to_end(&mut std::io::stdin(), &mut Vec::new());
    tokio::task::spawn_blocking(end).await.unwrap().unwrap();
    server.end().await;
}

#[test]
fn accepting_goes_on_once_there_are_files_again() {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -n 40 && exec \"$0\" --ignored --nocapture --exact \"$1\""])
        .arg(program)
        .arg("server::tests::exhausted::server_with_few_files")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port: u16 = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("port ")?.1.parse().ok())
        .expect("the server says its port");
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        stream
    };
    let answered = |stream: &mut TcpStream| std::io::Read::read(stream, &mut [0]).is_ok_and(|read| read == 1);
    // The kernel takes connections that the server cannot.
    let mut streams: Vec<_> = (0..60).map(|_| ask()).collect();
    let last = streams.last_mut().unwrap();
    last.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    assert!(!answered(last), "the limit was not reached");
    drop(streams);
    assert!(answered(&mut ask()));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
