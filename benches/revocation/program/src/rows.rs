//! Rows that are measured in turns: each runs once, and panics if its verdict is not the expected one.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cfaccess::{
    Config, FetchFunction, Keys, RemoteOptions, RevocationEntry, Revocations, Target, TargetKind, Terms,
    Timestamp, Verifier,
};

use crate::allocations;
use crate::entries::{add, open};

/// How many runs there are between two readings of the clock.
const BATCH: u32 = 16;
const NAMES: [&str; 8] = [
    "hit",
    "hit_again",
    "hit_empty",
    "hit_full",
    "hit_polled",
    "hit_probing",
    "hit_remote_keys",
    "hit_remote_keys_polled",
];

struct Rows {
    inputs: Inputs,
    url: String,
    entries: usize,
    verifiers: HashMap<&'static str, OnceCell<Verifier>>,
}

/// What the verifiers are made of.
pub struct Inputs {
    folder: String,
    pub token: Vec<u8>,
}

impl Inputs {
    pub fn read(folder: &str) -> Inputs {
        let folder = folder.to_owned();
        let token = std::fs::read(format!("{folder}/token")).expect("a token");
        Inputs { folder, token }
    }

    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(format!("{}/{name}", self.folder)).expect(name)
    }

    pub fn verifier(&self, revocations: Option<&Revocations>) -> Verifier {
        let keys = Keys::from_json(self.text("keys.json").as_bytes()).expect("keys");
        self.verifier_with(keys, revocations)
    }

    fn verifier_with(&self, keys: Keys, revocations: Option<&Revocations>) -> Verifier {
        let mut config = Config::new(&self.text("team")).expect("a team");
        config.add_audience(&self.text("audience")).expect("an audience");
        if let Some(revocations) = revocations {
            config.set_revocations(revocations);
        }
        Verifier::new(config, keys).expect("a verifier")
    }

    fn remote_keys(&self) -> Keys {
        let document = self.text("keys.json").into_bytes();
        let mut options = RemoteOptions::default();
        options.fetch = Some(FetchFunction::new(move |_| Ok(document.clone())));
        let keys = Keys::remote(&self.text("team"), options).expect("keys");
        keys.connect().expect("keys");
        keys
    }
}

impl Rows {
    fn verifier(&self, row: &str) -> &Verifier {
        self.verifiers[row].get_or_init(|| {
            let verifier = self.make(row);
            verifier.verify(&self.inputs.token).expect("claims");
            verifier
        })
    }

    fn make(&self, row: &str) -> Verifier {
        let full = || {
            let revocations = open("memory:");
            add(&revocations, self.entries);
            revocations
        };
        match row {
            "hit" | "hit_again" => self.inputs.verifier(None),
            "hit_empty" => self.inputs.verifier(Some(&open("memory:"))),
            "hit_full" => self.inputs.verifier(Some(&full())),
            "hit_polled" => self.inputs.verifier(Some(&open(&self.url))),
            "hit_probing" => {
                let revocations = full();
                revocations.import(&[self.block_that_is_over()]).expect("a receipt");
                self.inputs.verifier(Some(&revocations))
            }
            "hit_remote_keys" => self.inputs.verifier_with(self.inputs.remote_keys(), None),
            "hit_remote_keys_polled" => {
                self.inputs.verifier_with(self.inputs.remote_keys(), Some(&open(&self.url)))
            }
            _ => panic!("not a row: {row}"),
        }
    }

    /// Tokens of a person who was blocked until lately are looked up at each hit.
    fn block_that_is_over(&self) -> RevocationEntry {
        let issued: i64 = self.inputs.text("now").parse().expect("seconds");
        let at = |seconds| Timestamp::new(seconds).expect("a time");
        let terms = Terms {
            not_issued_after: Some(at(issued - 100)),
            blocked_until: Some(at(issued - 10)),
            expires_at: Timestamp::MAX,
        };
        let target = Target::new(TargetKind::Email, &self.inputs.text("email")).expect("a target");
        RevocationEntry::new(target, terms, Timestamp::now())
    }

    fn run(&self, row: &str) {
        hit(self.verifier(row), &self.inputs.token);
    }
}

/// A function of its own, so that profiles name it.
#[inline(never)]
pub fn hit(verifier: &Verifier, token: &[u8]) {
    black_box(verifier.verify(black_box(token)).expect("claims"));
}

/// Questions on the standard input, as the other programs of benches/ are asked.
pub fn answer(folder: &str, url: &str, entries: usize) {
    let verifiers = NAMES.map(|name| (name, OnceCell::new())).into();
    let rows = Rows { inputs: Inputs::read(folder), url: url.to_owned(), entries, verifiers };
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["time", row, milliseconds] => {
                let limit = Duration::from_millis(milliseconds.parse().expect("milliseconds"));
                println!("{:.2}", nanoseconds(&rows, row, limit));
            }
            ["run", row, runs] => {
                (0..runs.parse().expect("a number")).for_each(|_: u32| rows.run(row));
                println!("0");
            }
            ["allocations", row] => println!("{}", allocations::of(|| rows.run(row))),
            _ => panic!("not a command: {line}"),
        }
    }
}

fn nanoseconds(rows: &Rows, row: &str, limit: Duration) -> f64 {
    let (verifier, token) = (rows.verifier(row), &rows.inputs.token);
    (0..BATCH).for_each(|_| hit(verifier, token));
    let begin = Instant::now();
    let mut runs = 0;
    loop {
        (0..BATCH).for_each(|_| hit(verifier, token));
        runs += BATCH;
        let elapsed = begin.elapsed();
        if elapsed >= limit {
            return elapsed.as_nanos() as f64 / f64::from(runs);
        }
    }
}
