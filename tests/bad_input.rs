//! Bad input gets a refusal and changes nothing: from no byte to 10 MB, from eight threads at once.

mod support;

use std::thread;

use cfaccess::{Keys, Refusal, Status, Timestamp, Verifier};
use fastrand::Rng;
use serde_json::Value;
use support::{mint, read, vectors};

const THREADS: u64 = 8;
const KEYS_REFUSALS: [Status; 2] = [Status::KeysInvalid, Status::NoUsableKeys];

/// Around every limit, and powers of two between them.
#[rustfmt::skip]
const SIZES: [usize; 27] = [
    0, 1, 2, 3, 4, 5, 7, 8, 63, 64, 256, 511, 512, 1_024, 2_047, 2_048, 2_049, 4_096, 8_192, 16_383, 16_384,
    16_385, 65_536, 262_144, 1_048_576, 1_048_577, 10_000_000,
];

/// A verifier, its keys, and a token that it accepts.
struct Bench {
    keys: Keys,
    verifier: Verifier,
    good: String,
}

impl Bench {
    fn new() -> Bench {
        let keys = vectors::keys("acme.jwks.json");
        let config = vectors::config(&mint::config()).expect("a config");
        let verifier = Verifier::new(config, keys.clone()).expect("a verifier");
        Bench { keys, verifier, good: mint::token(&mint::header(), &mint::person()) }
    }

    fn verify(&self, token: &[u8]) -> Result<cfaccess::Verified, Refusal> {
        self.verifier.verify_at(token, Timestamp::new(mint::NOW).expect("a time"))
    }

    /// Offers the input as a token and as a key document, and looks whether a good token is still good.
    fn offer(&self, input: &[u8]) {
        let as_token = self.verify(input).expect_err("a bad token");
        check_message(&as_token);
        let as_document = self.keys.load_json(input).expect_err("a bad document");
        check_message(&as_document);
        assert!(KEYS_REFUSALS.contains(&as_document.status()), "{as_document}");
        assert_eq!(Keys::from_json(input).err(), Some(as_document));
    }

    fn check_good(&self) {
        let claims = self.verify(self.good.as_bytes()).expect("the good token is still good");
        assert_eq!(claims.email(), Some("user@example.com"));
    }
}

fn check_message(refusal: &Refusal) {
    let message = refusal.message();
    assert!((1..=256).contains(&message.len()), "{message}");
    assert!(message.bytes().all(|byte| matches!(byte, 0x20..=0x7e)), "{message:?}");
}

/// Does the same in eight threads at once, and looks whether the keys have stayed as they were.
fn in_eight_threads(work: impl Fn(&Bench, &mut Rng) + Sync) {
    let bench = Bench::new();
    let before = bench.keys.status();
    thread::scope(|scope| {
        let (bench, work) = (&bench, &work);
        for seed in 0..THREADS {
            scope.spawn(move || work(bench, &mut Rng::with_seed(seed)));
        }
    });
    assert_eq!(bench.keys.status(), before);
    bench.check_good();
}

#[test]
fn one_byte_many_times() {
    in_eight_threads(|bench, _| {
        for size in SIZES {
            for byte in *b"\0.a{[\"\xff =" {
                bench.offer(&vec![byte; size]);
            }
            bench.check_good();
        }
    });
}

#[test]
fn random_bytes() {
    in_eight_threads(|bench, chance| {
        for size in SIZES {
            let mut input = vec![0; size];
            chance.fill(&mut input);
            bench.offer(&input);
            bench.check_good();
        }
    });
}

#[test]
fn random_base64url_with_dots() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    in_eight_threads(|bench, chance| {
        for size in SIZES.into_iter().filter(|&size| size < 1_000_000) {
            for dots in [0, 1, 2, 2, 2, 3, 4] {
                let mut input: Vec<u8> = (0..size).map(|_| ALPHABET[chance.usize(..64)]).collect();
                for _ in 0..dots.min(size) {
                    input[chance.usize(..size)] = b'.';
                }
                bench.offer(&input);
            }
            bench.check_good();
        }
    });
}

#[test]
fn a_good_token_with_one_huge_part() {
    in_eight_threads(|bench, chance| {
        for size in [16_384, 1_000_000, 10_000_000] {
            let mut parts: Vec<String> = bench.good.split('.').map(str::to_owned).collect();
            parts[chance.usize(..3)] = "A".repeat(size);
            let refusal = bench.verify(parts.join(".").as_bytes()).expect_err("too large");
            assert_eq!(refusal.status(), Status::TooLarge);
            bench.check_good();
        }
    });
}

#[test]
fn a_good_token_with_any_byte_before_or_behind_it() {
    let bench = Bench::new();
    for byte in 0..=u8::MAX {
        for token in [[&[byte], bench.good.as_bytes()].concat(), [bench.good.as_bytes(), &[byte]].concat()] {
            assert!(bench.verify(&token).is_err(), "{}", token.escape_ascii());
        }
    }
}

#[test]
fn a_good_key_document_in_too_much_space() {
    in_eight_threads(|bench, _| {
        for size in [1_048_576, 10_000_000] {
            let document = [read("tests/vectors/acme.jwks.json"), vec![b' '; size]].concat();
            bench.offer(&document);
            bench.check_good();
        }
    });
}

/// Optimised, a verification is content with a third of this; unoptimised frames are larger.
const SMALL_STACK: usize = if cfg!(debug_assertions) { 128 * 1_024 } else { 64 * 1_024 };

#[test]
fn a_small_stack_is_enough_for_any_depth() {
    let nested = |levels: usize| format!("{}1{}", "{\"x\":".repeat(levels), "}".repeat(levels));
    let deeper = |text: Value, levels: usize| {
        let text = text.to_string();
        format!("{{\"deep\":{},{}", nested(levels), &text[1..])
    };
    let bench = Bench::new();
    for (in_header, in_payload, expected) in [
        (0, 31, Status::Ok),
        (31, 0, Status::Ok),
        (0, 32, Status::MalformedClaims),
        (0, 1_500, Status::MalformedClaims),
        (32, 0, Status::Malformed),
        (300, 0, Status::Malformed),
    ] {
        let header = deeper(mint::header(), in_header);
        let payload = deeper(mint::person(), in_payload);
        let token = mint::sign(header.as_bytes(), payload.as_bytes());
        let status = thread::scope(|scope| {
            let verify =
                || bench.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok);
            let thread = thread::Builder::new().stack_size(SMALL_STACK).spawn_scoped(scope, verify);
            thread.expect("a thread").join().expect("no overflow")
        });
        assert_eq!(status, expected, "{in_header} levels in the header, {in_payload} in the payload");
    }
}
