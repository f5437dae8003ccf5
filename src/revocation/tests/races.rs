//! Threads that verify while others revoke.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::super::clearance::Clearance;
use super::super::{RevocationOptions, Revocations, RevokeOptions, Target, TargetKind};
use super::session::{email, token, verdict, verifier, verifier_with};
use crate::claims::Payload;
use crate::keys::Patience;
use crate::status::Status;
use crate::time::{Clock, Timestamp};
use crate::verifier::Verifier;

const THREADS: usize = 8;

fn memory() -> Revocations {
    Revocations::open("memory:", "acme", RevocationOptions::default()).expect("revocations")
}

fn revoke(revocations: &Revocations, target: &Target) {
    revocations.revoke(target, &RevokeOptions::default()).expect("a receipt");
}

/// Revokes one person after the other, with this many others before each, while threads verify the tokens of all: none
/// is accepted by a call that begins after its revocation has returned.
fn verify_while_revoking(verifier: &Verifier, revocations: &Revocations, people: usize, others: usize) {
    let tokens: Vec<String> = (0..people).map(|number| token(&number.to_string())).collect();
    let revoked = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (tokens, revoked, is_over) = (&tokens, &revoked, &is_over);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed as u64);
                while !is_over.load(Ordering::Relaxed) {
                    let number = random.usize(..tokens.len());
                    let must_be_refused = number < revoked.load(Ordering::Acquire);
                    match verdict(verifier, &tokens[number]) {
                        Status::Ok => assert!(!must_be_refused, "number {number}"),
                        status => assert_eq!(status, Status::Revoked),
                    }
                }
            });
        }
        let mut random = fastrand::Rng::with_seed(7);
        for number in 0..people {
            for _ in 0..others {
                let value = random.u64(..).to_string();
                revoke(revocations, &Target::new(TargetKind::Session, &value).expect("a target"));
            }
            revoke(revocations, &email(&number.to_string()));
            revoked.store(number + 1, Ordering::Release);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    // Threads that verified a token at the same moment may have kept it in both of its sets; a refusal takes one out.
    for _ in 0..2 {
        assert!(tokens.iter().all(|token| verdict(verifier, token) == Status::Revoked));
    }
    assert_eq!(verifier.stats().entries, 0);
}

#[test]
fn no_token_is_accepted_after_its_revocation_returned() {
    let revocations = memory();
    verify_while_revoking(&verifier(&revocations), &revocations, 60, 10);
}

#[test]
fn nor_without_a_cache() {
    let revocations = memory();
    let verifier = verifier_with(&revocations, |config| config.set_cache_entries(0).expect("a size"));
    verify_while_revoking(&verifier, &revocations, 20, 10);
}

#[test]
#[ignore = "slow: `make test` runs it, or --include-ignored"]
fn nor_among_ten_thousand_revocations() {
    let revocations = memory();
    verify_while_revoking(&verifier(&revocations), &revocations, 200, 50);
}

const PERSON: &str = r#"{"aud":["a","b"],"email":"ada@example.com","exp":9,"iat":1,"iss":"i","sub":"s","identity_nonce":"n","type":"app"}"#;

fn clearance(revocations: &Revocations) -> Clearance {
    revocations.clearance(&Payload::parse(PERSON.as_bytes()).expect("a payload"))
}

fn check(revocations: &Revocations, clearance: &Clearance) -> Status {
    let issued_at = Timestamp::new(1).expect("a time");
    let outcome = revocations.check(clearance, issued_at, Clock::System, Patience::Wait);
    outcome.map_or_else(|refusal| refusal.status(), |()| Status::Ok)
}

#[test]
fn a_revocation_between_the_signature_and_the_check_is_seen() {
    let revocations = memory();
    let clearance = clearance(&revocations);
    revoke(&revocations, &email("ada"));
    assert_eq!(check(&revocations, &clearance), Status::Revoked);
}

#[test]
fn a_token_is_cleared_by_the_snapshot_it_was_looked_up_in_and_by_no_other() {
    let revocations = memory();
    let clearance = clearance(&revocations);
    assert!(!clearance.is_of(revocations.status().version));
    assert_eq!(check(&revocations, &clearance), Status::Ok);
    let version = revocations.status().version;
    assert!(clearance.is_of(version));

    revoke(&revocations, &email("someone.else"));
    assert!(!clearance.is_of(revocations.status().version) && clearance.is_of(version));
    assert_eq!(check(&revocations, &clearance), Status::Ok);
    assert!(clearance.is_of(revocations.status().version));

    let audience = Target::new(TargetKind::Application, "B").expect("a target");
    revoke(&revocations, &audience);
    assert_eq!(check(&revocations, &clearance), Status::Revoked);
    assert!(!clearance.is_of(revocations.status().version));
}

#[test]
fn a_token_of_after_a_cut_off_is_cleared_for_good() {
    let revocations = memory();
    let clearance = clearance(&revocations);
    let mut long_ago = RevokeOptions { at: Some(Timestamp::ZERO), ..RevokeOptions::default() };
    long_ago.margin = Some(0);
    revocations.revoke(&Target::team(), &long_ago).expect("a receipt");
    assert_eq!(check(&revocations, &clearance), Status::Ok);
    assert!(clearance.is_of(revocations.status().version));
}
