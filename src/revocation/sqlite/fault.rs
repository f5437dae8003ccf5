//! Why an operation on the file failed.

use std::io::{self, ErrorKind};

use rusqlite::ffi;

use super::super::store::StoreError;

/// Why an attempt failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another process has the file, for a moment most likely.
    Busy,
    /// A write was interrupted, and has to be rolled back by somebody who may write.
    Interrupted,
    /// The file has no content.
    Empty,
    Failed(StoreError),
}

impl Fault {
    pub(super) fn unavailable(reason: impl Into<String>) -> Fault {
        Fault::Failed(StoreError::Unavailable(reason.into()))
    }

    pub(super) fn refused(reason: impl Into<String>) -> Fault {
        Fault::Failed(StoreError::Refused(reason.into()))
    }

    /// What a caller is told, with the file by its name.
    pub(super) fn of(self, path: &std::path::Path) -> StoreError {
        let about = |reason: &str| format!("{}: {reason}", path.display());
        match self {
            Fault::Busy => StoreError::Unavailable(about("another process is using it")),
            Fault::Interrupted => StoreError::Unavailable(about(
                "a write was interrupted, and this process may not write, which would roll it back",
            )),
            Fault::Empty => StoreError::Unavailable(about("it is empty")),
            Fault::Failed(StoreError::Unavailable(reason)) => StoreError::Unavailable(about(&reason)),
            Fault::Failed(StoreError::Refused(reason)) => StoreError::Refused(about(&reason)),
        }
    }
}

/// What the operating system says about the file or its folder.
impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        match error.kind() {
            ErrorKind::Other => Fault::refused(error.to_string()),
            _ => Fault::unavailable(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        let Some(code) = error.sqlite_error().map(|error| error.extended_code) else {
            // Rows that are missing, or of another type than STRICT tables have.
            return Fault::refused("it is damaged");
        };
        match code {
            ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY => return Fault::Interrupted,
            ffi::SQLITE_CANTOPEN_SYMLINK => return Fault::refused("it is a symbolic link"),
            _ => {}
        }
        match code & 0xff {
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Fault::Busy,
            ffi::SQLITE_CORRUPT | ffi::SQLITE_ERROR | ffi::SQLITE_MISMATCH | ffi::SQLITE_CONSTRAINT => {
                Fault::refused("it is damaged")
            }
            ffi::SQLITE_NOTADB => Fault::refused("it is not an SQLite file"),
            ffi::SQLITE_READONLY | ffi::SQLITE_PERM => Fault::refused("this process may not write it"),
            ffi::SQLITE_FULL => Fault::unavailable("its file system is full"),
            ffi::SQLITE_CANTOPEN => Fault::unavailable("it, or its journal, cannot be opened"),
            ffi::SQLITE_NOMEM => Fault::unavailable("out of memory"),
            // The number tells apart what SQLite was doing; its words would not.
            _ => Fault::unavailable(format!("reading or writing failed (SQLite error {code})")),
        }
    }
}
