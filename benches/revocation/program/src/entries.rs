//! Entries that nobody's token meets.

use cfaccess::{RevocationEntry, RevocationOptions, Revocations, Target, TargetKind, Terms, Timestamp};

/// As many as a store takes at once.
pub const BATCH: usize = 1_000;
const KINDS: [TargetKind; 5] = [
    TargetKind::Application,
    TargetKind::Subject,
    TargetKind::Email,
    TargetKind::Service,
    TargetKind::Session,
];

pub fn open(url: &str) -> Revocations {
    Revocations::open(url, "acme", RevocationOptions::default()).expect(url)
}

/// Of every kind in turn, so that a token has to be looked for by each of its claims.
pub fn entry(number: usize) -> RevocationEntry {
    let now = Timestamp::now();
    let terms = Terms { not_issued_after: Some(now), blocked_until: None, expires_at: Timestamp::MAX };
    RevocationEntry::new(target(number), terms, now)
}

pub fn target(number: usize) -> Target {
    let kind = KINDS[number % KINDS.len()];
    let value = match kind {
        TargetKind::Email => format!("person-{number}@example.com"),
        _ => format!("{number:032x}"),
    };
    Target::new(kind, &value).expect("a target")
}

/// One that is lifted, so that tokens are looked for by their team as well.
fn team() -> RevocationEntry {
    let terms = Terms { not_issued_after: None, blocked_until: None, expires_at: Timestamp::MAX };
    RevocationEntry::new(Target::team(), terms, Timestamp::now())
}

pub fn add(revocations: &Revocations, entries: usize) {
    revocations.import(&[team()]).expect("receipts");
    let numbers: Vec<usize> = (0..entries).collect();
    for batch in numbers.chunks(BATCH) {
        let batch: Vec<_> = batch.iter().map(|number| entry(*number)).collect();
        revocations.import(&batch).expect("receipts");
    }
}

pub fn fill(url: &str, entries: usize) {
    add(&open(url), entries);
}
