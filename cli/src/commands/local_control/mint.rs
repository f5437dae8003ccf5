//! `cfaccess local mint`

use serde_json::{Map, Value, json};

use super::client::Client;
use super::set;
use crate::arguments::Mint;
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub fn run(command: &Mint, output: &Output) -> Result<Exit, Failure> {
    let wanted = wanted(command);
    let answer = match (&command.server.state, command.server.port) {
        (Some(state), None) => {
            let token = cfaccess_local::mint_offline(state, command.config.as_deref(), &wanted.to_string());
            json!({"token": token.map_err(Failure::usage)?})
        }
        _ if command.config.is_some() => {
            return Err(Failure::usage("--config is for --state without --port, where no server is asked"));
        }
        _ => Client::new(&command.server)?.post("mint", Some(&wanted))?,
    };
    let token = answer.get("token").and_then(Value::as_str).map(|token| format!("{token}\n"));
    let token = token.ok_or_else(|| Failure::internal("the answer has no token"))?;
    output.result(|| answer, || token)?;
    Ok(Exit::Done)
}

/// The body of the call.
fn wanted(command: &Mint) -> Value {
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let claims: Map<String, Value> = command.claims.iter().cloned().collect();
    let mut body = json!({});
    set(
        &mut body,
        [
            ("app", text(&command.app)),
            ("email", text(&command.email)),
            ("service", text(&command.service)),
            ("issued", text(&command.issued)),
            ("expires", text(&command.expires)),
            ("fault", text(&command.fault)),
            ("type", command.kind.map(|kind| json!(kind.name()))),
            ("claims", (!claims.is_empty()).then(|| claims.into())),
        ],
    );
    body
}
