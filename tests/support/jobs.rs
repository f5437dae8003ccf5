//! What other processes of the tests of an SQLite file do.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cfaccess::{Revocations, RevokeOptions, Status};

use super::child::{self, tell};
use super::session::{current_token, status_of, verifier_with};
use super::store::{Place, email, open, revoke, values};

/// Does what the test that started this process asks for; without one, writes once.
pub fn run() {
    let words = child::job();
    let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
    match words[..] {
        ["connect", url] => match open(url).connect() {
            Ok(()) => tell("connected"),
            Err(refusal) => tell(&format!("refused: {refusal}")),
        },
        ["write", url, name] => write(url, name, Duration::from_secs(60)),
        ["write for", seconds, url, name] => write(url, name, parse_seconds(seconds)),
        ["write once", url, name] => {
            tell("begin");
            match open(url).revoke(&email(name), &RevokeOptions::default()) {
                Ok(_) => tell(name),
                Err(refusal) => tell(&format!("refused: {refusal}")),
            }
        }
        ["read for", seconds, url] => read(url, parse_seconds(seconds)),
        ["values", url] => match open(url).list(None, None, 10_000) {
            Ok(entries) => entries.iter().for_each(|entry| tell(entry.target.value())),
            Err(refusal) => tell(&format!("refused: {refusal}")),
        },
        ["hold", path] => {
            let connection = rusqlite::Connection::open(path).expect("a file");
            connection.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
            tell("held");
            thread::sleep(Duration::from_secs(60));
        }
        [] => {
            let place = Place::new();
            write(&place.url(), "ada", Duration::from_millis(1));
            assert_eq!(values(&place.open())[0], "ada-0@example.com");
        }
        _ => panic!("{words:?}"),
    }
}

/// Revokes one e-mail after the other, and tells each that was confirmed, with the time.
fn write(url: &str, name: &str, how_long: Duration) {
    let revocations = open(url);
    let begin = Instant::now();
    for number in 0.. {
        let name = format!("{name}-{number}");
        let before = Instant::now();
        revoke(&revocations, &name);
        tell(&format!("{name} {} {}", now(), before.elapsed().as_micros()));
        if begin.elapsed() > how_long {
            break;
        }
    }
}

/// Verifies a token now and then with the default interval, and tells how many entries are known at which time, while
/// the store answers.
fn read(url: &str, how_long: Duration) {
    let revocations = Revocations::open(url, "acme", Default::default()).expect("a store");
    let verifier = verifier_with(|config| config.set_revocations(&revocations));
    let token = current_token("a", 600);
    let begin = Instant::now();
    while begin.elapsed() < how_long {
        // What was confirmed two seconds before the call is known after it.
        let time = now();
        let status = status_of(&verifier, &token);
        let known = revocations.status();
        match known.last_error {
            None => {
                assert_eq!(status, Status::Ok);
                tell(&format!("{time} {}", known.entries));
            }
            Some(_) => assert!(matches!(status, Status::Ok | Status::RevocationsUnavailable), "{status:?}"),
        }
        thread::sleep(Duration::from_millis(40));
    }
}

fn parse_seconds(seconds: &str) -> Duration {
    Duration::from_secs(seconds.parse().expect("seconds"))
}

/// Microseconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_micros() as u64
}
