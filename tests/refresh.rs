//! Keys that are fetched: when a fetch begins, who waits for it, and what an answer changes.

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Config, LogFunction, Verifier};
use serde_json::{Value, json};
use support::fetched::*;
use support::mint;

#[test]
fn the_first_verification_fetches_and_the_next_does_not() {
    let endpoint = Endpoint::new(|_| Ok(document()));
    let verifier = verifier(&endpoint.keys());
    assert_eq!(endpoint.fetches(), 0);

    assert_eq!(verdict(&verifier, &good_token()), "OK");
    assert_eq!(verdict(&verifier, &good_token()), "OK");

    assert_eq!(endpoint.fetches(), 1);
}

#[test]
fn connecting_fetches_before_the_first_token_or_says_why_not() {
    let endpoint = Endpoint::new(|_| Ok(document()));
    let keys = endpoint.keys();
    keys.connect().expect("keys");
    keys.connect().expect("the same keys");
    assert_eq!(endpoint.fetches(), 1);

    let broken = Endpoint::new(|_| Err("out of order".to_owned())).keys();
    let refusal = broken.connect().expect_err("no keys");
    assert_eq!(refusal.status().name(), "KEYS_UNAVAILABLE");
    assert!(refusal.message().ends_with("the fetch function failed: out of order"), "{refusal}");
}

#[test]
fn a_fetch_begins_without_waiting_unless_keys_are_there() {
    let (answer, fetch) = sent_answers();
    let endpoint = Endpoint::new(fetch);
    let keys = endpoint.keys();

    keys.begin();
    keys.begin();
    eventually("a fetch", || endpoint.fetches() == 1);
    answer.send(Ok(document())).expect("a fetch");
    eventually("keys", || !keys.status().keys.is_empty());
    keys.begin();

    assert_eq!(endpoint.fetches(), 1);
    assert_eq!(keys.status().suppressed, 0, "nobody needed a key");
}

#[test]
fn what_cannot_be_good_fetches_nothing() {
    let endpoint = Endpoint::new(|_| Ok(document()));
    let verifier = verifier(&endpoint.keys());
    let mut header = mint::header();
    header["alg"] = json!("none");

    assert_eq!(verdict(&verifier, "..."), "MALFORMED");
    assert_eq!(verdict(&verifier, &mint::token(&header, &mint::person())), "UNSUPPORTED_ALGORITHM");

    assert_eq!(endpoint.fetches(), 0);
}

#[test]
fn a_bad_signature_never_causes_a_fetch() {
    let endpoint =
        Endpoint::new(|_| Ok(document())).with(|options| options.cooldown = Duration::from_secs(1));
    let keys = endpoint.keys();
    keys.connect().expect("keys");
    let verifier = verifier(&keys);
    let forged = mint::sign_with(
        &mint::signing_key("stranger"),
        mint::header().to_string().as_bytes(),
        mint::person().to_string().as_bytes(),
    );
    thread::sleep(Duration::from_millis(1_200));

    for _ in 0..1_000 {
        assert_eq!(verdict(&verifier, &forged), "BAD_SIGNATURE");
    }

    assert_eq!(endpoint.fetches(), 1);
}

#[test]
fn ten_thousand_unknown_keys_from_eight_threads_cause_one_fetch() {
    let endpoint =
        Endpoint::new(|_| Ok(document())).with(|options| options.cooldown = Duration::from_secs(30));
    let keys = endpoint.keys();
    let verifier = verifier(&keys);
    let signature = good_token().rsplit_once('.').expect("a signature").1.to_owned();

    thread::scope(|scope| {
        for thread in 0..8 {
            let (verifier, signature) = (&verifier, &signature);
            scope.spawn(move || {
                for number in 0..1_250 {
                    let header =
                        json!({"alg": "RS256", "kid": format!("{thread:032x}{number:032x}")}).to_string();
                    let token = format!("{}.e30.{signature}", mint::base64url(header.as_bytes()));
                    assert_eq!(verdict(verifier, &token), "UNKNOWN_KEY");
                }
            });
        }
    });

    assert_eq!(endpoint.fetches(), 1);
    assert!(keys.status().suppressed >= 9_992);
}

#[test]
fn callers_of_one_key_wait_for_one_fetch() {
    let (answer, fetch) = sent_answers();
    let endpoint = Endpoint::new(fetch);
    let verifier = verifier(&endpoint.keys());
    let token = good_token();

    let verdicts = thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| verdict(&verifier, &token))).collect();
        eventually("a fetch", || endpoint.fetches() == 1);
        answer.send(Ok(document())).expect("a fetch");
        callers.into_iter().map(|caller| caller.join().expect("a verdict")).collect::<Vec<_>>()
    });

    assert_eq!(verdicts, ["OK"; 8]);
    assert_eq!(endpoint.fetches(), 1);
}

#[test]
fn callers_that_come_as_the_fetch_ends_are_not_refused() {
    let token = good_token();
    for _ in 0..300 {
        let endpoint = Endpoint::new(|_| Ok(document()));
        let verifier = verifier(&endpoint.keys());

        let verdicts = thread::scope(|scope| {
            let callers: Vec<_> = (0..16).map(|_| scope.spawn(|| verdict(&verifier, &token))).collect();
            callers.into_iter().map(|caller| caller.join().expect("a verdict")).collect::<Vec<_>>()
        });

        assert_eq!(verdicts, ["OK"; 16]);
    }
}

#[test]
fn trying_never_waits() {
    let (answer, fetch) = sent_answers();
    let endpoint = Endpoint::new(fetch);
    let keys = endpoint.keys();
    let verifier = verifier(&keys);

    assert_eq!(try_verdict(&verifier, &good_token()), "KEYS_PENDING");
    assert_eq!(try_verdict(&verifier, &good_token()), "KEYS_PENDING");
    let at = verifier.try_verify_at(good_token().as_bytes(), now()).map(drop).expect_err("no keys yet");
    assert_eq!(at.status().name(), "KEYS_PENDING");
    assert_eq!(keys.try_connect().expect_err("no keys yet").status().name(), "KEYS_PENDING");
    assert!(keys.is_fetching());
    assert!((0..10).all(|_| keys.begin_wait()), "all may wait for the first keys");
    (0..10).for_each(|_| keys.end_wait());
    answer.send(Ok(document())).expect("a fetch");
    eventually("keys", || !keys.status().keys.is_empty());

    assert!(!keys.is_fetching());
    keys.try_connect().expect("keys");
    assert_eq!(
        [(); 3].map(|()| keys.begin_wait()),
        [true, true, false],
        "few may wait while keys are in force"
    );
    keys.end_wait();
    assert!(keys.begin_wait());
    verifier.try_verify_at(good_token().as_bytes(), now()).expect("claims");
    assert_eq!(try_verdict(&verifier, &good_token()), "EXPIRED", "its key is there and its time is over");
    assert_eq!(try_verdict(&verifier, &token_of_key(&"0".repeat(64))), "UNKNOWN_KEY");
    assert_eq!(endpoint.fetches(), 1);
}

#[test]
fn nobody_waits_longer_than_the_timeout_for_a_fetch_that_does_not_end() {
    let (_answer, fetch) = sent_answers();
    let endpoint = Endpoint::new(fetch).with(|options| options.timeout = Duration::from_millis(300));
    let verifier = verifier(&endpoint.keys());
    let begin = Instant::now();

    assert_eq!(verdict(&verifier, &good_token()), "KEYS_UNAVAILABLE");
    assert!((250..1_000).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());

    let begin = Instant::now();
    assert_eq!(verdict(&verifier, &good_token()), "KEYS_UNAVAILABLE");
    assert!(begin.elapsed() < Duration::from_millis(100), "the cooldown is not over");
}

#[test]
fn an_answer_that_was_overtaken_is_dropped() {
    let (late, first_fetch) = sent_answers();
    let endpoint = Endpoint::new(move |number| if number == 0 { first_fetch(0) } else { Ok(document()) })
        .with(|options| options.timeout = Duration::from_millis(100));
    let keys = endpoint.keys();
    let verifier = verifier(&keys);
    assert_eq!(verdict(&verifier, &good_token()), "KEYS_UNAVAILABLE");
    eventually("the second fetch", || verdict(&verifier, &good_token()) == "OK");

    late.send(Ok(other_document())).expect("the first fetch");
    keys.close();

    assert_eq!(verdict(&verifier, &good_token()), "OK");
    assert_eq!(endpoint.fetches(), 2);
}

#[test]
fn fetches_that_never_end_do_not_pile_up() {
    let (_answer, fetch) = sent_answers();
    let endpoint = Endpoint::new(fetch).with(|options| options.timeout = Duration::from_millis(100));
    let verifier = verifier(&endpoint.keys());

    for _ in 0..8 {
        assert_eq!(verdict(&verifier, &good_token()), "KEYS_UNAVAILABLE");
        thread::sleep(Duration::from_millis(1_100));
    }

    assert!(endpoint.fetches() <= 4, "{} fetches", endpoint.fetches());
}

#[test]
fn a_caller_whose_key_is_there_does_not_wait_for_a_refresh() {
    let (answer, later_fetch) = sent_answers();
    let endpoint =
        Endpoint::new(move |number| if number == 0 { Ok(document()) } else { later_fetch(number) })
            .with(|options| options.refresh_after = Duration::from_secs(1));
    let keys = endpoint.keys();
    keys.connect().expect("keys");
    let verifier = verifier(&keys);
    thread::sleep(Duration::from_millis(1_200));

    eventually("a refresh", || {
        assert_eq!(verdict(&verifier, &good_token()), "OK");
        endpoint.fetches() == 2
    });
    assert_eq!(verdict(&verifier, &good_token()), "OK");
    answer.send(Ok(other_document())).expect("a refresh");

    eventually("the other keys", || verdict(&verifier, &good_token()) == "UNKNOWN_KEY");
}

#[test]
fn a_refused_document_leaves_the_keys_in_force() {
    for (document_refused, reason) in [
        (&b"<html>"[..], "not strict JSON"),
        (br#"{"keys":[]}"#, "no entries"),
        (br#"{"keys":[{"kty":"EC"}]}"#, "its kty is not RSA"),
        (&vec![b' '; (1 << 20) + 1], "more than 1048576 bytes"),
    ] {
        let refused = document_refused.to_vec();
        let endpoint =
            Endpoint::new(move |number| if number == 0 { Ok(document()) } else { Ok(refused.clone()) })
                .with(|options| options.refresh_after = Duration::from_secs(1));
        let keys = endpoint.keys();
        keys.connect().expect("keys");
        let verifier = verifier(&keys);
        thread::sleep(Duration::from_millis(1_200));

        eventually("a failure", || {
            assert_eq!(verdict(&verifier, &good_token()), "OK");
            keys.status().failures > 0
        });

        let status = keys.status();
        assert!(status.last_error.as_deref().is_some_and(|error| error.contains(reason)), "{status:?}");
        assert_eq!(verdict(&verifier, &good_token()), "OK");
    }
}

#[test]
fn keys_that_nobody_confirms_end_and_come_back() {
    let endpoint = Endpoint::new(|number| match number {
        0 | 3.. => Ok(document()),
        _ => Err("an outage".to_owned()),
    })
    .with(|options| {
        options.refresh_after = Duration::from_secs(1);
        options.max_stale = Duration::from_millis(2_500);
    });
    let keys = endpoint.keys();
    keys.connect().expect("keys");
    let verifier = verifier(&keys);
    let begin = Instant::now();

    let mut seen: Vec<&str> = Vec::new();
    while begin.elapsed() < Duration::from_secs(5) {
        let verdict = verdict(&verifier, &good_token());
        if seen.last() != Some(&verdict) {
            seen.push(verdict);
        }
        thread::sleep(Duration::from_millis(10));
    }

    assert_eq!(seen, ["OK", "KEYS_UNAVAILABLE", "OK"]);
}

#[test]
fn a_new_key_is_found_within_a_cooldown_whatever_else_is_thrown_at_it() {
    let endpoint = Endpoint::new(|number| if number == 0 { Ok(other_document()) } else { Ok(document()) });
    let keys = endpoint.keys();
    keys.connect().expect("keys");
    let verifier = verifier(&keys);
    let begin = Instant::now();

    thread::scope(|scope| {
        let attacker = scope.spawn(|| {
            let mut number = 0;
            while begin.elapsed() < Duration::from_secs(2) {
                number += 1;
                let verdict = verdict(&verifier, &token_of_key(&format!("{number:064x}")));
                assert_eq!(verdict, "UNKNOWN_KEY");
            }
        });
        eventually("the new key", || verdict(&verifier, &good_token()) == "OK");
        assert!(begin.elapsed() < Duration::from_millis(1_500), "{:?}", begin.elapsed());
        attacker.join().expect("an attack");
    });
}

#[test]
fn a_refusal_says_when_keys_were_last_confirmed() {
    let endpoint = Endpoint::new(|_| Ok(document()));
    let keys = endpoint.keys();
    keys.connect().expect("keys");

    let token = token_of_key(&"0".repeat(64));
    let refusal = verifier(&keys).verify_at(token.as_bytes(), now()).expect_err("an unknown key");

    assert!(refusal.message().ends_with("; keys last confirmed 0 s ago"), "{refusal}");
}

#[test]
fn keys_of_one_team_are_not_taken_for_those_of_another() {
    let endpoint = Endpoint::new(|_| Ok(document()));
    let mut config = Config::new("other").expect("a team");
    config.add_audience(mint::AUDIENCE).expect("an audience");

    let refusal = Verifier::new(config, endpoint.keys()).err().expect("a refusal");

    assert_eq!(refusal.status().name(), "INVALID_CONFIG");
    assert!(refusal.message().contains("acme.cloudflareaccess.com"), "{refusal}");
}

#[test]
fn a_fetch_function_that_panics_has_failed() {
    let endpoint = Endpoint::new(|_| panic!("a bug"));
    let refusal = endpoint.keys().connect().expect_err("no keys");
    assert_eq!(refusal.status().name(), "KEYS_UNAVAILABLE");
}

#[test]
fn the_log_hears_of_keys_and_of_failures_but_of_no_token() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&lines);
    let endpoint = Endpoint::new(
        |number| if number == 0 { Err("an\noutage".to_owned()) } else { Ok(document()) },
    )
    .with(|options| {
        options.log = Some(LogFunction::new(move |level, line| {
            heard.lock().expect("a lock").push(format!("{level:?} {line}"));
        }));
    });
    let keys = endpoint.keys();
    let verifier = verifier(&keys);

    eventually("keys", || verdict(&verifier, &good_token()) == "OK");
    keys.close();

    let expected = [
        "Warning keys of acme.cloudflareaccess.com: the fetch function failed: an\\noutage",
        "Info keys of acme.cloudflareaccess.com: other keys are in force",
    ];
    assert_eq!(*lines.lock().expect("a lock"), expected);
}

#[test]
fn the_status_has_a_plain_value_for_each_name() {
    let endpoint = Endpoint::new(|_| Ok(document()));
    let keys = endpoint.keys();
    keys.connect().expect("keys");

    let status: Value = serde_json::from_str(&keys.status().to_json()).expect("JSON");

    assert_eq!(status["source"], "remote");
    assert!(status["age"].as_f64().is_some_and(|age| (0.0..5.0).contains(&age)));
    assert!(status["next_refresh"].as_f64().is_some_and(|left| (3_590.0..=3_600.0).contains(&left)));
    assert_eq!(status["keys"][0]["kid"], mint::key_id());
    assert_eq!(status["last_error"], Value::Null);
    for (name, count) in [("fetches", 1), ("failures", 0), ("not_modified", 0), ("suppressed", 0)] {
        assert_eq!(status[name], count, "{name}");
    }
}
