//! `cfaccess local status`

use serde_json::Value;

use super::client::Client;
use super::{items, text};
use crate::arguments::Status;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Style};
use crate::time;

pub fn run(command: &Status, output: &Output) -> Result<Exit, Failure> {
    let answer = Client::new(&command.server)?.get("state")?;
    let shown = told(&answer, output);
    output.result(|| answer, || shown)?;
    Ok(Exit::Done)
}

fn told(state: &Value, output: &Output) -> String {
    let mut shown = format!("team {} at {}\n", text(state, "team"), text(state, "origin"));
    for application in items(state, "applications") {
        shown += &format!(
            "application {}: {} -> {}\n  {} {}\n",
            text(application, "name"),
            text(application, "url"),
            text(application, "upstream"),
            output.paint(Style::Faint, "audience"),
            text(application, "aud"),
        );
    }
    for user in items(state, "users") {
        shown += &format!("person {} ({})\n", text(user, "email"), text(user, "name"));
    }
    for token in items(state, "service_tokens") {
        shown += &format!("service token {}: {}\n", text(token, "name"), text(token, "client_id"));
    }
    for session in items(state, "sessions") {
        let expires = session.get("expires").and_then(Value::as_i64).unwrap_or_default();
        shown += &format!(
            "session {}: {} in {} until {}\n",
            text(session, "nonce"),
            text(session, "email"),
            text(session, "application"),
            time::local(expires),
        );
    }
    let part = |name: &str| state.get(name).unwrap_or(&Value::Null);
    shown + &keys(part("keys")) + &faults(state) + &clock(part("clock"))
}

/// The keys by their `kid`.
pub fn keys(keys: &Value) -> String {
    let mut shown = format!("key {} (signs)\n", text(keys, "current"));
    let previous = text(keys, "previous");
    if !previous.is_empty() {
        shown += &format!("key {previous}\n");
    }
    shown
}

/// The faults in force.
pub fn faults(answer: &Value) -> String {
    let faults = items(answer, "faults");
    if faults.is_empty() {
        return "no faults\n".to_owned();
    }
    faults.iter().map(fault).collect()
}

fn fault(fault: &Value) -> String {
    let mut shown = format!("fault {}", text(fault, "fault"));
    for (member, words) in [("application", "in"), ("path", "at")] {
        let value = text(fault, member);
        if !value.is_empty() {
            shown += &format!(" {words} {value}");
        }
    }
    if let Some(times) = fault.get("times").and_then(Value::as_u64) {
        let noun = if times == 1 { "time" } else { "times" };
        shown += &format!(", {times} more {noun}");
    }
    if let Some(until) = fault.get("until").and_then(Value::as_i64) {
        shown += &format!(", until {}", time::local(until));
    }
    shown + "\n"
}

pub fn clock(clock: &Value) -> String {
    let offset = clock.get("offset").and_then(Value::as_i64).unwrap_or_default();
    let how = match clock.get("setting").and_then(Value::as_str).unwrap_or_default() {
        "frozen" => "stands still".to_owned(),
        "offset" if offset < 0 => format!("{} behind", time::in_words(-offset)),
        "offset" => format!("{} ahead", time::in_words(offset)),
        _ => "as the system's".to_owned(),
    };
    format!("clock {} ({how})\n", text(clock, "time"))
}
