//! Lookups: the id of the claims that were handed out for a token, or nothing.

mod support;

use std::thread;
use std::time::Duration;

use cfaccess::{Keys, Verifier};
use support::fetched::{document, other_document};
use support::session::{config_with, current_token, long_token, look, token_of, verifier, verifier_with};

/// Verifies a token now and returns the id of its claims.
fn id_of(verifier: &Verifier, token: &str) -> u64 {
    verifier.verify(token.as_bytes()).expect("claims").id()
}

#[test]
fn a_token_is_found_once_it_was_verified() {
    let verifier = verifier();
    let token = current_token("a", 3_600);
    assert_eq!(verifier.lookup(token.as_bytes()), None);

    let id = id_of(&verifier, &token);

    assert_eq!(verifier.lookup(token.as_bytes()), Some(id));
    assert_eq!(id_of(&verifier, &token), id, "a cache hit has the same");
}

#[test]
fn each_token_has_the_id_of_its_own_claims() {
    let verifier = verifier();
    let tokens: Vec<String> = (0..20).map(|number| current_token(&number.to_string(), 3_600)).collect();

    let ids: Vec<u64> = tokens.iter().map(|token| id_of(&verifier, token)).collect();

    for (token, id) in tokens.iter().zip(ids) {
        assert_eq!(verifier.lookup(token.as_bytes()), Some(id));
    }
}

#[test]
fn only_the_very_token_is_found() {
    let verifier = verifier();
    let token = current_token("a", 3_600);
    id_of(&verifier, &token);

    for place in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[place] ^= 1;
        assert_eq!(verifier.lookup(&other), None, "another byte at {place}");
        assert_eq!(verifier.lookup(&token.as_bytes()[..place]), None, "the first {place} bytes");
        assert_eq!(verifier.lookup(&token.as_bytes()[place + 1..]), None, "without the first {place}");
    }
    for other in ["", "..", "no token", &format!("{token} "), &long_token(20_000)] {
        assert_eq!(verifier.lookup(other.as_bytes()), None);
    }
    assert_eq!(verifier.stats().hits, 0);
}

#[test]
fn a_refused_token_is_not_found() {
    let verifier = verifier();
    let token = token_of("expired");
    assert!(verifier.verify(token.as_bytes()).is_err());
    assert_eq!(verifier.lookup(token.as_bytes()), None);
}

#[test]
fn a_token_that_was_valid_at_another_time_is_not_found_now() {
    let verifier = verifier();
    let token = token_of("a");
    look(&verifier, &token);

    assert_eq!(verifier.lookup(token.as_bytes()), None, "it has expired by the clock of the system");
}

#[test]
fn a_token_is_not_found_once_it_has_expired() {
    let verifier = verifier_with(|config| config.set_leeway(0).expect("a leeway"));
    let token = current_token("a", 2);
    let id = id_of(&verifier, &token);
    assert_eq!(verifier.lookup(token.as_bytes()), Some(id));

    thread::sleep(Duration::from_millis(2_100));

    assert_eq!(verifier.lookup(token.as_bytes()), None);
}

#[test]
fn a_token_is_not_found_once_its_key_is_gone_nor_when_it_is_back() {
    let keys = Keys::from_json(&document()).expect("keys");
    let verifier = Verifier::new(config_with(|_| {}), keys.clone()).expect("a verifier");
    let token = current_token("a", 3_600);
    let id = id_of(&verifier, &token);

    keys.load_json(&other_document()).expect("keys");
    assert_eq!(verifier.lookup(token.as_bytes()), None);
    keys.load_json(&document()).expect("keys");
    assert_eq!(verifier.lookup(token.as_bytes()), None);

    assert_ne!(id_of(&verifier, &token), id);
}

#[test]
fn a_token_that_had_to_make_room_is_not_found() {
    let verifier = verifier_with(|config| config.set_cache_entries(1).expect("a size"));
    let [first, second] = ["a", "b"].map(|subject| current_token(subject, 3_600));
    id_of(&verifier, &first);
    let id = id_of(&verifier, &second);

    assert_eq!(verifier.lookup(first.as_bytes()), None);
    assert_eq!(verifier.lookup(second.as_bytes()), Some(id));
}
