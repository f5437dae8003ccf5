//! A Redis server of a test's own, in a folder of its own, gone with it.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Connection, Value};

/// Another server than the first on the path: a Redis of another version, or a Valkey.
const PROGRAM: &str = "CFACCESS_TEST_REDIS_SERVER";
const START: Duration = Duration::from_secs(20);

pub struct Server {
    arguments: Vec<String>,
    folder: tempfile::TempDir,
    pub port: u16,
    /// The user and password of the test itself.
    pub login: Option<(String, String)>,
    process: Option<Child>,
}

impl Server {
    /// None, which is told on standard error, where no server is installed.
    pub fn start(arguments: &[&str]) -> Option<Server> {
        let mut server = Server {
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            folder: tempfile::tempdir().expect("a folder"),
            port: 0,
            login: None,
            process: None,
        };
        if Command::new(program()).arg("--version").stdout(Stdio::null()).status().is_err() {
            let thread = thread::current();
            let test = thread.name().unwrap_or_default().rsplit("::").next().unwrap_or_default().to_owned();
            writeln!(std::io::stderr(), "SKIP {test}: redis-server (make setup)").expect("standard error");
            return None;
        }
        server.run();
        Some(server)
    }

    /// Starts it, in the same folder and on the same port as before.
    pub fn run(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        let begin = Instant::now();
        while self.process.is_none() {
            if self.port == 0 {
                self.port = free_port();
            }
            let mut process = self.spawn();
            while process.try_wait().expect("a process").is_none() {
                if self.is_up() {
                    self.process = Some(process);
                    return;
                }
                assert!(begin.elapsed() < START, "the server does not come up: {}", self.log());
                thread::sleep(Duration::from_millis(5));
            }
            assert!(begin.elapsed() < START, "the server ends at once: {}", self.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn spawn(&self) -> Child {
        let folder = self.folder();
        let mut command = Command::new(program());
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string()]);
        command.arg("--dir").arg(folder).arg("--unixsocket").arg(self.socket());
        command.arg("--logfile").arg(folder.join("log"));
        // Saved only where a test says so.
        command.args(["--save", ""]);
        command.args(&self.arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a server")
    }

    fn is_up(&self) -> bool {
        let client = redis::Client::open(format!("redis+unix://{}", self.socket().display())).expect("a URL");
        client.get_connection().is_ok()
    }

    /// Ends it without its leave, as a crash does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("a process");
            process.wait().expect("a process");
        }
    }

    /// Lets it save what it is set to save.
    pub fn shut_down(&mut self) {
        let mut process = self.process.take().expect("it runs");
        // It answers only if it will not.
        let _ = redis::cmd("SHUTDOWN").exec(&mut self.connection());
        process.wait().expect("a process");
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn socket(&self) -> PathBuf {
        self.folder().join("socket")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("log")).unwrap_or_default()
    }

    pub fn process_id(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    /// `redis://127.0.0.1:PORT` and what follows.
    pub fn url(&self, rest: &str) -> String {
        format!("redis://127.0.0.1:{}{rest}", self.port)
    }

    /// `redis+unix:///PATH` and what follows.
    pub fn socket_url(&self, rest: &str) -> String {
        format!("redis+unix://{}{rest}", self.socket().display())
    }

    /// For what the test does behind the back of the library.
    pub fn connection(&self) -> Connection {
        let login = self.login.as_ref().map(|(user, password)| format!("?user={user}&pass={password}"));
        let client = redis::Client::open(self.socket_url(&login.unwrap_or_default())).expect("a URL");
        client.get_connection().expect("a connection")
    }

    /// Words separated by spaces.
    pub fn run_command(&self, words: &str) -> Value {
        self.try_command(words).unwrap_or_else(|error| panic!("{words}: {error}"))
    }

    pub fn try_command(&self, words: &str) -> redis::RedisResult<Value> {
        let mut words = words.split(' ');
        let mut command = redis::cmd(words.next().expect("a command"));
        words.for_each(|word| {
            command.arg(word);
        });
        command.query(&mut self.connection())
    }

    pub fn number(&self, words: &str) -> i64 {
        redis::from_redis_value(self.run_command(words)).expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn program() -> String {
    std::env::var(PROGRAM).unwrap_or_else(|_| "redis-server".to_owned())
}
