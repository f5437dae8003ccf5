//! A proxy between the library and its server, which does to the connections what networks do.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Pass,
    /// Closes each connection after so many bytes of answers.
    CutAfter(usize),
    /// Hands on a byte of the answers every 50 ms.
    Trickle,
    /// Hands on nothing.
    Swallow,
}

struct State {
    mode: Mode,
    target: u16,
    connections: Vec<TcpStream>,
    accepted: usize,
}

#[derive(Clone)]
pub struct Proxy {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    pub fn to(target: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = State { mode: Mode::Pass, target, connections: Vec::new(), accepted: 0 };
        let proxy = Proxy { port, state: Arc::new(Mutex::new(state)) };
        let accepting = proxy.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                accepting.accept(stream.expect("a connection"));
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn set(&self, mode: Mode) {
        self.state.lock().expect("a state").mode = mode;
    }

    /// How many connections were made.
    pub fn accepted(&self) -> usize {
        self.state.lock().expect("a state").accepted
    }

    /// Leads to another server from now on, as the name of a primary does after a failover.
    pub fn lead_to(&self, target: u16) {
        let mut state = self.state.lock().expect("a state");
        state.target = target;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    fn accept(&self, client: TcpStream) {
        let mut state = self.state.lock().expect("a state");
        state.accepted += 1;
        let Ok(server) = TcpStream::connect(("127.0.0.1", state.target)) else { return };
        state.connections.push(client.try_clone().expect("a stream"));
        state.connections.push(server.try_clone().expect("a stream"));
        drop(state);
        let (mut from, mut to) =
            (client.try_clone().expect("a stream"), server.try_clone().expect("a stream"));
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let proxy = self.clone();
        thread::spawn(move || {
            proxy.hand_on(server, &client);
            let _ = client.shutdown(Shutdown::Both);
        });
    }

    fn hand_on(&self, mut server: TcpStream, mut client: &TcpStream) {
        let mut handed_on = 0;
        let mut buffer = [0; 1 << 16];
        while let Ok(read @ 1..) = server.read(&mut buffer) {
            let mode = self.state.lock().expect("a state").mode;
            let bytes = &buffer[..read];
            let sent = match mode {
                Mode::Pass => client.write_all(bytes),
                Mode::CutAfter(most) if handed_on + read > most => {
                    let _ = client.write_all(&bytes[..most - handed_on.min(most)]);
                    return;
                }
                Mode::CutAfter(_) => client.write_all(bytes),
                Mode::Trickle => bytes.iter().try_for_each(|byte| {
                    thread::sleep(Duration::from_millis(50));
                    client.write_all(&[*byte])
                }),
                Mode::Swallow => Ok(()),
            };
            handed_on += read;
            if sent.is_err() {
                return;
            }
        }
    }
}
