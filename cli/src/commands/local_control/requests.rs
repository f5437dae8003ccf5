//! `cfaccess local requests`

use serde_json::Value;

use super::client::Client;
use super::{items, text};
use crate::arguments::Requests;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Style};
use crate::time;

pub fn run(command: &Requests, output: &Output) -> Result<Exit, Failure> {
    let client = Client::new(&command.server)?;
    let mut answer = client.get("requests")?;
    if !command.follow {
        let lines: String = items(&answer, "requests").iter().map(|request| line(request, output)).collect();
        output.result(|| answer, || lines)?;
        return Ok(Exit::Done);
    }
    let mut last = 0;
    loop {
        for request in items(&answer, "requests") {
            output.result(|| request.clone(), || line(request, output))?;
            last = request.get("number").and_then(Value::as_u64).unwrap_or(last);
        }
        answer = client.get(&format!("requests?after={last}"))?;
    }
}

/// `2026-01-01 10:30:00 CET  302 GET  localhost/wiki  login: no session`
fn line(request: &Value, output: &Output) -> String {
    let number = |name: &str| request.get(name).and_then(Value::as_i64).unwrap_or_default();
    let status = number("status");
    let style = match status {
        ..400 => Style::Good,
        400..500 => Style::Warning,
        _ => Style::Bad,
    };
    let who = match text(request, "who") {
        who if who.is_empty() => String::new(),
        who => format!("  {who}"),
    };
    format!(
        "{}  {} {:<4} {}{}  {}: {}{who}\n",
        output.paint(Style::Faint, &time::local(number("at"))),
        output.paint(style, &status.to_string()),
        text(request, "method"),
        text(request, "host"),
        text(request, "path"),
        text(request, "decision"),
        text(request, "reason"),
    )
}
