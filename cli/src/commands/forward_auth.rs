//! `cfaccess forward-auth`

use crate::arguments::ForwardAuth;
use crate::exit::{Exit, Failure};
use crate::forward_auth::{self, Settings};
use crate::output::Output;

pub fn run(command: &ForwardAuth, output: &Output) -> Result<Exit, Failure> {
    let settings = Settings::read(&command.config)?;
    if command.check {
        forward_auth::check(&settings)?;
        output.note(&format!("the configuration file {} is usable", command.config.display()));
    } else {
        forward_auth::serve(&command.config, &settings, output)?;
    }
    Ok(Exit::Done)
}
