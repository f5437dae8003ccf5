//! What the entries of a store take in a process that reads them, and what is left of each renewal.

use std::thread::sleep;
use std::time::Duration;

use cfaccess::{RevocationOptions, Revocations};

use crate::entries::entry;

const RENEWALS: usize = 100;
/// So many that nearly every part of the table is copied.
const CHANGES: usize = 1_000;
const INTERVAL: Duration = Duration::from_millis(100);

/// The resident memory of this process, in bytes.
pub fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("statm");
    pages.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("pages") * 4_096
}

/// Prints the memory before and after the store was read, after one renewal and after many, and the number of entries.
pub fn measure(url: &str) {
    let mut options = RevocationOptions::default();
    options.interval = INTERVAL;
    let revocations = Revocations::open(url, "acme", options).expect(url);
    let before = resident();
    revocations.connect().expect("an answer");
    let loaded = resident();
    let entries = revocations.status().entries;

    let writer = crate::entries::open(url);
    let renew = |_| {
        // Other numbers each time, all of which are there.
        let changes: Vec<_> = (0..CHANGES).map(|_| entry(fastrand::usize(..entries))).collect();
        for batch in changes.chunks(CHANGES) {
            writer.import(batch).expect("receipts");
        }
        sleep(INTERVAL);
        revocations.connect().expect("an answer");
        resident()
    };
    let renewed: Vec<usize> = (0..RENEWALS).map(renew).collect();
    println!(
        "{}",
        serde_json::json!({
            "entries": entries,
            "before": before,
            "loaded": loaded,
            "renewed_once": renewed.first(),
            "renewed_often": renewed.last(),
            "version": revocations.status().version,
        })
    );
}
