//! How much memory a verification allocates: a little for a good token, never much for a bad one.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Barrier;
use std::thread;

use cfaccess::{Revocations, RevokeOptions, Status, Target, TargetKind, Timestamp, Verifier};
use support::session::{config_with, current_token, long_token, token_of, verifier_with};
use support::{mint, vectors};

const KIB: isize = 1_024;

/// What one thread has allocated since the counting began. `held` may be negative, since memory from before may
/// have been freed meanwhile.
#[derive(Clone, Copy, Default)]
struct Use {
    calls: usize,
    held: isize,
    peak: isize,
}

thread_local! {
    static USE: Cell<Use> = const { Cell::new(Use { calls: 0, held: 0, peak: 0 }) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[allow(unsafe_code)]
// SAFETY: every call is passed on to the system's allocator unchanged, whose requirements are the same.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        give_back(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both blocks may exist at once.
        take(size);
        give_back(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.realloc(place, layout, size) }
    }
}

fn take(size: usize) {
    let Use { calls, held, peak } = USE.get();
    let held = held + size as isize;
    USE.set(Use { calls: calls + 1, held, peak: peak.max(held) });
}

fn give_back(size: usize) {
    let seen = USE.get();
    USE.set(Use { held: seen.held - size as isize, ..seen });
}

/// What one verification allocates, and how it ends.
fn measure(verifier: &Verifier, token: &[u8]) -> (Use, Status) {
    USE.set(Use::default());
    let outcome = verifier.verify_at(token, now());
    let seen = USE.get();
    (seen, outcome.map_or_else(|refusal| refusal.status(), |_| Status::Ok))
}

fn now() -> Timestamp {
    Timestamp::new(mint::NOW).expect("a time")
}

fn verifier() -> Verifier {
    vectors::verifier(&mint::config(), "acme.jwks.json")
}

/// A token with this header; nothing after the header is reached.
fn with_header(header: &str) -> Vec<u8> {
    format!("{}.e30.AAAA", mint::base64url(header.as_bytes())).into_bytes()
}

/// The unit, repeated as often as it fits into the longest header between a beginning and an end.
fn longest(beginning: &str, unit: &str, end: &str) -> String {
    let times = (2_048 - beginning.len() - end.len()) / unit.len();
    format!("{beginning}{}{end}", unit.repeat(times))
}

/// A verifier whose memory for this thread's counters and for the places of its cache is allocated: the cache is so
/// small that its places are allocated together, with the first token. The key has learned its header, too.
fn used_verifier() -> Verifier {
    let verifier = verifier_with(|config| config.set_cache_entries(50).expect("a size"));
    assert_eq!(measure(&verifier, token_of("used").as_bytes()).1, Status::Ok);
    verifier
}

#[test]
fn a_token_takes_at_most_six_allocations() {
    let verifier = used_verifier();

    let (seen, status) = measure(&verifier, token_of("another").as_bytes());

    println!("{} allocations, {} bytes", seen.calls, seen.peak);
    assert_eq!(status, Status::Ok);
    assert!(seen.calls <= 6, "{} allocations", seen.calls);
    assert!(seen.peak <= 16 * KIB, "{} bytes", seen.peak);
}

#[test]
fn a_token_seen_again_takes_no_allocation() {
    for token in [token_of("again"), long_token(4_000), long_token(16_000)] {
        let verifier = used_verifier();
        let first = verifier.verify_at(token.as_bytes(), now()).expect("claims");

        let (seen, status) = measure(&verifier, token.as_bytes());

        assert_eq!(status, Status::Ok);
        assert_eq!(seen.calls, 0);
        assert_eq!(verifier.verify_at(token.as_bytes(), now()).expect("claims").id(), first.id());
    }
}

#[test]
fn a_lookup_takes_no_allocation() {
    let verifier = used_verifier();
    let [kept, other] = ["kept", "other"].map(|subject| current_token(subject, 3_600));
    let id = verifier.verify(kept.as_bytes()).expect("claims").id();

    USE.set(Use::default());
    let found = [&kept, &other].map(|token| verifier.lookup(token.as_bytes()));

    assert_eq!(USE.get().calls, 0);
    assert_eq!(found, [Some(id), None]);
}

#[test]
fn neither_a_hit_nor_a_lookup_takes_an_allocation_for_revocations() {
    let revocations = Revocations::open("memory:", "acme", Default::default()).expect("revocations");
    let verifier = verifier_with(|config| config.set_revocations(&revocations));
    let revoke = |kind, value: &str| {
        let target = Target::new(kind, value).expect("a target");
        revocations.revoke(&target, &RevokeOptions::default()).expect("a receipt");
    };
    let token = current_token("kept", 3_600);
    let id = verifier.verify(token.as_bytes()).expect("claims").id();

    let calls = |expected: Option<u64>| {
        USE.set(Use::default());
        let found = verifier.lookup(token.as_bytes());
        let calls = USE.get().calls;
        assert_eq!(found, expected);
        calls
    };
    assert_eq!(calls(Some(id)), 0);
    revoke(TargetKind::Subject, "another");
    assert_eq!(calls(Some(id)), 0, "it is looked up");
    revoke(TargetKind::Subject, "kept");
    assert_eq!(calls(None), 0, "it is revoked");
}

#[test]
fn a_kept_token_takes_the_memory_that_stats_reports_and_no_more_than_promised() {
    for token in [token_of("kept"), long_token(900), long_token(1_500), long_token(4_000), long_token(16_000)]
    {
        let verifier = used_verifier();
        let before = verifier.stats().bytes;

        let (seen, status) = measure(&verifier, token.as_bytes());

        assert_eq!(status, Status::Ok);
        let reported = verifier.stats().bytes - before;
        println!("a token of {} bytes: {reported} reported, {} held", token.len(), seen.held);
        assert_eq!(seen.held, reported as isize);
        assert!(reported * 10 <= token.len() * 22 + 4_000, "{reported} bytes for {}", token.len());
    }
}

#[test]
fn a_cache_has_no_more_places_than_it_has_memory_for_entries() {
    let verifier = verifier_with(|config| {
        config.set_cache_entries(10_000_000).expect("a size");
        config.set_cache_bytes(1 << 20).expect("a size");
    });

    let (seen, status) = measure(&verifier, token_of("first").as_bytes());

    assert_eq!(status, Status::Ok);
    assert!(seen.peak < 256 * KIB, "{} bytes", seen.peak);
}

#[test]
fn a_verifier_takes_little_memory_until_its_cache_fills() {
    let held_after = |verify: &dyn Fn(&Verifier)| {
        let (config, keys) = (config_with(|_| {}), vectors::keys("acme.jwks.json"));
        USE.set(Use::default());
        let verifier = Verifier::new(config, keys).expect("a verifier");
        verify(&verifier);
        (USE.get().held, verifier).0
    };
    let token = token_of("a");

    let unused = held_after(&|_| {});
    let with_one_token = held_after(&|verifier| drop(verifier.verify_at(token.as_bytes(), now())));

    println!("{unused} bytes unused, {with_one_token} bytes with one token");
    assert!(unused < 2 * KIB, "{unused} bytes");
    assert!(with_one_token < 16 * KIB, "{with_one_token} bytes");
}

#[test]
fn threads_that_verify_first_together_do_not_each_allocate_the_places_of_all_entries() {
    const THREADS: usize = 16;
    let verifier = verifier_with(|config| config.set_cache_entries(1_000_000).expect("a size"));
    let tokens: Vec<String> = (0..THREADS).map(|number| token_of(&number.to_string())).collect();
    let begin = Barrier::new(THREADS);

    let verify = |token: &str| {
        begin.wait();
        let (seen, status) = measure(&verifier, token.as_bytes());
        assert_eq!(status, Status::Ok);
        seen.peak
    };
    let peaks: Vec<isize> = thread::scope(|scope| {
        let threads: Vec<_> = tokens.iter().map(|token| scope.spawn(|| verify(token))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a verification")).collect()
    });

    assert!(peaks.iter().all(|peak| *peak < 64 * KIB), "{peaks:?} bytes");
    assert_eq!(verifier.stats().entries, THREADS);
}

#[test]
fn a_malformed_token_takes_no_allocation() {
    let verifier = used_verifier();
    let long = "A.".repeat(5_000_000);

    for token in ["..", "no token", "a.b.c.d", long.as_str()] {
        let (seen, status) = measure(&verifier, token.as_bytes());

        assert_eq!(status, Status::Malformed);
        assert_eq!(seen.calls, 0);
    }
}

#[test]
fn a_header_full_of_numbers_takes_under_64_kib() {
    for end in ["", "1]"] {
        let (seen, status) = measure(&verifier(), &with_header(&longest("[", "1,", end)));

        assert_eq!(status, Status::Malformed);
        assert!(seen.peak < 64 * KIB, "{} bytes", seen.peak);
    }
}

#[test]
fn no_header_takes_much_more() {
    for (beginning, unit, end) in [
        ("[", "[],", "0]"),
        ("[", "[1],", "0]"),
        ("[", "{},", "0]"),
        ("[", "{\"\":1},", "0]"),
        ("[", "\"\\n\",", "0]"),
        ("{", "\"\":1,", "\"\":1}"),
        ("{", "\"\":[1],", "\"\":1}"),
        ("{", "\"\\n\":\"\\n\",", "\"\":1}"),
        (r#"{"alg":"RS256","x":["#, "[1],", "0]}"),
    ] {
        let (seen, status) = measure(&verifier(), &with_header(&longest(beginning, unit, end)));

        assert_eq!(status, Status::Malformed, "{unit}");
        assert!(seen.peak < 96 * KIB, "{} bytes for {unit}", seen.peak);
    }
}
