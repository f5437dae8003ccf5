//! A store that is away, hangs, or breaks its promises.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use super::super::store::StoreError;
use super::super::{Revocations, WhenStale};
use super::fake::{Fake, Mood, revoked};
use super::session::{
    email, eventually, milliseconds, status_of, token, try_verdict, verdict, verifier, verifier_with,
};
use crate::refresh::{LogFunction, LogLevel};
use crate::status::Status;

fn away() -> Mood {
    Mood::Fails(StoreError::Unavailable("it is away".to_owned()))
}

/// What somebody is revoked in, and what was read of it is older than the interval.
fn old() -> (Arc<Fake>, Revocations) {
    let fake = Fake::new();
    fake.put(&email("revoked"), revoked(&email("revoked")));
    let revocations = fake.revocations_with(|options| options.max_stale = milliseconds(1_500));
    revocations.connect().expect("an answer");
    thread::sleep(milliseconds(401));
    (fake, revocations)
}

#[test]
fn a_store_that_hangs_holds_each_process_up_once() {
    let fake = Fake::new();
    fake.set_mood(Mood::Hangs);
    let revocations = fake.revocations();
    let verifier = verifier(&revocations);
    let token = token("a");
    let begin = Instant::now();
    assert_eq!(verdict(&verifier, &token), Status::RevocationsUnavailable);
    assert!((250..1_500).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    for _ in 0..100 {
        let begin = Instant::now();
        assert_eq!(verdict(&verifier, &token), Status::RevocationsUnavailable);
        assert!(begin.elapsed() < milliseconds(250), "{:?}", begin.elapsed());
    }
}

#[test]
fn a_store_that_begins_to_hang_holds_up_once_and_what_is_known_goes_on_to_count() {
    let (fake, revocations) = old();
    let verifier = verifier(&revocations);
    let [good, bad] = ["good", "revoked"].map(token);
    fake.set_mood(Mood::Hangs);
    let begin = Instant::now();
    assert_eq!(verdict(&verifier, &good), Status::Ok);
    assert!((250..1_000).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    let begin = Instant::now();
    assert_eq!([&good, &bad].map(|token| verdict(&verifier, token)), [Status::Ok, Status::Revoked]);
    assert!(verifier.lookup(good.as_bytes()).is_some());
    assert!(begin.elapsed() < milliseconds(250), "{:?}", begin.elapsed());
}

#[test]
fn a_store_that_never_returns_is_not_asked_again_until_it_does() {
    let (fake, revocations) = old();
    let verifier = verifier(&revocations);
    let good = token("good");
    fake.set_mood(Mood::IsStuck);
    let before = fake.questions();
    let end = Instant::now() + milliseconds(1_000);
    while Instant::now() < end {
        assert_eq!(verdict(&verifier, &good), Status::Ok);
    }
    assert_eq!(fake.questions(), before + 1);
    fake.put(&email("good"), revoked(&email("good")));
    fake.set_mood(Mood::Answers);
    eventually("the answer", || verdict(&verifier, &good) == Status::Revoked);
}

#[test]
fn answers_that_trickle_hold_up_once_and_count_when_they_are_there() {
    let fake = Fake::new();
    fake.put(&email("revoked"), revoked(&email("revoked")));
    fake.set_mood(Mood::IsSlow(milliseconds(250)));
    let revocations = fake.revocations();
    let verifier = verifier(&revocations);
    let good = token("good");
    let begin = Instant::now();
    assert_eq!(verdict(&verifier, &good), Status::RevocationsUnavailable);
    assert!(begin.elapsed() < milliseconds(1_000), "{:?}", begin.elapsed());
    eventually("an answer", || verdict(&verifier, &good) == Status::Ok);
    assert_eq!(verdict(&verifier, &token("revoked")), Status::Revoked);
}

#[test]
fn what_is_known_counts_until_max_stale_and_a_hit_for_ever() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let fake = Fake::new();
    fake.put(&email("revoked"), revoked(&email("revoked")));
    let revocations = fake.revocations_with(|options| {
        options.max_stale = milliseconds(1_500);
        let lines = Arc::clone(&lines);
        options.log = Some(LogFunction::new(move |level, line| {
            lines.lock().expect("lines").push((level, line.to_owned()))
        }));
    });
    revocations.connect().expect("an answer");
    let begin = Instant::now();
    let verifier = verifier(&revocations);
    let [good, bad] = ["good", "revoked"].map(token);
    fake.set_mood(away());

    while begin.elapsed() < milliseconds(1_300) {
        assert_eq!([&good, &bad].map(|token| verdict(&verifier, token)), [Status::Ok, Status::Revoked]);
        thread::sleep(milliseconds(10));
    }
    thread::sleep(milliseconds(300));
    let verdicts = [&good, &bad].map(|token| verdict(&verifier, token));
    assert_eq!(verdicts, [Status::RevocationsUnavailable, Status::Revoked]);
    assert_eq!(try_verdict(&verifier, &good), Status::RevocationsUnavailable);
    assert_eq!(verifier.lookup(good.as_bytes()), None);
    let refusal = verifier.verify(good.as_bytes()).map(drop).expect_err("a refusal");
    assert!(refusal.message().ends_with("acme.cloudflareaccess.com: it is away"), "{refusal}");

    fake.set_mood(Mood::Answers);
    let begin = Instant::now();
    eventually("an answer", || verdict(&verifier, &good) == Status::Ok);
    assert!(begin.elapsed() < milliseconds(1_000), "it recovers within an interval: {:?}", begin.elapsed());
    eventually("a line", || lines.lock().expect("lines").len() == 2);
    let host = "revocations of acme.cloudflareaccess.com:";
    let expected = [
        (LogLevel::Warning, format!("{host} it is away")),
        (LogLevel::Info, format!("{host} the store answers again")),
    ];
    assert_eq!(*lines.lock().expect("lines"), expected);
}

#[test]
fn who_chose_to_continue_goes_on_without_a_store() {
    let fake = Fake::new();
    fake.set_mood(away());
    let revocations = fake.revocations_with(|options| options.when_stale = WhenStale::Continue);
    let verifier = verifier(&revocations);
    assert_eq!(verdict(&verifier, &token("a")), Status::Ok);
    assert!(revocations.connect().is_err(), "but it is told");
    fake.put(&email("a"), revoked(&email("a")));
    fake.set_mood(Mood::Answers);
    eventually("an answer", || verdict(&verifier, &token("a")) == Status::Revoked);
}

#[test]
fn a_store_that_panics_refuses() {
    let fake = Fake::new();
    fake.set_mood(Mood::Panics);
    let revocations = fake.revocations();
    let verifier = verifier(&revocations);
    assert_eq!(verdict(&verifier, &token("a")), Status::RevocationsUnavailable);
    let error = revocations.status().last_error.expect("an error");
    assert_eq!(error, "an internal error ended the fetch");
    fake.set_mood(Mood::Answers);
    eventually("an answer", || verdict(&verifier, &token("a")) == Status::Ok);
}

#[test]
fn trying_never_waits_and_does_not_count_while_it_is_polled() {
    let fake = Fake::new();
    fake.set_mood(Mood::IsStuck);
    let revocations = fake.revocations_with(|options| options.timeout = milliseconds(10_000));
    let verifier = verifier(&revocations);
    let token = token("a");
    let headers: [(&[u8], &[u8]); 1] = [(b"Cf-Access-Jwt-Assertion", token.as_bytes())];
    let begin = Instant::now();
    for _ in 0..3 {
        let poll = status_of(verifier.poll_request(&headers).map(drop));
        assert_eq!(poll, Status::RevocationsPending);
    }
    assert!(verifier.stats().refusals.is_empty());
    assert_eq!(try_verdict(&verifier, &token), Status::RevocationsPending);
    assert_eq!(verifier.stats().refusals, [(Status::RevocationsPending, 1)]);
    assert!(begin.elapsed() < milliseconds(5_000));
    fake.set_mood(Mood::Answers);
    eventually("an answer", || try_verdict(&verifier, &token) == Status::Ok);
}

#[test]
fn without_a_cache_it_is_the_same() {
    let (fake, revocations) = old();
    let verifier = verifier_with(&revocations, |config| config.set_cache_entries(0).expect("a size"));
    fake.put(&email("good"), revoked(&email("good")));
    fake.set_mood(Mood::IsStuck);
    assert_eq!(try_verdict(&verifier, &token("good")), Status::RevocationsPending);
    fake.set_mood(Mood::Answers);
    assert_eq!(verdict(&verifier, &token("good")), Status::Revoked);
}

#[test]
fn closed_revocations_count_until_they_are_stale_and_ask_no_more() {
    let (fake, revocations) = old();
    let verifier = verifier(&revocations);
    let good = token("good");
    revocations.close();
    let questions = fake.questions();
    let begin = Instant::now();
    assert_eq!(verdict(&verifier, &good), Status::Ok);
    let hits = verifier.stats().hits;
    assert_eq!(verdict(&verifier, &good), Status::Ok);
    assert_eq!(verifier.stats().hits, hits + 1);
    assert!(begin.elapsed() < milliseconds(1_000));
    eventually("the end", || verdict(&verifier, &good) == Status::RevocationsUnavailable);
    assert_eq!(verdict(&verifier, &token("revoked")), Status::Revoked);
    assert_eq!(fake.questions(), questions);
}

#[test]
fn closing_waits_for_an_answer_on_its_way_but_not_for_ever() {
    let (fake, revocations) = old();
    let verifier = verifier(&revocations);
    fake.set_mood(Mood::IsStuck);
    let before = fake.questions();
    assert_eq!(try_verdict(&verifier, &token("good")), Status::RevocationsPending);
    eventually("a question", || fake.questions() > before);
    let begin = Instant::now();
    revocations.close();
    assert!((200..1_000).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    fake.set_mood(Mood::Answers);
}

#[test]
fn handles_may_go_while_others_verify() {
    let fake = Fake::new();
    fake.set_mood(Mood::IsSlow(milliseconds(100)));
    let revocations = fake.revocations();
    let verifier = verifier(&revocations);
    thread::scope(|scope| {
        let verdict = scope.spawn(|| verdict(&verifier, &token("a")));
        thread::sleep(milliseconds(50));
        drop(revocations);
        assert_eq!(verdict.join().expect("a verdict"), Status::Ok);
    });
    drop(verifier);
    eventually("the end of the store", || Arc::strong_count(&fake) == 1);
}
