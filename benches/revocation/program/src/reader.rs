//! A process that verifies, and notes when each token is refused first.

use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Status, Verifier};
use serde_json::json;

use crate::entries::open;
use crate::memory::resident;
use crate::rows::Inputs;
use crate::writer::now;

const THREADS: usize = 2;

/// What a thread has seen.
#[derive(Default)]
struct Seen {
    calls: u64,
    /// The time in calls, without what lies between them.
    longest: Duration,
    unavailable: u64,
}

/// Verifies the tokens of the file `people` over and over, until the standard input ends. Prints `ready` before.
pub fn read(folder: &str, url: &str) {
    let inputs = Inputs::read(folder);
    let people = inputs.text("people");
    let people: Vec<&str> = people.lines().collect();
    let revocations = open(url);
    revocations.connect().expect("an answer");
    let verifier = inputs.verifier(Some(&revocations));
    people.iter().for_each(|token| drop(verifier.verify(token.as_bytes()).expect("claims")));
    let quiet = cost(&verifier, &inputs.token);
    let before = resident();
    println!("ready");
    std::io::stdout().flush().expect("a reader");

    let refused: Vec<AtomicU64> = people.iter().map(|_| AtomicU64::new(0)).collect();
    let is_over = AtomicBool::new(false);
    let (seen, busy, during) = thread::scope(|scope| {
        let watch = || {
            let mut seen = Seen::default();
            while !is_over.load(Relaxed) {
                for (token, refused) in people.iter().zip(&refused) {
                    if refused.load(Relaxed) == 0 {
                        seen.verify(&verifier, token, refused);
                    }
                }
                thread::sleep(Duration::from_micros(200));
            }
            seen
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(watch)).collect();
        let mut lines = std::io::stdin().lock().lines();
        // In the middle of the load.
        lines.next();
        let (busy, during) = (cost(&verifier, &inputs.token), resident());
        lines.next();
        is_over.store(true, Relaxed);
        let seen: Vec<Seen> = threads.into_iter().map(|thread| thread.join().expect("a thread")).collect();
        (seen, busy, during)
    });
    let status = revocations.status();
    println!(
        "{}",
        json!({
            "refused": refused.iter().map(|time| time.load(Relaxed)).collect::<Vec<_>>(),
            "calls": seen.iter().map(|seen| seen.calls).sum::<u64>(),
            "unavailable": seen.iter().map(|seen| seen.unavailable).sum::<u64>(),
            "longest_ns": seen.iter().map(|seen| seen.longest.as_nanos() as u64).max(),
            "quiet_ns": quiet,
            "busy_ns": busy,
            "memory": [before, during, resident()],
            "entries": status.entries,
            "refreshes": status.refreshes,
            "failures": status.failures,
            "losses": status.losses,
        })
    );
}

impl Seen {
    fn verify(&mut self, verifier: &Verifier, token: &str, refused: &AtomicU64) {
        let begin = Instant::now();
        let outcome = verifier.verify(token.as_bytes());
        self.longest = self.longest.max(begin.elapsed());
        self.calls += 1;
        match outcome.map_err(|refusal| refusal.status()) {
            Ok(_) => {}
            Err(Status::Revoked) => {
                let _ = refused.compare_exchange(0, now(), Relaxed, Relaxed);
            }
            Err(Status::RevocationsUnavailable) => self.unavailable += 1,
            Err(other) => panic!("{other}"),
        }
    }
}

/// The median cost of a hit, in nanoseconds.
fn cost(verifier: &Verifier, token: &[u8]) -> f64 {
    const RUNS: u32 = 1_000;
    let mut times: Vec<f64> = (0..501)
        .map(|_| {
            let begin = Instant::now();
            (0..RUNS).for_each(|_| crate::rows::hit(verifier, token));
            begin.elapsed().as_nanos() as f64 / f64::from(RUNS)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
