//! Key documents, and what they do to the keys in force.

use std::sync::OnceLock;

use cfaccess::{Config, Keys, KeysStatus, Timestamp, Verifier};

use super::genuine::{self, AUDIENCE, NOW};
use super::invariants::check_message;

pub fn run(document: &[u8]) {
    let outcome = Keys::from_json(document).map(|keys| keys.status());
    match &outcome {
        Ok(status) => check_status(status),
        Err(refusal) => check_message(refusal.message(), &[document]),
    }

    let (keys, verifier) = in_force();
    let before = keys.status();
    let loaded = keys.load_json(document);
    assert_eq!(loaded.as_ref().err(), outcome.as_ref().err(), "loading again ends as loading does");

    let expected = outcome.unwrap_or(before.clone());
    assert_eq!(keys.status(), expected, "the keys in force are the new ones, or stay as they were");
    let verified = verifier.verify_at(genuine::token(), Timestamp::new(NOW).expect("a time"));
    let first = before.keys.iter().find(|key| key.key_id == genuine::key_id()).expect("the first key");
    assert_eq!(verified.is_ok(), expected.keys.contains(first), "{verified:?}");

    if loaded.is_ok() {
        keys.load_json(genuine::DOCUMENT).expect("keys");
    }
    assert_eq!(keys.status(), before);
}

fn check_status(status: &KeysStatus) {
    assert!(!status.keys.is_empty() && status.keys.len() + status.skipped.len() <= 32);
    assert!(status.keys.is_sorted_by(|one, other| one.key_id < other.key_id), "each kid once, in order");
    for key in &status.keys {
        assert!((2_048..=4_096).contains(&key.bits));
        assert!(key.sha256.len() == 64 && key.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    let key_ids = status.keys.iter().map(|key| &key.key_id);
    for key_id in key_ids.chain(status.skipped.iter().filter_map(|key| key.key_id.as_ref())) {
        assert!((1..=128).contains(&key_id.len()) && key_id.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    let json: serde_json::Value = serde_json::from_str(&status.to_json()).expect("JSON");
    assert_eq!(json["keys"].as_array().map(Vec::len), Some(status.keys.len()));
}

fn in_force() -> &'static (Keys, Verifier) {
    static IN_FORCE: OnceLock<(Keys, Verifier)> = OnceLock::new();
    IN_FORCE.get_or_init(|| {
        let keys = Keys::from_json(genuine::DOCUMENT).expect("keys");
        let mut config = Config::new("acme").expect("a team");
        config.add_audience(AUDIENCE).expect("an audience");
        let verifier = Verifier::new(config, keys.clone()).expect("a verifier");
        (keys, verifier)
    })
}
