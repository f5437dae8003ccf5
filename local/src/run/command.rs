//! The program that is started once there is an Access.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use rustix::process::{Pid, kill_process};
use tokio::process::Child;
use tokio::sync::mpsc::Receiver;

use super::Failure;
use super::signals::Signal;

pub(super) struct Command {
    name: String,
    inner: tokio::process::Command,
}

impl Command {
    /// The command, if there is one, with these variables added to its environment.
    pub(super) fn new(words: &[OsString], variables: Vec<(String, String)>) -> Option<Command> {
        let (program, arguments) = words.split_first()?;
        let mut inner = tokio::process::Command::new(program);
        inner.args(arguments).kill_on_drop(true);
        inner.envs(variables);
        Some(Command { name: program.display().to_string(), inner })
    }

    /// Hands signals on to it until it ends; its exit code, as a shell has it.
    pub(super) async fn run(mut self, mut signals: Receiver<Signal>) -> Result<u8, Failure> {
        let failed =
            |error: std::io::Error| Failure::NotStarted(format!("cannot start {:?}: {error}", self.name));
        let mut child = self.inner.spawn().map_err(failed)?;
        loop {
            tokio::select! {
                ended = child.wait() => return ended.map(exit_code).map_err(failed),
                Some(signal) = signals.recv() => {
                    if !signal.is_known_to_command() {
                        pass_on(signal, &child);
                    }
                }
            }
        }
    }
}

fn pass_on(signal: Signal, child: &Child) {
    // Without an id it has ended, and the next turn of the loop says how.
    let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let Some(id) = id {
        let _ = kill_process(id, signal.number());
    }
}

/// 128 and the number of the signal for a program that one ended.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| signal.saturating_add(128)));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::sync::mpsc::channel;

    fn shell(script: &str) -> Command {
        let words = ["sh", "-c", script].map(OsString::from);
        Command::new(&words, vec![("CFACCESS_TEAM".into(), "cfaccess-local".into())]).expect("a command")
    }

    #[tokio::test]
    async fn its_exit_code_is_ours() {
        for (script, expected) in [
            ("exit 0", 0),
            ("exit 3", 3),
            ("kill -TERM $$", 143),
            ("kill -KILL $$", 137),
            ("test \"$CFACCESS_TEAM\" = cfaccess-local", 0),
        ] {
            let (_sender, signals) = channel(1);
            assert_eq!(shell(script).run(signals).await, Ok(expected), "{script}");
        }
        assert!(Command::new(&[], Vec::new()).is_none());
    }

    #[tokio::test]
    async fn signals_reach_it() {
        for (signal, trap) in [(Signal::Term, "TERM"), (Signal::Hup, "HUP")] {
            let folder = tempfile::tempdir().expect("a folder");
            let ready = folder.path().join("ready");
            let script =
                format!("trap 'exit 7' {trap}; touch {}; while :; do sleep 0.01; done", ready.display());
            let (sender, signals) = channel(1);
            let running = tokio::spawn(shell(&script).run(signals));
            while !ready.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            sender.send(signal).await.expect("a listener");
            assert_eq!(running.await.expect("no panic"), Ok(7));
        }
    }

    #[tokio::test]
    async fn one_that_cannot_start_is_named() {
        let command = Command::new(&["/no/such/program".into()], Vec::new()).expect("a command");
        let (_sender, signals) = channel(1);
        let Err(Failure::NotStarted(message)) = command.run(signals).await else { panic!("it started") };
        assert!(message.starts_with("cannot start \"/no/such/program\": "), "{message}");
    }
}
