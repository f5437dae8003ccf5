//! Processes that share an SQLite file of revocations.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]

mod support;

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Revocations, RevokeOptions, Status, Target, TargetKind};
use rustix::process::Signal;
use support::child::{Child, words};
use support::fetched::eventually;
use support::session::{current_token, status_of, verifier_with};
use support::store::{Place, all_values, assert_sound, email, options, revoke};

/// What other processes of these tests do.
#[test]
fn job() {
    support::jobs::run();
}

#[test]
fn what_writers_confirm_is_kept_and_seen_within_two_seconds() {
    assert_kept_and_seen(&Place::in_memory(), 4);
}

#[test]
#[ignore = "takes a quarter of a minute"]
fn what_writers_confirm_on_a_disk_is_kept_and_seen_within_two_seconds() {
    assert_kept_and_seen(&Place::new(), 10);
}

fn assert_kept_and_seen(place: &Place, seconds: u64) {
    eventually("an answer", || place.open().connect().is_ok());
    let url = place.url();
    let [write, read] = [seconds, seconds + 3].map(|seconds| seconds.to_string());
    let readers: Vec<_> = (0..4).map(|_| Child::start(&["read for", &read, &url])).collect();
    let writers = ["ada", "bob", "eve", "joe"].map(|name| Child::start(&["write for", &write, &url, name]));

    let mut confirmed = Vec::new();
    let mut delays = Vec::new();
    for line in writers.into_iter().flat_map(Child::rest) {
        let words = words(&line, 3);
        confirmed.push((words[1].parse::<u64>().expect("a time"), words[0].to_owned()));
        delays.push(words[2].parse::<u64>().expect("microseconds"));
    }
    let samples: Vec<Vec<(u64, usize)>> = readers
        .into_iter()
        .map(|reader| {
            let lines = reader.rest();
            let parse = |line: &String| {
                let words = words(line, 2);
                (words[0].parse().expect("a time"), words[1].parse().expect("a number"))
            };
            lines.iter().map(parse).collect()
        })
        .collect();

    delays.sort_unstable();
    let count = confirmed.len();
    println!(
        "{count} writes; half took at most {} us, 99 of 100 {} us, the longest {} us",
        delays[count / 2],
        delays[count * 99 / 100],
        delays[count - 1]
    );
    assert!(count > 100, "{count}");
    confirmed.sort();
    for samples in &samples {
        assert!(samples.len() > 20, "{}", samples.len());
        for (time, entries) in samples {
            let least = confirmed.partition_point(|(at, _)| *at + 2_000_000 <= *time);
            assert!(*entries >= least, "{entries} entries of {least} were known at {time}");
        }
        assert!(samples.last().is_some_and(|(_, entries)| *entries == count), "the last is known");
    }
    let known: BTreeSet<String> = all_values(place);
    assert!(confirmed.iter().all(|(_, name)| known.contains(&format!("{name}@example.com"))));
    assert_eq!(known.len(), count);
    assert_sound(place);
}

#[test]
fn a_writer_that_was_stopped_holds_up_readers_for_a_moment_only() {
    let place = Place::new();
    let mut options = options();
    options.max_stale = Duration::from_secs(2);
    let revocations = Revocations::open(&place.url(), "acme", options).expect("a store");
    let verifier = verifier_with(|config| config.set_revocations(&revocations));
    let (token, revoked) = (current_token("a", 600), current_token("b", 600));
    revocations
        .revoke(&Target::new(TargetKind::Subject, "b").expect("a target"), &RevokeOptions::default())
        .expect("a receipt");
    revocations.connect().expect("an answer");
    assert_eq!([&token, &revoked].map(|token| status_of(&verifier, token)), [Status::Ok, Status::Revoked]);

    let writer = Child::start(&["hold", place.path.to_str().expect("a path")]);
    assert_eq!(writer.line(), "held");
    writer.signal(Signal::STOP);
    let begin = Instant::now();
    let mut longest = Duration::ZERO;
    let mut accepted = Duration::ZERO;
    loop {
        let call = Instant::now();
        let status = status_of(&verifier, &token);
        longest = longest.max(call.elapsed());
        match status {
            Status::Ok => accepted = begin.elapsed(),
            Status::RevocationsUnavailable => break,
            other => panic!("{other:?}"),
        }
        assert_eq!(status_of(&verifier, &revoked), Status::Revoked);
        assert!(begin.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(20));
    }
    assert!((Duration::from_millis(1_200)..Duration::from_secs(8)).contains(&accepted), "{accepted:?}");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    let refusal = verifier.verify(token.as_bytes()).expect_err("a refusal");
    assert!(refusal.message().contains("another process is using it"), "{refusal}");
    assert_eq!(status_of(&verifier, &revoked), Status::Revoked);

    let begin = Instant::now();
    let refusal = revocations.revoke(&email("ada"), &RevokeOptions::default()).expect_err("a refusal");
    assert!(refusal.message().contains("another process is using it"), "{refusal}");
    assert!((1_900..8_000).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());

    drop(writer);
    eventually("an answer", || status_of(&verifier, &token) == Status::Ok);
    assert_eq!(status_of(&verifier, &revoked), Status::Revoked);
    revoke(&revocations, "ada");
}
