//! `cfaccess local`

use cfaccess_local::Options;

use super::local_control;
use crate::arguments::{Local, LocalCommand, LocalPlace, LocalStart};
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub fn run(command: Local, output: &Output) -> Result<Exit, Failure> {
    match command.command {
        None => start(command.start),
        Some(LocalCommand::Control(command)) => local_control::run(&command, output),
        Some(LocalCommand::Env(command)) => {
            output.raw(cfaccess_local::environment(&options(command.place))?)?;
            Ok(Exit::Done)
        }
    }
}

fn start(start: LocalStart) -> Result<Exit, Failure> {
    let code = cfaccess_local::run(&Options {
        tunnel_others: start.tunnel_others,
        auto_login: start.auto_login,
        session_duration: start.session_duration,
        ready_json: start.ready_json,
        command: start.command,
        ..options(start.place)
    })?;
    Ok(Exit::OfCommand(code))
}

fn options(place: LocalPlace) -> Options {
    Options {
        upstream: place.upstream,
        config: place.config,
        port: place.port,
        tls: place.tls,
        state: place.state,
        listen: place.listen,
        expose: place.expose,
        ..Options::default()
    }
}
