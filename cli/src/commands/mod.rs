//! What the program does.

mod block;
mod cloudflare;
mod doctor;
mod explain;
mod forward_auth;
mod generate;
mod keys;
mod local;
mod local_control;
mod revocations;
mod revoke;
mod revoke_token;
mod transfer;
mod verify;
mod write;

use crate::arguments::{Command, KeysCommand};
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub fn run(command: Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Verify(command) => verify::run(&command, output),
        Command::Explain(command) => explain::run(&command, output),
        Command::Keys(KeysCommand::Show(command)) => keys::show(&command, output),
        Command::Keys(KeysCommand::Fetch(command)) => keys::fetch(&command, output),
        Command::Doctor(command) => doctor::run(&command, output),
        Command::Revoke(command) => revoke::run(&command, output),
        Command::Block(command) => block::block(&command, output),
        Command::Lift(command) => block::lift(&command, output),
        Command::Revocations(command) => revocations::run(&command, output),
        Command::Local(command) => local::run(command, output),
        Command::ForwardAuth(command) => forward_auth::run(&command, output),
        Command::Completions(command) => generate::completions(command.shell, output),
        Command::Man(command) => generate::man(&command.folder),
    }
}
