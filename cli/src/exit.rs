//! How the program ends.

use std::fmt;
use std::io;

use cfaccess::{Refusal, Status};

/// The exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It is done; the token is accepted.
    Done,
    /// Refused or failed; nothing was written.
    Failed,
    /// The arguments or the configuration are wrong.
    Usage,
    /// The store has it, and Cloudflare or enough replicas do not.
    Partial,
    /// The keys or the store cannot be reached, so nothing was decided or written.
    Unreachable,
    /// It is written, but clocks differ by more than [`CLOCKS_APART`].
    ClocksDiffer,
    /// As the program that was started ended.
    OfCommand(u8),
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Partial => 3,
            Exit::Unreachable => 4,
            Exit::ClocksDiffer => 5,
            Exit::OfCommand(code) => code,
        }
    }
}

/// Clocks that differ by more than these seconds are worth a word.
pub const CLOCKS_APART: u8 = 5;

pub fn are_apart(seconds: i64) -> bool {
    seconds.unsigned_abs() > u64::from(CLOCKS_APART)
}

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub status: Status,
    pub message: String,
}

impl Failure {
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, status: Status::InvalidArgument, message: message.into() }
    }

    pub fn config(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, status: Status::InvalidConfig, message: message.into() }
    }

    pub fn internal(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Failed, status: Status::Internal, message: message.into() }
    }

    /// A store that is not there.
    pub fn unreachable(message: impl Into<String>) -> Failure {
        let status = Status::RevocationsUnavailable;
        Failure { exit: Exit::Unreachable, status, message: message.into() }
    }

    /// Nothing was done, for a cause that is not the library's.
    pub fn not_done(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Failed, status: Status::InvalidArgument, message: message.into() }
    }

    /// A file or stream that could not be read or written.
    pub fn io(what: impl fmt::Display, error: &io::Error) -> Failure {
        Failure::internal(format!("cannot {what}: {error}"))
    }
}

impl From<cfaccess_local::Failure> for Failure {
    fn from(failure: cfaccess_local::Failure) -> Failure {
        use cfaccess_local::Failure as Local;
        match failure {
            Local::Usage(message) => Failure::usage(message),
            Local::Config(message) => Failure::config(message),
            Local::NotStarted(message) => Failure::internal(message),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let status = refusal.status();
        let exit = match status {
            Status::NullArgument | Status::InvalidArgument | Status::InvalidConfig => Exit::Usage,
            // The store answered, and refuses.
            _ if refusal.is_lasting() => Exit::Failed,
            status if status.http_status() == 503 => Exit::Unreachable,
            _ => Exit::Failed,
        };
        Failure { exit, status, message: refusal.message().to_owned() }
    }
}
