//! What the cache costs depends on what is in it, and not on how many threads a process ever had.

mod support;

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::Verifier;
use support::fetched::now;
use support::session::{look, token_of, verifier, verifier_with};

const THREADS: usize = 2_000;
const ROUNDS: usize = 201;
/// A test that fails should not take long.
const LONGEST: Duration = Duration::from_secs(5);

/// Threads that are all alive at once, and verify, and end.
fn live(threads: usize, verifier: &Verifier, token: &str) {
    let all_are_alive = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            let live = || {
                look(verifier, token);
                all_are_alive.wait();
            };
            thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, live).expect("a thread");
        }
    });
}

/// The median of the times that `work` takes with what `prepare` made.
fn median<T>(prepare: impl Fn(usize) -> T, work: impl Fn(T)) -> Duration {
    let time = |round| {
        let prepared = prepare(round);
        let begin = Instant::now();
        work(prepared);
        begin.elapsed()
    };
    let end = Instant::now() + LONGEST;
    let mut times: Vec<Duration> = (0..ROUNDS).map(time).take_while(|_| Instant::now() < end).collect();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or(LONGEST)
}

/// A verification that makes room in a full cache, minus one without a cache, so that the signature does not hide
/// what the cache costs.
fn keeping(tokens: &[String]) -> Duration {
    let full = verifier_with(|config| config.set_cache_entries(64).expect("a size"));
    let none = verifier_with(|config| config.set_cache_entries(0).expect("a size"));
    tokens.iter().for_each(|token| drop(look(&full, token)));
    let median = |verifier: &Verifier| {
        median(
            |round| tokens[round % tokens.len()].as_bytes(),
            |token| drop(black_box(verifier.verify_at(token, now()))),
        )
    };
    median(&full).saturating_sub(median(&none))
}

/// Of a verifier with one token.
fn freeing(token: &str) -> Duration {
    let used = |_| {
        let verifier = verifier();
        look(&verifier, token);
        verifier
    };
    median(used, drop)
}

/// One test, since the threads of another would count as well.
#[test]
fn threads_that_lived_make_neither_keeping_nor_freeing_slower() {
    let tokens: Vec<String> = (0..256).map(|number| token_of(&number.to_string())).collect();
    let token = tokens[0].as_str();
    let before = [keeping(&tokens), freeing(token)];

    live(THREADS, &verifier(), token);

    let after = [keeping(&tokens), freeing(token)];
    println!("keeping a token and freeing a verifier: {before:?}, after {THREADS} threads {after:?}");
    let margin = Duration::from_micros(20);
    for (before, after) in before.into_iter().zip(after) {
        assert!(after < 3 * before + margin, "{after:?}, and {before:?} before the {THREADS} threads");
    }
}
