//! Key documents, and what they do to the keys in force.

use std::sync::OnceLock;

use cfaccess::{Config, Keys, KeysStatus, Refusal, Timestamp, Verifier};

use super::genuine::{self, AUDIENCE, NOW};
use super::invariants::check_message;

pub fn run(document: &[u8]) {
    let made = Keys::from_json(document);
    let are_local = made.as_ref().is_ok_and(are_local);
    let outcome = made.map(|keys| keys.status());
    match &outcome {
        Ok(status) => check_status(status),
        Err(refusal) => check_message(refusal.message(), &[document]),
    }

    let (keys, verifier) = in_force();
    let before = keys.status();
    let loaded = keys.load_json(document);
    match &loaded {
        Err(refusal) if are_local => assert_eq!(refusal.status().name(), "KEYS_INVALID"),
        loaded => {
            assert_eq!(loaded.as_ref().err(), outcome.as_ref().err(), "loading again ends as loading does")
        }
    }
    assert!(loaded.is_err() || !are_local, "keys of a local Access are in force for a real team");

    let expected = outcome.ok().filter(|_| loaded.is_ok()).unwrap_or(before.clone());
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

/// Whether they are those of a local Access: no keys serve both its team and another.
fn are_local(keys: &Keys) -> bool {
    let [acme, local] = ["acme", "cfaccess-local"].map(|team| verifier_of(team, keys).is_ok());
    assert_ne!(acme, local);
    local
}

fn verifier_of(team: &str, keys: &Keys) -> Result<Verifier, Refusal> {
    let mut config = Config::new(team).expect("a team");
    config.add_audience(AUDIENCE).expect("an audience");
    Verifier::new(config, keys.clone())
}

fn in_force() -> &'static (Keys, Verifier) {
    static IN_FORCE: OnceLock<(Keys, Verifier)> = OnceLock::new();
    IN_FORCE.get_or_init(|| {
        let keys = Keys::from_json(genuine::DOCUMENT).expect("keys");
        let verifier = verifier_of("acme", &keys).expect("a verifier");
        (keys, verifier)
    })
}
