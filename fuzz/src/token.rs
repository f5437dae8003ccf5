//! Tokens: any bytes, and any header and payload with a valid signature.

use std::sync::OnceLock;

use cfaccess::{Config, Keys, Refusal, Timestamp, Verified, Verifier};

use super::genuine::{self, AUDIENCE, NOW};
use super::invariants::{check_claims, check_message};

/// The first byte says what the rest is: a token; header and payload, with a NUL between; a payload.
pub fn run(input: &[u8]) {
    let Some((kind, rest)) = input.split_first() else { return };
    let token = match kind % 3 {
        0 => rest.to_vec(),
        1 => {
            let nul = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
            let (header, payload) = rest.split_at(nul);
            genuine::signed(header, payload.strip_prefix(b"\0").unwrap_or_default())
        }
        _ => genuine::signed(genuine::header().as_bytes(), rest),
    };

    static WARM: OnceLock<[Verifier; 2]> = OnceLock::new();
    let warm = WARM.get_or_init(verifiers);
    let [by_narrow, by_wide] = verify(warm, &token);
    check_second_look([&by_narrow, &by_wide], verify(warm, &token).each_ref());

    for outcome in [&by_narrow, &by_wide] {
        match outcome {
            Ok(claims) => check_claims(claims),
            Err(refusal) => check_message(refusal.message(), &[rest, &token]),
        }
    }
    assert!(by_narrow.is_err() || by_wide.is_ok(), "what is allowed by less is refused by more");

    let fresh = format!("{:?}", verify(&verifiers(), &token));
    assert_eq!(format!("{:?}", [by_narrow, by_wide]), fresh, "a verdict depends on what was verified before");
}

/// The same refusal, or the very same claims.
fn check_second_look(first: [&Result<Verified, Refusal>; 2], second: [&Result<Verified, Refusal>; 2]) {
    for (first, second) in first.into_iter().zip(second) {
        match (first, second) {
            (Ok(first), Ok(second)) => {
                assert_eq!(first.id(), second.id());
                assert!(std::ptr::eq(first.payload(), second.payload()), "the claims were copied");
            }
            (first, second) => assert_eq!(format!("{first:?}"), format!("{second:?}")),
        }
    }
}

fn verify(verifiers: &[Verifier; 2], token: &[u8]) -> [Result<Verified, Refusal>; 2] {
    let now = Timestamp::new(NOW).expect("a time");
    verifiers.each_ref().map(|verifier| verifier.verify_at(token, now))
}

/// One that allows as little as can be configured, and one that allows as much.
fn verifiers() -> [Verifier; 2] {
    let keys = Keys::from_json(genuine::DOCUMENT).expect("keys");
    let [mut narrow, mut wide] = [config(), config()];
    narrow.set_leeway(0).expect("a leeway");
    narrow.set_max_lifetime(86_400).expect("a lifetime");
    wide.set_leeway(300).expect("a leeway");
    wide.allow_any_service().expect("services");
    [narrow, wide].map(|config| Verifier::new(config, keys.clone()).expect("a verifier"))
}

fn config() -> Config {
    let mut config = Config::new("acme").expect("a team");
    config.add_audience(AUDIENCE).expect("an audience");
    config
}
