//! Other processes of a test: this program again, with one test that finds its job in the environment.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{self, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

const JOB: &str = "CFACCESS_TEST_JOB";
/// The user and the group `nobody`.
pub const NOBODY: u32 = 65_534;

/// The words of the job, if this is another process of a test.
pub fn job() -> Option<Vec<String>> {
    let job = std::env::var(JOB).ok()?;
    Some(job.split('\n').map(str::to_owned).collect())
}

/// Tells the test that started this process a line, at once, and without the lock of [`std::io::Stdout`], which another
/// thread may have had when this process was forked.
pub fn tell(line: &str) {
    let output = std::io::stdout().as_fd().try_clone_to_owned().expect("standard output");
    File::from(output).write_all(format!("@{line}\n").as_bytes()).expect("standard output");
}

/// A process, killed when it is dropped.
pub struct Child {
    process: process::Child,
    lines: Receiver<String>,
}

/// The command that does a job in a test called `job`, with these words before it.
pub fn command(wrapper: &[&str], job: &[&str]) -> Command {
    let program = std::env::current_exe().expect("this program");
    let mut command = match wrapper {
        [] => Command::new(program),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    };
    command.args(["--exact", "job", "--nocapture", "--test-threads=1"]).env(JOB, job.join("\n"));
    command
}

impl Child {
    pub fn start(job: &[&str]) -> Child {
        Child::of(command(&[], job))
    }

    /// A user without rights.
    pub fn start_as_nobody(job: &[&str]) -> Child {
        let mut command = command(&[], job);
        command.uid(NOBODY).gid(NOBODY);
        Child::of(command)
    }

    pub fn of(mut command: Command) -> Child {
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("another process");
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(process.stdout.take().expect("its output"));
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // After `test job ... ` of the test harness.
                if let Some((_, line)) = line.split_once('@') {
                    let _ = sender.send(line.to_owned());
                }
            }
        });
        Child { process, lines }
    }

    /// The next line that it tells.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(30)).expect("a line of the other process")
    }

    pub fn signal(&self, signal: Signal) {
        let id = Pid::from_child(&self.process);
        kill_process(id, signal).expect("a signal");
    }

    /// Waits for its end, and returns the lines that were not read.
    pub fn rest(mut self) -> Vec<String> {
        self.process.wait().expect("its end");
        self.lines.iter().collect()
    }

    pub fn kill(self) -> Vec<String> {
        self.signal(Signal::KILL);
        self.rest()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The words of a line.
pub fn words(line: &str, count: usize) -> Vec<&str> {
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(words.len(), count, "{line}");
    words
}
