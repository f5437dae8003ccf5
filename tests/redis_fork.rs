//! Processes that fork while they ask and write to a Redis.
#![cfg(all(target_os = "linux", feature = "store-redis"))]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{RevocationOptions, Revocations, RevokeOptions, Status, Verifier};
use support::child::{self, Child, tell};
use support::fork::{fork, wait_for};
use support::redis_server::Server;
use support::session::{seconds_now, token_with, verifier_with};
use support::store::email;

/// What the other process of these tests does.
#[test]
fn job() {
    let words = child::job();
    let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
    match words[..] {
        ["fork", url, times] => fork_often(url, times.parse().expect("a number")),
        [] => {}
        _ => panic!("{words:?}"),
    }
}

fn open(url: &str) -> Revocations {
    let mut options = RevocationOptions::default();
    options.interval = Duration::from_millis(100);
    options.timeout = Duration::from_secs(5);
    Revocations::open(url, "acme", options).expect("a store")
}

fn token_of(name: &str) -> String {
    let then = seconds_now() - 60;
    let email = format!("{name}@example.com");
    token_with(&serde_json::json!({"email": email, "iat": then, "nbf": then, "exp": then + 3_600}))
}

fn verdict(verifier: &Verifier, token: &str) -> Status {
    verifier.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
}

/// Threads verify, write and list while the process forks again and again.
fn fork_often(url: &str, times: u64) {
    let revocations = open(url);
    let verifier = Arc::new(verifier_with(|config| config.set_revocations(&revocations)));
    let (ada, eve) = (token_of("ada"), token_of("eve"));
    assert_eq!(verdict(&verifier, &eve), Status::Ok);
    let over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let (revocations, verifier) = (revocations.clone(), Arc::clone(&verifier));
            let (over, eve) = (Arc::clone(&over), eve.clone());
            thread::spawn(move || {
                for count in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let name = format!("parent-{number}-{count}");
                    let done = match number {
                        0 => revocations.revoke(&email(&name), &RevokeOptions::default()).is_ok(),
                        1 => revocations.list(None, None, 10).is_ok(),
                        _ => verdict(&verifier, &eve) == Status::Ok,
                    };
                    assert!(done, "{number}: {:?}", revocations.status());
                    thread::sleep(Duration::from_millis(2));
                }
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for number in 0..times {
        let begin = Instant::now();
        let child = fork(|| use_in_child(&revocations, &verifier, [&ada, &eve], number));
        slowest = slowest.max(begin.elapsed());
        assert!(wait_for(child), "child {number}");
    }
    over.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    let status = revocations.status();
    assert_eq!((status.failures, status.losses), (0, 0), "{status:?}");
    tell(&format!("slowest {}", slowest.as_millis()));
}

/// A child sees what it writes and what others write, on connections of its own.
fn use_in_child(revocations: &Revocations, verifier: &Verifier, tokens: [&str; 2], number: u64) -> bool {
    match number % 10 {
        0 => {
            let name = format!("child-{number}");
            revocations.revoke(&email(&name), &RevokeOptions::default()).is_ok()
                && verdict(verifier, &token_of(&name)) == Status::Revoked
        }
        // So that a child also ends while its parent is in the middle of something.
        1 => true,
        2 => revocations.list(None, None, 10).is_ok(),
        _ => {
            thread::sleep(Duration::from_millis(120));
            tokens.map(|token| verdict(verifier, token)) == [Status::Revoked, Status::Ok]
        }
    }
}

fn assert_children_use_the_store(times: u64) {
    let Some(server) = Server::start(&[]) else { return };
    let url = server.url("");
    open(&url).revoke(&email("ada"), &RevokeOptions::default()).expect("a receipt");
    let lines = Child::start(&["fork", &url, &times.to_string()]).rest();
    let [slowest] = &lines[..] else { panic!("{lines:?}") };
    println!("{slowest} ms for a fork");
    let written = server.number("HLEN {cfaccess:acme}:entries") as u64;
    assert!(written > 1 + times / 10, "{written}");
    assert_eq!(server.number("HGET {cfaccess:acme}:meta count") as u64, written);
}

#[test]
fn children_of_a_fork_in_the_middle_of_anything_use_the_store() {
    assert_children_use_the_store(30);
}

#[test]
#[ignore = "takes some minutes"]
fn children_of_two_hundred_forks_use_the_store() {
    assert_children_use_the_store(200);
}
