//! Revocations in a process whose clocks are set, or which is stopped.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]

mod support;

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cfaccess::{Revocations, RevokeOptions, Status, Target, TargetKind, Verifier};
use serde_json::json;
use support::session::{seconds_now, token_with, verifier_with};
use support::store::{Place, open};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const CHILD: &str = "CFACCESS_TEST_STORE";

/// By how many seconds the wall clock and the clock that counts sleep are ahead.
static WALL: AtomicI64 = AtomicI64::new(0);
static ELAPSED: AtomicI64 = AtomicI64::new(0);

/// In place of the C library's. The monotonic clock that waits go by stays as it is.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> libc::c_int {
    // SAFETY: as the caller of the C function promises.
    let outcome = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) };
    let ahead = match clock {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE => WALL.load(Relaxed),
        libc::CLOCK_BOOTTIME | libc::CLOCK_MONOTONIC_COARSE => ELAPSED.load(Relaxed),
        _ => 0,
    };
    // SAFETY: the system wrote it, or left it as it was.
    if let Some(time) = unsafe { time.as_mut() } {
        time.tv_sec += ahead;
    }
    outcome as libc::c_int
}

/// Issued three days ago, and good for a week.
fn token(name: &str) -> String {
    let issued = seconds_now() - 3 * DAY;
    let email = format!("{name}@example.com");
    token_with(&json!({"email": email, "iat": issued, "nbf": issued, "exp": issued + 7 * DAY}))
}

fn verifier(revocations: &Revocations) -> Verifier {
    verifier_with(|config| config.set_revocations(revocations))
}

fn revoke(revocations: &Revocations, name: &str) {
    let target = Target::new(TargetKind::Email, &format!("{name}@example.com")).expect("a target");
    revocations.revoke(&target, &RevokeOptions::default()).expect("a receipt");
}

fn status(verifier: &Verifier, token: &str) -> Status {
    verifier.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
}

/// One test, since the clocks are those of the whole process.
#[test]
fn a_revocation_is_seen_whatever_became_of_the_clocks_or_the_process_since_the_last_request() {
    clocks_are_set();
    WALL.store(0, Relaxed);
    ELAPSED.store(0, Relaxed);
    the_process_is_stopped();
}

fn clocks_are_set() {
    let place = Place::new();
    let (others, ours) = (open(&place.url()), open(&place.url()));
    revoke(&others, "long.ago");
    let verifier = verifier(&ours);
    let long_ago = token("long.ago");
    let forever = token("good");

    for (story, wall, elapsed) in [
        ("an hour later", HOUR, HOUR),
        ("a day ahead", DAY, HOUR),
        ("back", HOUR, HOUR),
        ("a day behind", -DAY, HOUR),
        ("right again", HOUR, HOUR),
        ("restored from a snapshot", 2 * HOUR, HOUR),
    ] {
        let token = token(story.replace(' ', ".").as_str());
        assert_eq!([&token, &forever].map(|token| status(&verifier, token)), [Status::Ok; 2], "{story}");

        WALL.store(wall, Relaxed);
        ELAPSED.store(elapsed, Relaxed);
        revoke(&others, &story.replace(' ', "."));
        // By neither clock of the process has it passed.
        sleep(Duration::from_millis(150));

        assert_eq!(verifier.lookup(token.as_bytes()), None, "{story}");
        let begin = Instant::now();
        assert_eq!(status(&verifier, &token), Status::Revoked, "{story}");
        assert!(begin.elapsed() < Duration::from_secs(1), "{story}");
        assert_eq!(status(&verifier, &long_ago), Status::Revoked, "{story}");
        assert_eq!(status(&verifier, &forever), Status::Ok, "{story}");
        assert_eq!((ours.status().losses, ours.status().last_error), (0, None), "{story}");
    }
}

fn the_process_is_stopped() {
    let place = Place::new();
    let revocations = open(&place.url());
    for round in 0..3 {
        let name = format!("round.{round}");
        revoke(&revocations, &format!("before.{round}"));
        let mut child = Stopped::start(&place, &token(&name));
        // At another moment of its refreshes each time.
        sleep(Duration::from_millis(200 + 37 * round));
        child.signal("STOP");
        revoke(&revocations, &name);
        sleep(Duration::from_millis(1_500));
        child.signal("CONT");
        assert_eq!(child.line_after("after the stop: "), "REVOKED");
    }
}

/// A process that verifies a token over and over.
struct Stopped {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Stopped {
    fn start(place: &Place, token: &str) -> Stopped {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "verify_until_stopped", "--ignored", "--nocapture"])
            .env(CHILD, place.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut input = child.stdin.take().expect("an input");
        writeln!(input, "{token}").expect("a token");
        let lines = BufReader::new(child.stdout.take().expect("an output")).lines();
        let mut child = Stopped { child, lines };
        child.line_after("verifying");
        child
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill").success());
    }

    /// What follows these words in the output.
    fn line_after(&mut self, words: &str) -> String {
        let mut lines = self.lines.by_ref().map(|line| line.expect("a line"));
        lines.find_map(|line| line.strip_prefix(words).map(str::to_owned)).expect(words)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Verifies a token over and over, and says what came of it first after the process had been stopped.
#[test]
#[ignore = "a process of the test above"]
fn verify_until_stopped() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let mut token = String::new();
    std::io::stdin().read_line(&mut token).expect("a token");
    let revocations = open(&url);
    let verifier = verifier(&revocations);
    assert_eq!(status(&verifier, token.trim_end()), Status::Ok);
    println!("\nverifying");
    let mut last = Instant::now();
    loop {
        let begin = Instant::now();
        let was_stopped = begin.duration_since(last) > Duration::from_secs(1);
        let verdict = status(&verifier, token.trim_end());
        if was_stopped {
            println!("\nafter the stop: {verdict}");
            return;
        }
        // A call during which it was stopped may end either way, and the next one counts.
        last = begin;
    }
}
