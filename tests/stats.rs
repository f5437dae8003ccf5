//! What a verifier counts: each call once, by its outcome.

mod support;

use std::thread;

use cfaccess::{Stats, Status, Timestamp, Verifier};
use serde_json::{Value, json};
use support::fetched::now;
use support::mint;
use support::session::{current_token, look, token_of, token_with, verifier, verifier_with};

fn verify(verifier: &Verifier, token: &str) {
    let _ = verifier.verify_at(token.as_bytes(), now());
}

fn ask(verifier: &Verifier, headers: &[(&str, &str)]) {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let _ = verifier.verify_request_at(&headers, now());
}

fn refused(stats: &Stats) -> u64 {
    stats.refusals.iter().map(|(_, count)| count).sum()
}

#[test]
fn a_verifier_that_did_nothing_has_counted_nothing() {
    let stats = verifier().stats();
    let zeros = json!({"verified": 0, "hits": 0, "refusals": {}, "evictions": 0, "entries": 0, "bytes": 0, "warnings": []});
    assert_eq!(serde_json::from_str::<Value>(&stats.to_json()).expect("JSON"), zeros);
}

#[test]
fn cache_misses_and_hits_are_counted_apart() {
    let verifier = verifier();
    for token in [token_of("a"), token_of("b")] {
        (0..3).for_each(|_| verify(&verifier, &token));
    }

    let stats = verifier.stats();

    assert_eq!((stats.verified, stats.hits, stats.entries), (2, 4, 2));
    assert_eq!((refused(&stats), stats.evictions), (0, 0));
    assert!(stats.bytes > 2 * token_of("a").len());
}

#[test]
fn a_lookup_that_finds_a_token_is_a_hit_and_another_is_not_counted() {
    let verifier = verifier();
    let token = current_token("a", 3_600);
    assert_eq!(verifier.lookup(token.as_bytes()), None);
    verifier.verify(token.as_bytes()).expect("claims");

    assert!(verifier.lookup(token.as_bytes()).is_some());

    let stats = verifier.stats();
    assert_eq!((stats.verified, stats.hits, refused(&stats)), (1, 1, 0));
}

#[test]
fn each_refusal_is_counted_by_its_status() {
    let verifier = verifier();
    let (header, payload) = (mint::header().to_string(), mint::person().to_string());
    let stranger = mint::signing_key("stranger");
    let tokens = [
        ("oauth:x".to_owned(), Status::OpaqueToken),
        ("x".to_owned(), Status::Malformed),
        (mint::sign_with(&stranger, header.as_bytes(), payload.as_bytes()), Status::BadSignature),
        (mint::sign(br#"{"alg":"RS256","kid":"0000","typ":"JWT"}"#, payload.as_bytes()), Status::UnknownKey),
        (mint::sign(header.as_bytes(), b"[]"), Status::MalformedClaims),
        (token_with(&json!({"aud": "x"})), Status::WrongAudience),
        (token_with(&json!({"exp": mint::NOW - 30})), Status::Expired),
        (token_with(&json!({"nbf": mint::NOW + 31})), Status::NotYetValid),
    ];
    for (times, (token, _)) in (1..).zip(&tokens) {
        (0..times).for_each(|_| verify(&verifier, token));
    }

    let stats = verifier.stats();

    for (times, (_, status)) in (1..).zip(&tokens) {
        assert!(stats.refusals.contains(&(*status, times)), "{status:?}: {:?}", stats.refusals);
    }
    assert_eq!(refused(&stats), (1..=tokens.len() as u64).sum::<u64>());
    assert_eq!((stats.verified, stats.hits, stats.entries), (0, 0, 0));
    assert!(stats.refusals.is_sorted_by_key(|(status, _)| *status as i32));
}

#[test]
fn a_request_counts_once_by_its_own_outcome() {
    let verifier = verifier();
    let token = token_of("a");
    let assertion = ("Cf-Access-Jwt-Assertion", token.as_str());
    let other_email = ("Cf-Access-Authenticated-User-Email", "admin@example.com");

    ask(&verifier, &[]);
    ask(&verifier, &[assertion, assertion]);
    ask(&verifier, &[assertion, other_email]);
    ask(&verifier, &[assertion, other_email]);
    ask(&verifier, &[assertion]);

    let stats = verifier.stats();
    let expected = [(Status::NoToken, 1), (Status::Malformed, 1), (Status::IdentityMismatch, 2)];
    assert_eq!(refused(&stats), 4);
    assert!(expected.iter().all(|refusal| stats.refusals.contains(refusal)), "{:?}", stats.refusals);
    assert_eq!((stats.verified, stats.hits), (0, 1), "the first request left the token in the cache");
}

#[test]
fn a_cached_token_that_has_expired_counts_as_refused() {
    let verifier = verifier();
    let token = token_of("a");
    look(&verifier, &token);
    let late = Timestamp::new(mint::NOW + 10_000).expect("a time");

    assert!(verifier.verify_at(token.as_bytes(), late).is_err());

    let stats = verifier.stats();
    assert_eq!((stats.verified, stats.hits), (1, 0));
    assert_eq!(stats.refusals, [(Status::Expired, 1)]);
}

#[test]
fn tokens_that_make_room_are_counted() {
    let verifier = verifier_with(|config| config.set_cache_entries(2).expect("a size"));
    for subject in ["a", "b", "c", "d", "e"] {
        verify(&verifier, &token_of(subject));
    }

    let stats = verifier.stats();

    assert_eq!((stats.verified, stats.evictions, stats.entries), (5, 3, 2));
}

#[test]
fn nothing_is_lost_between_many_threads() {
    const THREADS: u64 = 16;
    const ROUNDS: u64 = 500;
    let verifier = verifier();
    let tokens: Vec<String> = (0..4).map(|number| token_of(&number.to_string())).collect();
    tokens.iter().for_each(|token| verify(&verifier, token));

    // Twice: the second threads go on with the counters of the first.
    for _ in 0..2 {
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        verify(&verifier, &tokens[round as usize % tokens.len()]);
                        verify(&verifier, "x");
                        verify(&verifier, "oauth:x");
                        verify(&verifier, "oauth:y");
                    }
                });
            }
        });
    }

    let stats = verifier.stats();
    let all = 2 * THREADS * ROUNDS;
    assert_eq!((stats.verified, stats.hits), (4, all));
    assert_eq!(refused(&stats), 3 * all);
    assert!(stats.refusals.contains(&(Status::Malformed, all)));
    assert!(stats.refusals.contains(&(Status::OpaqueToken, 2 * all)));
}

#[test]
fn the_json_names_each_count() {
    let verifier = verifier();
    verify(&verifier, &token_of("a"));
    verify(&verifier, &token_of("a"));
    verify(&verifier, "x");

    let stats = verifier.stats();
    let json: Value = serde_json::from_str(&stats.to_json()).expect("JSON");

    assert_eq!(
        json,
        json!({
            "verified": 1, "hits": 1, "refusals": {"MALFORMED": 1}, "evictions": 0, "entries": 1,
            "bytes": stats.bytes, "warnings": [],
        })
    );
}
