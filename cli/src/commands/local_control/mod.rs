//! `cfaccess local status` and the other commands for a running local Access.

mod client;
mod login;
mod mint;
mod requests;
mod status;

use serde_json::{Value, json};

use crate::arguments::{Clock, ControlCommand, Fault, RevokeLocal, Rotate, ServerFlags};
use crate::exit::{Exit, Failure};
use crate::output::{Output, count};
use crate::redaction::printable;
use client::Client;

pub fn run(command: &ControlCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        ControlCommand::Status(command) => status::run(command, output),
        ControlCommand::Requests(command) => requests::run(command, output),
        ControlCommand::Login(command) => login::run(command, output),
        ControlCommand::Mint(command) => mint::run(command, output),
        ControlCommand::Revoke(command) => revoke(command, output),
        ControlCommand::Rotate(command) => rotate(command, output),
        ControlCommand::Clock(command) => clock(command, output),
        ControlCommand::Fault(command) => fault(command, output),
        ControlCommand::Reset(command) => reset(&command.server, output),
    }
}

fn revoke(command: &RevokeLocal, output: &Output) -> Result<Exit, Failure> {
    let body = json!({command.kind.name(): command.name});
    let answer = Client::new(&command.server)?.post("revoke", Some(&body))?;
    let ended = answer.get("ended").and_then(Value::as_u64).unwrap_or_default();
    let ended = usize::try_from(ended).unwrap_or(usize::MAX);
    output.result(|| answer, || format!("{} ended\n", count(ended, "session")))?;
    Ok(Exit::Done)
}

fn rotate(command: &Rotate, output: &Output) -> Result<Exit, Failure> {
    let client = Client::new(&command.server)?;
    let mut answer = client.post("keys/rotate", None)?;
    if command.retire_previous {
        answer = client.post("keys/retire", None)?;
    }
    let text = status::keys(&answer);
    output.result(|| answer, || text)?;
    Ok(Exit::Done)
}

fn clock(command: &Clock, output: &Output) -> Result<Exit, Failure> {
    // Only a time has a date.
    let name = if command.setting.contains(':') { "at" } else { "offset" };
    let body = json!({name: command.setting});
    let answer = Client::new(&command.server)?.put("clock", &body)?;
    let text = status::clock(&answer);
    output.result(|| answer, || text)?;
    Ok(Exit::Done)
}

fn fault(command: &Fault, output: &Output) -> Result<Exit, Failure> {
    let client = Client::new(&command.server)?;
    let answer = match &command.name {
        Some(name) => {
            let mut body = json!({"name": name});
            let members = [
                ("app", command.app.as_ref().map(|app| json!(app))),
                ("path", command.path.as_ref().map(|path| json!(path))),
                ("times", command.times.map(|times| json!(times))),
                ("for", command.duration.as_ref().map(|duration| json!(duration))),
            ];
            set(&mut body, members);
            client.post("faults", Some(&body))?
        }
        None if command.clear => client.delete("faults")?,
        None => client.get("faults")?,
    };
    let text = status::faults(&answer);
    output.result(|| answer, || text)?;
    Ok(Exit::Done)
}

fn reset(flags: &ServerFlags, output: &Output) -> Result<Exit, Failure> {
    let answer = Client::new(flags)?.post("reset", None)?;
    for note in items(&answer, "notes").iter().filter_map(Value::as_str) {
        output.note(note);
    }
    output.result(|| answer, || "reset\n".to_owned())?;
    Ok(Exit::Done)
}

/// Adds the members that there are.
fn set<const N: usize>(object: &mut Value, members: [(&str, Option<Value>); N]) {
    if let Value::Object(object) = object {
        object.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
}

/// A member that is a string, made fit for a terminal.
fn text(object: &Value, name: &str) -> String {
    printable(object.get(name).and_then(Value::as_str).unwrap_or_default())
}

fn items<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
