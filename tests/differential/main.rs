//! Whatever is accepted here, other implementations accept too, and read the same in it.
//!
//! Random changes to genuine tokens look for a token that passes here and nowhere else. Nine cases
//! of ten change the bytes of a signed token; every tenth is changed first and signed then, so that
//! only the rules on its form and its claims can stop it. A case depends on the seed, its number and
//! the day. `CFACCESS_DIFFERENTIAL_SEED` and `CFACCESS_DIFFERENTIAL_CASES` choose others.

#[path = "../support/mod.rs"]
mod support;

mod bytes;
mod claims;
mod draft;
mod others;
mod signer;
mod text;
mod values;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use cfaccess::Verifier;
use draft::Draft;
use fastrand::Rng;
use signer::Signer;
use support::{mint, vectors};

const CASES: u64 = 300_000;
const SEED: u64 = 20_251_123;
const ONE_IS_SIGNED_OF: u64 = 10;

/// A token that was accepted here, and what was read in it.
struct Accepted {
    case: u64,
    token: String,
    claims: cfaccess::Verified,
}

#[derive(Default)]
struct Outcome {
    accepted: Vec<Accepted>,
    refused: BTreeMap<&'static str, usize>,
}

struct Run {
    cases: u64,
    outcome: Outcome,
}

#[test]
fn enough_is_accepted_and_everything_else_refused_for_many_reasons() {
    let run = run();

    let signed = run.cases / ONE_IS_SIGNED_OF;
    let accepted = run.outcome.accepted.len();
    assert!(accepted as u64 > signed / 4, "only {accepted} of {signed} signed cases were accepted");
    for status in [
        "TOO_LARGE MALFORMED OPAQUE_TOKEN UNSUPPORTED_HEADER UNSUPPORTED_ALGORITHM UNKNOWN_KEY",
        "BAD_SIGNATURE MALFORMED_CLAIMS MISSING_CLAIM INVALID_CLAIM WRONG_ISSUER WRONG_AUDIENCE",
        "WRONG_TOKEN_TYPE EXPIRED NOT_YET_VALID SESSION_TOO_LONG AMBIGUOUS_IDENTITY SERVICE_NOT_ALLOWED",
    ]
    .iter()
    .flat_map(|line| line.split(' '))
    {
        assert!(run.outcome.refused.contains_key(status), "no case met {status}: {:?}", run.outcome.refused);
    }
}

#[test]
fn jsonwebtoken_accepts_it_too() {
    let other = others::Jsonwebtoken::new();

    for accepted in &run().outcome.accepted {
        other.check(&accepted.token, &accepted.claims).unwrap_or_else(|difference| {
            panic!("case {}: {difference}\n{}", accepted.case, accepted.token);
        });
    }
}

#[test]
fn pyjwt_and_joserfc_accept_it_too() {
    let accepted = run().outcome.accepted.iter().map(|case| (case.case, case.token.as_str(), &*case.claims));

    others::check_in_python(accepted);
}

/// The run that the tests share.
fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let seed = from_environment("CFACCESS_DIFFERENTIAL_SEED", SEED);
        let cases = from_environment("CFACCESS_DIFFERENTIAL_CASES", CASES);
        println!("CFACCESS_DIFFERENTIAL_SEED={seed} CFACCESS_DIFFERENTIAL_CASES={cases}");
        let outcome = all_cases(seed, cases);
        println!("{} accepted; refused: {:?}", outcome.accepted.len(), outcome.refused);
        Run { cases, outcome }
    })
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

fn all_cases(seed: u64, cases: u64) -> Outcome {
    let signer = Signer::new();
    // No verdict changes within a day of it.
    let now = cfaccess::Timestamp::now().seconds();
    let today = now - now % (24 * 3_600);
    let mut genuine = Rng::with_seed(seed);
    let pool: Vec<String> =
        (0..64).map(|_| Draft::genuine(&mut genuine, today).signed(&signer, &mut genuine)).collect();
    let mut config = mint::config();
    config["allow_services"] = serde_json::json!([claims::CLIENT_ID]);
    let verifier = vectors::verifier(&config, "acme.jwks.json");

    let threads = std::thread::available_parallelism().map_or(2, |count| count.get() as u64);
    let work = |first: u64| {
        let mut outcome = Outcome::default();
        for case in (first..cases).step_by(threads as usize) {
            let chance = &mut Rng::with_seed(seed ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let token = if case % ONE_IS_SIGNED_OF == 0 {
                Draft::changed(chance, today).signed(&signer, chance).into_bytes()
            } else {
                bytes::changed(chance, &pool)
            };
            outcome.ask(&verifier, case, token);
        }
        outcome
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|first| scope.spawn(move || work(first))).collect();
        let outcomes = threads.into_iter().map(|thread| thread.join().expect("no case panics"));
        outcomes.fold(Outcome::default(), Outcome::and)
    })
}

impl Outcome {
    fn ask(&mut self, verifier: &Verifier, case: u64, token: Vec<u8>) {
        let verdict = catch_unwind(AssertUnwindSafe(|| verifier.verify(&token)))
            .unwrap_or_else(|_| panic!("case {case} panicked: {}", token.escape_ascii()));
        match verdict {
            Ok(claims) => {
                let token = String::from_utf8(token).expect("a token is ASCII");
                self.accepted.push(Accepted { case, token, claims });
            }
            Err(refusal) => *self.refused.entry(refusal.status().name()).or_default() += 1,
        }
    }

    fn and(mut self, other: Outcome) -> Outcome {
        self.accepted.extend(other.accepted);
        for (status, count) in other.refused {
            *self.refused.entry(status).or_default() += count;
        }
        self
    }
}
