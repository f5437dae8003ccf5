//! `cfaccess verify`

use cfaccess::{Claims, Keys, Revocations, Timestamp, Verifier};
use serde_json::{Value, json};

use crate::arguments::{Question, Verify};
use crate::exit::{Exit, Failure};
use crate::output::{Output, Style};
use crate::redaction::printable;
use crate::settings::{Settings, StoreUrl};
use crate::time;

pub fn run(command: &Verify, output: &Output) -> Result<Exit, Failure> {
    let question = &command.question;
    let token = command.token.read()?;
    let settings = Settings::read(&question.common)?;
    let keys = settings.keys(&question.team, &question.keys, &question.network)?;
    let (verifier, _) = verifier(&settings, question, keys)?;
    for warning in verifier.warnings() {
        output.note(warning);
    }
    let now = moment(question.at)?;
    let verified = verifier.verify_at(&token, now)?;
    output.result(|| accepted(&verified), || told(&verified, now, output))?;
    Ok(Exit::Done)
}

/// What a token is checked with, revocations included where a store is configured.
pub fn verifier(
    settings: &Settings,
    question: &Question,
    keys: Keys,
) -> Result<(Verifier, Option<Revocations>), Failure> {
    let mut config = settings.application(&question.team, &question.application)?;
    let url = settings.store(&question.store)?.map(StoreUrl::for_reading);
    let revocations = url.map(|url| settings.open(&url, &question.team, &question.network)).transpose()?;
    if let Some(revocations) = &revocations {
        config.set_revocations(revocations);
    }
    Ok((Verifier::new(config, keys)?, revocations))
}

/// The time to check at: now unless another is given.
pub fn moment(at: Option<i64>) -> Result<Timestamp, Failure> {
    match at {
        None => Ok(Timestamp::now()),
        Some(at) => Timestamp::new(at).ok_or_else(|| Failure::usage("--at is out of range")),
    }
}

fn accepted(claims: &Claims) -> Value {
    let members = serde_json::from_str(&claims.to_json()).unwrap_or(Value::Null);
    json!({"status": "OK", "http_status": 200, "claims": members})
}

fn told(claims: &Claims, now: Timestamp, output: &Output) -> String {
    let who = claims.email().or(claims.common_name()).unwrap_or_default();
    let mut text = output.paint(Style::Good, "accepted");
    text += &format!(": {} {}\n", claims.kind().name(), printable(who));

    let ago = |then: Timestamp| {
        let passed = now.seconds() - then.seconds();
        let words = time::in_words(passed.abs());
        let distance = if passed < 0 { format!("in {words}") } else { format!("{words} ago") };
        format!("{} ({distance})", time::local(then.seconds()))
    };
    let audiences: Vec<&str> = claims.audiences().collect();
    let lines = [
        ("principal", Some(claims.principal_id().to_owned())),
        ("audience", Some(audiences.join(", "))),
        ("issued", Some(ago(claims.issued_at()))),
        ("expires", Some(ago(claims.expires_at()))),
        ("session", claims.session().map(str::to_owned)),
        ("country", claims.country().map(str::to_owned)),
        ("policy", claims.policy_id().map(str::to_owned)),
        ("groups", claims.groups().map(|groups| groups.join(", "))),
        ("custom", claims.custom().map(str::to_owned)),
    ];
    for (name, value) in lines {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text +=
                &format!("  {} {}\n", output.paint(Style::Faint, &format!("{name:<10}")), printable(&value));
        }
    }
    text
}
