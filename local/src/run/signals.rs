//! The signals that end this program, or have it read its configuration again.

use std::fs::File;

use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, channel};

use super::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Term,
    Int,
    Hup,
}

/// How many may wait until they are dealt with.
const WAITING_MAX: usize = 16;

/// Signals from now on. They no longer end this program by themselves.
pub(super) fn listen() -> Result<Receiver<Signal>, Failure> {
    let (sender, receiver) = channel(WAITING_MAX);
    for (kind, meaning) in [
        (SignalKind::terminate(), Signal::Term),
        (SignalKind::interrupt(), Signal::Int),
        (SignalKind::hangup(), Signal::Hup),
    ] {
        let mut signals =
            signal(kind).map_err(|error| Failure::NotStarted(format!("cannot wait for signals: {error}")))?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                if sender.send(meaning).await.is_err() {
                    break;
                }
            }
        });
    }
    Ok(receiver)
}

impl Signal {
    pub(super) fn number(self) -> rustix::process::Signal {
        match self {
            Signal::Term => rustix::process::Signal::TERM,
            Signal::Int => rustix::process::Signal::INT,
            Signal::Hup => rustix::process::Signal::HUP,
        }
    }

    /// Whether the command has it already: Ctrl-C goes to all programs in front of the terminal. Many take a second one
    /// as "at once".
    pub(super) fn is_known_to_command(self) -> bool {
        self == Signal::Int
            && File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(&terminal).ok() == Some(getpgrp()))
    }
}
