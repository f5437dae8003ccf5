//! `cfaccess revoke token -`: what a token names, after its signature was verified.

use cfaccess::{Claims, Config, Target, TargetKind, Timestamp, Verifier};
use serde_json::Value;

use super::cloudflare::check_call;
use super::revoke::{Plan, Question};
use crate::arguments::{RevokeToken, TokenPart};
use crate::exit::Failure;
use crate::settings::Settings;
use crate::token;

/// The longest life of a token that can be accepted at all.
const LIFETIME_MAX: i64 = 31_622_400;

pub fn plan<'a>(command: &'a RevokeToken, settings: &Settings) -> Result<Plan<'a>, Failure> {
    if command.source != "-" {
        return Err(token::not_as_an_argument());
    }
    if command.what == TokenPart::Session && command.cut_off.at.is_some() {
        return Err(Failure::usage("--at has no meaning for a session: all its tokens are refused"));
    }
    let token = token::from_stdin()?;
    let targets = targets_of(&token, command, settings)?;
    let call = match (command.cloudflare.cloudflare, targets.as_slice()) {
        (false, _) => None,
        (true, [target]) => Some((&command.cloudflare, check_call(target, command.app_id.as_ref())?)),
        (true, _) => {
            return Err(Failure::usage(
                "the token is for several applications; revoke each by its AUD tag with --cloudflare",
            ));
        }
    };
    let question = match command.what {
        TokenPart::App => Question::Yes(command.yes),
        TokenPart::Session | TokenPart::User => Question::None,
    };
    let plan = Plan::new(targets, &command.cut_off, question);
    Ok(Plan { cloudflare: call, ..plan })
}

fn targets_of(token: &[u8], command: &RevokeToken, settings: &Settings) -> Result<Vec<Target>, Failure> {
    let store = &command.write.store;
    let keys = settings.keys(&store.team, &command.keys, &store.network)?;
    let claims = Signed::read(token, &settings.team(&store.team)?, keys)?.0;
    let missing = |what: &str| Failure::usage(format!("the token names no {what}; choose another --what"));
    let target = |kind, value: Option<&str>, what| match value {
        Some(value) if !value.is_empty() => Ok(Target::new(kind, value)?),
        _ => Err(missing(what)),
    };
    match command.what {
        TokenPart::Session => Ok(vec![target(TargetKind::Session, claims.session(), "session")?]),
        TokenPart::User => Ok(vec![target(TargetKind::Email, claims.email(), "user")?]),
        TokenPart::App => {
            claims.audiences().map(|audience| Ok(Target::new(TargetKind::Application, audience)?)).collect()
        }
    }
}

/// What a token says whose signature is the team's, even if it has expired or is for another application.
struct Signed(Claims);

impl Signed {
    fn read(token: &[u8], team: &str, keys: cfaccess::Keys) -> Result<Signed, Failure> {
        keys.connect()?;
        let mut config = Config::new(team)?;
        config.allow_any_service()?;
        config.set_max_lifetime(LIFETIME_MAX)?;
        // What the token is for and when it was issued is needed to ask for a verdict; it is believed only then.
        let mut asking = config.clone();
        asking.add_audience("unknown")?;
        let now = Timestamp::now();
        let explanation = Verifier::new(asking, keys.clone())?.explain(token, now);
        let found = found_in(&explanation);
        for audience in found.as_ref().and_then(|found| found.get("aud")).into_iter().flat_map(strings) {
            config.add_audience(audience)?;
        }
        let issued_at = found.as_ref().and_then(|found| found.get("iat")).and_then(Value::as_i64);
        if config.add_audience("unknown").is_err() {
            return Err(Failure::usage("the token has too many audiences"));
        }
        let moment = issued_at.and_then(Timestamp::new).filter(|moment| *moment <= now).unwrap_or(now);
        let verified = Verifier::new(config, keys)?.verify_at(token, moment)?;
        Ok(Signed((*verified).clone()))
    }
}

/// The claims as the explanation shows them.
fn found_in(explanation: &str) -> Option<Value> {
    let explanation: Value = serde_json::from_str(explanation).ok()?;
    let checks = explanation.get("checks")?.as_array()?;
    let claims = checks.iter().find(|check| check.get("check").and_then(Value::as_str) == Some("claims"))?;
    claims.get("found").cloned()
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
