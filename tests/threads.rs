//! One verifier in many threads, while its keys are replaced.

mod support;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cfaccess::{Claims, Config, Keys, KeysStatus, Refusal, Timestamp, Verifier};
use serde_json::{Value, json};
use support::{mint, read_json, vectors};

const READERS: usize = 4;

/// Ends the readers, also when the test fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn whatever_is_shared_may_cross_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Verifier>();
    shared::<Keys>();
    shared::<Config>();
    shared::<Claims>();
    shared::<Refusal>();
    shared::<KeysStatus>();
}

/// Two documents with the same two `kid`, each of which means the other key in the other document, and
/// with entries that are left out for different reasons.
fn documents() -> [Vec<u8>; 2] {
    let set = read_json("tests/vectors/acme.jwks.json");
    let [first, second] = [&set["keys"][0], &set["keys"][1]];
    let named = |key: &Value, other: &Value| {
        let mut key = key.clone();
        key["kid"] = other["kid"].clone();
        key
    };
    let straight = json!({"keys": [first, second, {"kid": "a", "kty": "EC"}]});
    let crossed = json!({"keys": [named(first, second), named(second, first), {"kid": "b"}, 5]});
    [straight, crossed].map(|document| document.to_string().into_bytes())
}

#[test]
fn each_verification_sees_one_whole_set() {
    let [straight, crossed] = documents();
    let keys = Keys::from_json(&straight).expect("keys");
    let verifier = verifier_with(&keys);
    let whole_sets = [&straight, &crossed].map(|document| Keys::from_json(document).expect("keys").status());
    let token = mint::token(&mint::header(), &mint::person());
    let (over, begin) = (AtomicBool::new(false), Barrier::new(READERS + 1));

    let seen: BTreeSet<&str> = thread::scope(|scope| {
        let read = || {
            let mut seen = BTreeSet::new();
            begin.wait();
            while !over.load(Ordering::Relaxed) {
                seen.insert(status(&verifier, &token));
                assert!(whole_sets.contains(&keys.status()), "neither the one set nor the other");
            }
            seen
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
        let end = End(&over);
        begin.wait();
        for _ in 0..400 {
            keys.load_json(&crossed).expect("keys");
            assert_eq!(status(&verifier, &token), "BAD_SIGNATURE", "the new set is in force at once");
            keys.load_json(b"{}").expect_err("no keys");
            assert_eq!(status(&verifier, &token), "BAD_SIGNATURE", "a bad document changes nothing");
            keys.load_json(&straight).expect("keys");
            assert_eq!(status(&verifier, &token), "OK", "the new set is in force at once");
        }
        drop(end);
        readers.into_iter().flat_map(|reader| reader.join().expect("a whole set")).collect()
    });

    assert_eq!(seen, BTreeSet::from(["OK", "BAD_SIGNATURE"]), "both sets were met, and nothing else");
}

#[test]
fn threads_that_load_at_once_leave_one_of_their_sets() {
    let documents = documents();
    let keys = Keys::from_json(&documents[0]).expect("keys");
    let whole_sets = documents.each_ref().map(|document| Keys::from_json(document).expect("keys").status());

    thread::scope(|scope| {
        for document in documents.iter().cycle().take(4) {
            scope.spawn(|| (0..100).for_each(|_| keys.load_json(document).expect("keys")));
        }
    });

    assert!(whole_sets.contains(&keys.status()));
}

#[test]
fn a_verifier_goes_on_when_the_other_handles_on_its_keys_are_gone() {
    let keys = Keys::from_json(&documents()[0]).expect("keys");
    let verifiers = [verifier_with(&keys), verifier_with(&keys)];
    let token = mint::token(&mint::header(), &mint::person());

    drop(keys);
    let statuses = thread::scope(|scope| {
        let token = token.as_str();
        verifiers
            .map(|verifier| scope.spawn(move || status(&verifier, token)))
            .map(|thread| thread.join().expect("a verdict"))
    });

    assert_eq!(statuses, ["OK", "OK"]);
}

fn verifier_with(keys: &Keys) -> Verifier {
    let config = vectors::config(&mint::config()).expect("a config");
    Verifier::new(config, keys.clone()).expect("a verifier")
}

fn status(verifier: &Verifier, token: &str) -> &'static str {
    let now = Timestamp::new(mint::NOW).expect("a time");
    verifier.verify_at(token.as_bytes(), now).map_or_else(|refusal| refusal.status().name(), |_| "OK")
}
