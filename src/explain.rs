//! Runs every check and reports each one, for people who ask why a token is refused.

use serde_json::{Map, Value, json};

use crate::claims::Payload;
use crate::config::Config;
use crate::json;
use crate::keys::{Keys, Patience};
use crate::policy::{Case, RULES};
use crate::signature::check_signature;
use crate::status::{Refusal, Status};
use crate::time::{Clock, Timestamp};
use crate::token::{ALGORITHM, HEADER_MAX, Header, Token};

/// Strings of a token are shown with at most this many characters.
const SHOWN_MAX: usize = 512;

/// Every check with what it expected and what it found. There is no overall verdict: only a verification
/// gives one.
pub(crate) fn explain(
    config: &Config,
    keys: &Keys,
    warnings: &[String],
    token: &[u8],
    now: Timestamp,
) -> Value {
    let mut checks = Checks(Vec::new());
    let parsed = checks.report(
        "form",
        Token::parse(token),
        json!("three parts of base64url"),
        json!({"bytes": token.len()}),
    );
    if let Some(token) = parsed {
        checks.explain_header(&token, keys);
        checks.explain_claims(&token, config, now);
    }
    json!({
        "note": "an explanation for people, not a verdict: claims are shown whether or not the signature is valid",
        "now": now.seconds(),
        "leeway": config.leeway,
        "warnings": warnings,
        "checks": checks.0,
    })
}

struct Checks(Vec<Value>);

impl Checks {
    fn explain_header(&mut self, token: &Token<'_>, keys: &Keys) {
        let mut buffer = [0; HEADER_MAX];
        let Ok(text) = token.decode_header(&mut buffer) else { return };
        let expected =
            json!({"alg": ALGORITHM, "kid": "1 to 128 printable characters", "typ": "JWT, or absent"});
        let header =
            self.report("header", Header::parse(text), expected, members(text, &["alg", "kid", "typ"]));

        let in_force = keys.in_force();
        let known = in_force.as_ref().map(|keys| keys.set().keys().map(|(key_id, _)| key_id.as_str()));
        let known: Vec<&str> = known.into_iter().flatten().collect();
        let Some(header) = header else { return };
        let found = keys.find_in(in_force.as_ref(), &header.key_id);
        let key = self.report("key", found, json!({"any_of": known}), json!(header.key_id.as_str()));
        if let Some(key) = key {
            self.report(
                "signature",
                check_signature(key.public_key(), token),
                json!("RSASSA-PKCS1-v1_5 with SHA-256"),
                Value::Null,
            );
        }
    }

    fn explain_claims(&mut self, token: &Token<'_>, config: &Config, now: Timestamp) {
        const SHOWN: [&str; 9] = ["iss", "aud", "type", "exp", "iat", "nbf", "sub", "email", "common_name"];
        let Ok(text) = token.decode_payload() else { return };
        let payload =
            self.report("claims", Payload::parse(&text), json!("typed claims"), members(&text, &SHOWN));
        let Some(payload) = payload else { return };
        let case = Case { config, payload: &payload, now };
        for rule in &RULES {
            self.report(rule.name, (rule.check)(&case), (rule.expected)(&case), (rule.found)(&case));
        }
        if let Some(revocations) = &config.revocations {
            let issued_at = payload.times.issued_at;
            let clearance = revocations.clearance(&payload);
            self.report(
                "revocation",
                revocations.check(&clearance, issued_at, Clock::At(now), Patience::None),
                json!("issued after each cut-off of its owner, applications, session and team; none of them blocked"),
                json!({"iat": issued_at.seconds()}),
            );
        }
    }

    fn report<T>(
        &mut self,
        name: &str,
        outcome: Result<T, Refusal>,
        expected: Value,
        found: Value,
    ) -> Option<T> {
        let mut check = Map::new();
        check.insert("check".into(), name.into());
        let status = outcome.as_ref().map_or_else(Refusal::status, |_| Status::Ok);
        check.insert("result".into(), if status == Status::Ok { "passed" } else { "failed" }.into());
        if let Err(refusal) = &outcome {
            check.insert("status".into(), refusal.status().name().into());
            check.insert("message".into(), refusal.message().into());
        }
        check.insert("expected".into(), expected);
        check.insert("found".into(), shown(found));
        self.0.push(Value::Object(check));
        outcome.ok()
    }
}

/// These members of a JSON object as verification reads it, for display only.
fn members(text: &[u8], names: &[&str]) -> Value {
    let Ok(object) = json::text(text).and_then(json::parse_object) else { return Value::Null };
    names.iter().filter_map(|name| Some(((*name).to_owned(), showable(object.get(name)?)))).collect()
}

/// Converted value by value: serde_json's own reader would parse the content of an object with its private member
/// name for raw values once more, to any depth.
fn showable(value: &json::Value<'_>) -> Value {
    match value {
        json::Value::Null => Value::Null,
        json::Value::Bool(boolean) => Value::Bool(*boolean),
        json::Value::Integer(number) => Value::from(*number),
        json::Value::Number(number) => Value::Number(number.clone()),
        json::Value::String(text) => Value::from(&**text),
        json::Value::Array(items) => items.iter().map(showable).collect(),
        json::Value::Object(object) => {
            object.members().map(|(name, member)| (name.to_owned(), showable(member))).collect()
        }
    }
}

/// The value with every string, member names included, cut to `SHOWN_MAX` characters.
fn shown(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(cut(text)),
        Value::Array(items) => items.into_iter().map(shown).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (cut(name), shown(member))).collect()
        }
        other => other,
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN_MAX) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}
