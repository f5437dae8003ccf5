//! `cfaccess explain`

use serde_json::Value;

use crate::arguments::Explain;
use crate::commands::verify::{moment, verifier};
use crate::exit::{Exit, Failure};
use crate::output::{Output, Style};
use crate::redaction::printable;
use crate::settings::Settings;

pub fn run(command: &Explain, output: &Output) -> Result<Exit, Failure> {
    let question = &command.question;
    let token = command.token.read()?;
    let settings = Settings::read(&question.common)?;
    let keys = settings.keys(&question.team, &question.keys, &question.network)?;
    let (verifier, revocations) = verifier(&settings, question, keys.clone())?;
    // Without them everything but the signature and the revocation can still be explained.
    if let Err(refusal) = keys.connect() {
        output.note(refusal.message());
    }
    if let Some(Err(refusal)) = revocations.map(|revocations| revocations.connect()) {
        output.note(refusal.message());
    }
    let text = verifier.explain(&token, moment(question.at)?);
    let explanation: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::internal(format!("the explanation cannot be read: {error}")))?;
    let shown = told(&explanation, output);
    output.result(|| explanation, || shown)?;
    Ok(Exit::Done)
}

fn told(explanation: &Value, output: &Output) -> String {
    let mut text = String::new();
    let checks = explanation.get("checks").and_then(Value::as_array);
    for check in checks.into_iter().flatten() {
        let member = |name: &str| check.get(name).and_then(Value::as_str);
        let name = format!("{:<10}", member("check").unwrap_or_default());
        if member("result") == Some("passed") {
            text += &format!("{name} {}\n", output.paint(Style::Good, "passed"));
            continue;
        }
        let status = member("status").unwrap_or_default();
        let message = printable(member("message").unwrap_or_default());
        text += &format!("{name} {}  {status}: {message}\n", output.paint(Style::Bad, "failed"));
        for part in ["expected", "found"] {
            if let Some(value) = check.get(part).filter(|value| !value.is_null()) {
                let part = output.paint(Style::Faint, &format!("{part:<8}"));
                text += &format!("           {part} {}\n", printable(&value.to_string()));
            }
        }
    }
    text + "An explanation, not a verdict: claims are read whether or not the signature is valid.\n"
}
