//! A token, which comes from standard input or a file and never from an argument.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// Far more than any token has; the library says which are too long.
const BYTES_MAX: u64 = 64 << 10;

/// Where the token is.
#[derive(clap::Args)]
pub struct TokenSource {
    /// Read the token from this file instead of standard input
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,

    /// Takes what must not be there, so that it can be refused without being repeated.
    #[arg(hide = true, value_name = "TOKEN")]
    stray: Option<OsString>,
}

impl TokenSource {
    /// The token without surrounding white space.
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        if self.stray.is_some() {
            return Err(not_as_an_argument());
        }
        match self.token_file.as_deref() {
            Some(path) if path != Path::new("-") => {
                let shown = path.display();
                let file = File::open(path).map_err(|error| Failure::io(format!("read {shown}"), &error))?;
                read_from(file, &shown.to_string())
            }
            _ => from_stdin(),
        }
    }
}

/// Reads a token from standard input.
pub fn from_stdin() -> Result<Vec<u8>, Failure> {
    let stdin = io::stdin();
    // A terminal would show the token, and cuts lines at 4,096 bytes.
    if stdin.is_terminal() {
        return Err(Failure::usage(
            "no token: pass it on standard input (cfaccess verify < FILE) or name its file with --token-file",
        ));
    }
    read_from(stdin.lock(), "standard input")
}

pub fn not_as_an_argument() -> Failure {
    Failure::usage(
        "a token is not taken as an argument, where `ps` and the history of the shell show it; \
         pass it on standard input or name its file with --token-file",
    )
}

fn read_from(source: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    source
        .take(BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io(format!("read the token from {name}"), &error))?;
    Ok(bytes.trim_ascii().to_vec())
}
