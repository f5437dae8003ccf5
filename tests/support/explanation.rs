//! Reads what `explain` tells.

use cfaccess::{Timestamp, Verifier};
use serde_json::Value;

use super::mint;

pub fn explained(verifier: &Verifier, token: impl AsRef<[u8]>) -> Value {
    explained_at(verifier, token, mint::NOW)
}

pub fn explained_at(verifier: &Verifier, token: impl AsRef<[u8]>, now: i64) -> Value {
    let now = Timestamp::new(now).expect("a time");
    serde_json::from_str(&verifier.explain(token.as_ref(), now)).expect("JSON")
}

pub fn checks(explanation: &Value) -> &[Value] {
    explanation["checks"].as_array().expect("a list of checks")
}

pub fn check<'a>(explanation: &'a Value, name: &str) -> &'a Value {
    checks(explanation).iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("no {name}"))
}

pub fn first_failed(explanation: &Value) -> Option<&Value> {
    checks(explanation).iter().find(|check| check["result"] == "failed")
}
