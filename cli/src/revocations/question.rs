//! Questions before what cannot be taken back easily.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::exit::Failure;
use crate::redaction::printable;

/// Asks for a yes; `flag` says it without a question.
pub fn ask(question: &str, flag: &str) -> Result<(), Failure> {
    let answer = answer_to(&format!("{question} [y/N] "), flag)?;
    if ["y", "yes"].contains(&answer.to_ascii_lowercase().as_str()) { Ok(()) } else { Err(declined()) }
}

/// Asks for a name to be typed; `flag` gives it without a question.
pub fn ask_for(name: &str, question: &str, flag: &str) -> Result<(), Failure> {
    let answer = answer_to(&format!("{question} Type {name} to go on: "), flag)?;
    if answer == name { Ok(()) } else { Err(declined()) }
}

fn answer_to(question: &str, flag: &str) -> Result<String, Failure> {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return Err(Failure::usage(format!("nobody can be asked without a terminal; pass {flag}")));
    }
    let mut answer = String::new();
    stderr
        .write_all(printable(question).as_bytes())
        .and_then(|()| stdin.lock().read_line(&mut answer))
        .map_err(|error| Failure::io("ask on the terminal", &error))?;
    Ok(answer.trim().to_owned())
}

fn declined() -> Failure {
    Failure::not_done("not confirmed; nothing was written")
}
