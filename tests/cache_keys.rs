//! A key that left the set takes its tokens along, and keys that are fetched are kept current by hits as well.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Keys, Verifier};
use serde_json::json;
use support::fetched::{Endpoint, document, eventually, other_document, sent_answers, verdict};
use support::read_json;
use support::session::{config_with, look, token_of};

fn verifier_of(keys: &Keys) -> Verifier {
    Verifier::new(config_with(|_| {}), keys.clone()).expect("a verifier")
}

fn loaded() -> (Keys, Verifier) {
    let keys = Keys::from_json(&document()).expect("keys");
    let verifier = verifier_of(&keys);
    (keys, verifier)
}

/// The second key under the first one's `kid`.
fn crossed_document() -> Vec<u8> {
    let set = read_json("tests/vectors/acme.jwks.json");
    let mut key = set["keys"][1].clone();
    key["kid"] = set["keys"][0]["kid"].clone();
    json!({"keys": [key]}).to_string().into_bytes()
}

/// The first key alone, with members that do not matter in another order.
fn smaller_document() -> Vec<u8> {
    let set = read_json("tests/vectors/acme.jwks.json");
    json!({"public_certs": [], "keys": [{"kid": "a", "kty": "EC"}, set["keys"][0]]}).to_string().into_bytes()
}

#[test]
fn a_token_goes_with_its_key_and_is_accepted_anew_when_the_key_is_back() {
    let (keys, verifier) = loaded();
    let token = token_of("a");
    let first = look(&verifier, &token).id();

    keys.load_json(&other_document()).expect("keys");
    assert_eq!([verdict(&verifier, &token), verdict(&verifier, &token)], ["UNKNOWN_KEY"; 2]);
    assert_eq!(verifier.stats().entries, 0, "it is given up at once");

    keys.load_json(&document()).expect("keys");
    let again = look(&verifier, &token).id();
    assert_ne!(again, first);
    assert_eq!(look(&verifier, &token).id(), again);
    assert_eq!((verifier.stats().verified, verifier.stats().hits), (2, 1));
}

#[test]
fn a_token_that_missed_the_absence_of_its_key_is_verified_anew() {
    let (keys, verifier) = loaded();
    let token = token_of("a");
    let first = look(&verifier, &token).id();

    keys.load_json(&other_document()).expect("keys");
    keys.load_json(&document()).expect("keys");

    assert_ne!(look(&verifier, &token).id(), first);
}

#[test]
fn another_key_with_the_same_kid_is_another_key() {
    let (keys, verifier) = loaded();
    let token = token_of("a");
    look(&verifier, &token);

    keys.load_json(&crossed_document()).expect("keys");

    assert_eq!([verdict(&verifier, &token), verdict(&verifier, &token)], ["BAD_SIGNATURE"; 2]);
}

#[test]
fn a_set_with_the_same_key_leaves_its_tokens() {
    let (keys, verifier) = loaded();
    let token = token_of("a");
    let first = look(&verifier, &token).id();

    for document in [document(), smaller_document(), document()] {
        keys.load_json(&document).expect("keys");
        assert_eq!(look(&verifier, &token).id(), first);
    }
    keys.load_json(b"{}").expect_err("no keys");
    assert_eq!(look(&verifier, &token).id(), first);

    assert_eq!(verifier.stats().verified, 1);
}

#[test]
fn every_verifier_of_the_keys_sees_the_change() {
    let (keys, first) = loaded();
    let second = verifier_of(&keys);
    let token = token_of("a");
    look(&first, &token);
    look(&second, &token);

    keys.load_json(&other_document()).expect("keys");

    assert_eq!([&first, &second].map(|verifier| verdict(verifier, &token)), ["UNKNOWN_KEY"; 2]);
}

#[test]
fn a_refresh_that_removes_the_key_takes_its_tokens_along() {
    let (answer, later_fetch) = sent_answers();
    let endpoint =
        Endpoint::new(move |number| if number == 0 { Ok(document()) } else { later_fetch(number) })
            .with(|options| options.refresh_after = Duration::from_secs(1));
    let verifier = verifier_of(&endpoint.keys());
    let token = token_of("a");
    let first = look(&verifier, &token).id();

    eventually("a refresh", || {
        assert_eq!(look(&verifier, &token).id(), first, "nobody waits for it");
        endpoint.fetches() == 2
    });
    answer.send(Ok(other_document())).expect("a refresh");

    eventually("the other keys", || verdict(&verifier, &token) == "UNKNOWN_KEY");
    assert_eq!(verifier.stats().verified, 1);
}

#[test]
fn whoever_only_hits_still_refreshes() {
    let endpoint = Endpoint::new(|_| Ok(document())).with(|options| {
        options.refresh_after = Duration::from_secs(1);
        options.max_stale = Duration::from_secs(2);
    });
    let keys = endpoint.keys();
    let verifier = verifier_of(&keys);
    let token = token_of("a");
    let first = look(&verifier, &token).id();
    let begin = Instant::now();

    while begin.elapsed() < Duration::from_secs(5) {
        assert_eq!(look(&verifier, &token).id(), first);
        thread::sleep(Duration::from_millis(5));
    }

    assert!(endpoint.fetches() >= 3, "{} fetches", endpoint.fetches());
    assert_eq!(verifier.stats().verified, 1, "the same keys, confirmed, leave the token");
}

#[test]
fn keys_that_nobody_confirms_take_their_tokens_along_until_they_are_back() {
    let endpoint = Endpoint::new(|number| match number {
        0 | 3.. => Ok(document()),
        _ => Err("an outage".to_owned()),
    })
    .with(|options| {
        options.refresh_after = Duration::from_secs(1);
        options.max_stale = Duration::from_millis(2_500);
    });
    let verifier = verifier_of(&endpoint.keys());
    let token = token_of("a");
    let begin = Instant::now();

    let mut seen: Vec<&str> = Vec::new();
    while begin.elapsed() < Duration::from_secs(5) {
        let verdict = verdict(&verifier, &token);
        if seen.last() != Some(&verdict) {
            seen.push(verdict);
        }
        thread::sleep(Duration::from_millis(10));
    }

    assert_eq!(seen, ["OK", "KEYS_UNAVAILABLE", "OK"]);
    assert_eq!(look(&verifier, &token).id(), look(&verifier, &token).id());
}
