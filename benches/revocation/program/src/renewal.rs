//! How long a caller takes at most while a full table is renewed over and over.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::entries::{add, entry, open};
use crate::rows::{Inputs, hit};

const SECONDS: Duration = Duration::from_secs(10);
/// So many that nearly every part of the table is copied.
const CHANGES: usize = 1_000;

/// One thread verifies, another renews the table. Whether a call waited shows in the voluntary switches of its thread;
/// how long calls take, in the time between them, of which the scheduler of a busy machine may take a part.
pub fn measure(folder: &str, entries: usize) {
    let inputs = Inputs::read(folder);
    let revocations = open("memory:");
    add(&revocations, entries);
    let verifier = inputs.verifier(Some(&revocations));
    let is_over = AtomicBool::new(false);
    let (renewals, calls, longest, beyond, waits) = thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let (mut calls, mut longest, mut beyond) = (0_u64, Duration::ZERO, 0_u64);
            let before = switches();
            while !is_over.load(Relaxed) {
                let begin = Instant::now();
                hit(&verifier, &inputs.token);
                let took = begin.elapsed();
                longest = longest.max(took);
                beyond += u64::from(took >= Duration::from_millis(1));
                calls += 1;
            }
            let after = switches();
            (calls, longest, beyond, [after[0] - before[0], after[1] - before[1]])
        });
        let end = Instant::now() + SECONDS;
        let mut renewals = 0_u64;
        while Instant::now() < end {
            let changes: Vec<_> = (0..CHANGES).map(|_| entry(fastrand::usize(..entries))).collect();
            revocations.import(&changes).expect("receipts");
            renewals += 1;
        }
        is_over.store(true, Relaxed);
        let (calls, longest, beyond, waits) = caller.join().expect("a caller");
        (renewals, calls, longest, beyond, waits)
    });
    println!(
        "{}",
        json!({
            "renewals": renewals,
            "calls": calls,
            "longest_ns": longest.as_nanos() as u64,
            "calls_beyond_1_ms": beyond,
            "voluntary_switches": waits[0],
            "involuntary_switches": waits[1],
        })
    );
}

/// How often this thread has waited, and how often it was put aside.
fn switches() -> [u64; 2] {
    let status = std::fs::read_to_string("/proc/thread-self/status").expect("status");
    ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"].map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|number| number.trim().parse().ok()).expect(name)
    })
}
