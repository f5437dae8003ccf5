//! The program `cfaccess`: verifies Cloudflare Access tokens from a shell, and says what keeps that from working.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::todo,
        clippy::unreachable
    )
)]

mod arguments;
mod commands;
mod exit;
mod forward_auth;
mod output;
mod redaction;
mod revocations;
mod settings;
mod time;
mod token;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use exit::Exit;
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::print_usage(&error).into(),
    };
    let output = Output::new(arguments.command.json());
    let exit = match commands::run(arguments.command, &output) {
        Ok(exit) => exit,
        Err(failure) => output.failure(&failure),
    };
    exit.into()
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
