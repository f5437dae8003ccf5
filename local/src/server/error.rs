//! Why nothing listens.

use std::fmt;
use std::io;

/// The server cannot start: one line that says what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StartError(String);

impl StartError {
    pub(crate) fn new(line: impl Into<String>) -> StartError {
        StartError(line.into())
    }

    pub(super) fn of_port(port: u16, error: &io::Error) -> StartError {
        StartError(match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!("port {port} is taken; choose another by --port, or 0 for any")
            }
            io::ErrorKind::PermissionDenied => {
                format!("port {port} needs privileges; choose another by --port, or 0 for any")
            }
            _ => format!("cannot listen on port {port}: {error}"),
        })
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}
