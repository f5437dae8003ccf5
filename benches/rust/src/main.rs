//! The rows that are measured from Rust.
//!
//! The loop is our own, since criterion and divan each want to own the process: rows of several
//! languages could not take turns.

mod abi;
mod allocations;
mod rows;

use std::time::{Duration, Instant};

use rows::Rows;

/// How many runs there are between two readings of the clock.
const BATCH: u32 = 16;

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of inputs");
    let rows = Rows::prepare(&folder);
    for line in std::io::stdin().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["time", row, milliseconds] => {
                let limit = Duration::from_millis(milliseconds.parse().expect("milliseconds"));
                println!("{:.2}", nanoseconds(|| rows.run(row), limit));
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

fn nanoseconds(run: impl Fn(), limit: Duration) -> f64 {
    (0..BATCH).for_each(|_| run());
    let begin = Instant::now();
    let mut runs = 0;
    loop {
        (0..BATCH).for_each(|_| run());
        runs += BATCH;
        let elapsed = begin.elapsed();
        if elapsed >= limit {
            return elapsed.as_nanos() as f64 / f64::from(runs);
        }
    }
}
