//! Who waits for a store that answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use super::fake::{Fake, Mood, lifted, revoked};
use super::session::{email, eventually, milliseconds, token, try_verdict, verdict, verifier};
use crate::status::Status;

const THREADS: usize = 1_000;

#[test]
fn after_an_idle_time_the_first_caller_sees_what_is_new() {
    let fake = Fake::new();
    let revocations = fake.revocations_with(|options| options.timeout = milliseconds(5_000));
    let verifier = verifier(&revocations);
    let token = token("a");
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    thread::sleep(milliseconds(450));
    fake.put(&email("a"), revoked(&email("a")));

    assert_eq!(verifier.lookup(token.as_bytes()), None, "it does not know");
    let first = try_verdict(&verifier, &token);
    assert!([Status::RevocationsPending, Status::Revoked].contains(&first), "{first:?}");
    assert_eq!(verdict(&verifier, &token), Status::Revoked);
}

#[test]
fn a_refresh_begins_in_the_background_before_anybody_has_to_wait() {
    let fake = Fake::new();
    let revocations = fake.revocations_with(|options| {
        options.interval = milliseconds(2_000);
        options.timeout = milliseconds(5_000);
    });
    let verifier = verifier(&revocations);
    let token = token("a");
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    thread::sleep(milliseconds(1_050));
    fake.put(&email("a"), revoked(&email("a")));
    fake.set_mood(Mood::IsSlow(milliseconds(100)));

    let (begin, questions) = (Instant::now(), fake.questions());
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    assert!(begin.elapsed() < milliseconds(90), "{:?}", begin.elapsed());
    eventually("what is new", || verdict(&verifier, &token) == Status::Revoked);
    assert_eq!(fake.questions(), questions + 1);
}

#[test]
fn a_lift_is_noticed_though_only_refused_tokens_come() {
    let fake = Fake::new();
    fake.put(&email("a"), revoked(&email("a")));
    let revocations = fake.revocations_with(|options| options.timeout = milliseconds(5_000));
    let verifier = verifier(&revocations);
    let token = token("a");
    assert_eq!(verdict(&verifier, &token), Status::Revoked);

    fake.put(&email("a"), lifted(&email("a")));

    eventually("the lift", || verdict(&verifier, &token) == Status::Ok);
}

#[test]
fn a_thousand_threads_that_meet_what_is_old_ask_once() {
    let fake = Fake::new();
    let revocations = fake.revocations_with(|options| {
        options.interval = milliseconds(5_000);
        options.timeout = milliseconds(20_000);
    });
    let verifier = verifier(&revocations);
    let token = token("a");
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    thread::sleep(milliseconds(5_100));
    fake.put(&email("a"), revoked(&email("a")));
    fake.set_mood(Mood::IsStuck);
    let begun = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let meet = || {
                begun.fetch_add(1, Ordering::Relaxed);
                assert_eq!(verdict(&verifier, &token), Status::Revoked);
            };
            thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, meet).expect("a thread");
        }
        eventually("all threads", || begun.load(Ordering::Relaxed) == THREADS);
        fake.set_mood(Mood::Answers);
    });
    assert_eq!(fake.questions(), 2);
}

#[test]
fn a_store_slower_than_the_interval_holds_each_caller_up_for_one_answer() {
    let fake = Fake::new();
    let revocations = fake.revocations_with(|options| {
        options.interval = milliseconds(100);
        options.timeout = milliseconds(5_000);
    });
    let verifier = verifier(&revocations);
    let token = token("a");
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    fake.set_mood(Mood::IsSlow(milliseconds(200)));
    for _ in 0..3 {
        thread::sleep(milliseconds(150));
        let begin = Instant::now();
        assert_eq!(verdict(&verifier, &token), Status::Ok);
        assert!(begin.elapsed() < milliseconds(1_000), "{:?}", begin.elapsed());
    }
    assert_eq!(verifier.stats().verified, 1, "its signature is not checked again");
}

#[test]
fn two_verifiers_share_one_reader() {
    let fake = Fake::new();
    let revocations = fake.revocations_with(|options| options.timeout = milliseconds(5_000));
    let verifiers = [verifier(&revocations), verifier(&revocations)];
    let token = token("a");
    for verifier in &verifiers {
        assert_eq!(verdict(verifier, &token), Status::Ok);
    }
    assert_eq!(fake.questions(), 1);
    fake.put(&email("a"), revoked(&email("a")));
    thread::sleep(milliseconds(450));
    for verifier in &verifiers {
        assert_eq!(verdict(verifier, &token), Status::Revoked);
    }
    assert_eq!(fake.questions(), 2);
}

#[test]
fn connecting_asks_unless_what_is_known_is_current() {
    let fake = Fake::new();
    let revocations = fake.revocations_with(|options| options.timeout = milliseconds(5_000));
    assert_eq!(revocations.status().age, None);
    revocations.connect().expect("an answer");
    revocations.connect().expect("the same answer");
    assert_eq!(fake.questions(), 1);
    let status = revocations.status();
    assert!(status.age.is_some_and(|age| age < milliseconds(5_000)));
    assert_eq!((status.source, status.refreshes, status.failures), ("fake", 1, 0));
}
