//! Completion scripts and manual pages, made from the command line itself.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::shells;

use crate::arguments::{Arguments, Shell};
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub fn completions(shell: Shell, output: &Output) -> Result<Exit, Failure> {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    let name = "cfaccess";
    match shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut command, name, &mut script),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut command, name, &mut script),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut command, name, &mut script),
    }
    output.raw(script)?;
    Ok(Exit::Done)
}

/// `cfaccess.1`, and a page for each command, such as `cfaccess-verify.1`.
pub fn man(folder: &Path) -> Result<Exit, Failure> {
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .map_err(|error| Failure::io(format!("write manual pages to {}", folder.display()), &error))?;
    Ok(Exit::Done)
}
