//! Tokens that were revoked or blocked, and those that were not.

mod support;

use cfaccess::{Note, Revocations, RevokeOptions, Status, Target, TargetKind, Terms, Timestamp, Verifier};
use serde_json::json;
use support::mint;
use support::session::{current_token, seconds_now, token_with, verifier_with};

fn memory() -> Revocations {
    Revocations::open("memory:", "acme", Default::default()).expect("a store")
}

fn verifier_of(revocations: &Revocations) -> Verifier {
    verifier_with(|config| config.set_revocations(revocations))
}

fn target(kind: TargetKind) -> Target {
    let person = mint::person();
    let claim = |name: &str| person[name].as_str().expect(name).to_owned();
    let value = match kind {
        TargetKind::Team => String::new(),
        TargetKind::Application => mint::AUDIENCE.to_owned(),
        TargetKind::Subject => claim("sub"),
        TargetKind::Email => claim("email"),
        TargetKind::Service => "1234.access".to_owned(),
        TargetKind::Session => claim("identity_nonce"),
    };
    Target::new(kind, &value).expect("a target")
}

fn issued_at(iat: i64) -> String {
    token_with(&json!({"iat": iat, "nbf": iat, "exp": iat + 3_600}))
}

fn status_of(verifier: &Verifier, token: &str) -> Status {
    verifier.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
}

fn cut_off_at(seconds: i64) -> RevokeOptions {
    let mut options = RevokeOptions::default();
    options.at = Timestamp::new(seconds);
    options
}

#[test]
fn a_cut_off_refuses_what_was_issued_up_to_it() {
    for kind in [TargetKind::Team, TargetKind::Application, TargetKind::Subject, TargetKind::Email] {
        let revocations = memory();
        let verifier = verifier_of(&revocations);
        let cut_off = seconds_now() - 100;
        let tokens = [cut_off - 1, cut_off, cut_off + 1].map(issued_at);
        assert!(tokens.iter().all(|token| status_of(&verifier, token) == Status::Ok));

        revocations.revoke(&target(kind), &cut_off_at(cut_off)).expect("a receipt");

        let statuses = tokens.map(|token| status_of(&verifier, &token));
        assert_eq!(statuses, [Status::Revoked, Status::Revoked, Status::Ok], "{}", kind.name());
    }
}

#[test]
fn a_session_is_refused_whenever_its_token_was_issued() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    revocations.revoke(&target(TargetKind::Session), &RevokeOptions::default()).expect("a receipt");
    let week = 7 * 86_400;
    let later = Timestamp::new(seconds_now() + week).expect("a time");
    let token = issued_at(later.seconds());
    let refusal = verifier.verify_at(token.as_bytes(), later).expect_err("a revoked session");
    assert_eq!(refusal.status(), Status::Revoked);
}

#[test]
fn a_revoked_token_leaves_the_cache_at_once() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    let token = current_token("a", 600);
    verifier.verify(token.as_bytes()).expect("claims");
    assert!(verifier.lookup(token.as_bytes()).is_some());

    let receipt =
        revocations.revoke(&target(TargetKind::Email), &RevokeOptions::default()).expect("a receipt");

    assert_eq!(verifier.lookup(token.as_bytes()), None);
    assert_eq!(status_of(&verifier, &token), Status::Revoked);
    assert_eq!(verifier.stats().entries, 0);
    let cut_off = receipt.terms.not_issued_after.expect("a cut-off").seconds();
    assert!((2..=3).contains(&(cut_off - seconds_now() + 1)), "the margin is 2 s");
}

#[test]
fn after_a_block_the_tokens_of_before_stay_refused() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    let email = target(TargetKind::Email);
    let before = current_token("a", 600);
    revocations.block(&email, None, &Note::default()).expect("a receipt");
    let after = issued_at(seconds_now() + 10);
    assert_eq!([&before, &after].map(|token| status_of(&verifier, token)), [Status::Blocked; 2]);

    revocations.lift(&email, &Note::default()).expect("a receipt");
    let statuses = [&before, &after].map(|token| status_of(&verifier, token));
    assert_eq!(statuses, [Status::Revoked, Status::Ok]);

    revocations.lift(&email, &Note::default()).expect("a receipt");
    assert_eq!(status_of(&verifier, &before), Status::Ok);
}

#[test]
fn a_block_that_was_over_at_another_time_still_holds_now() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    let now = seconds_now();
    let until = Timestamp::new(now + 1_000).expect("a time");
    let token = token_with(&json!({"iat": now + 10, "nbf": now - 10, "exp": now + 3_600}));
    revocations.block(&target(TargetKind::Email), Some(until), &Note::default()).expect("a receipt");
    verifier.verify_at(token.as_bytes(), until).expect("the block is over then");
    assert_eq!(status_of(&verifier, &token), Status::Blocked);
}

#[test]
fn writing_again_only_raises() {
    let revocations = memory();
    let email = target(TargetKind::Email);
    let terms =
        |options: &RevokeOptions| -> Terms { revocations.revoke(&email, options).expect("a receipt").terms };
    let then = seconds_now() - 1_000;
    let first = terms(&cut_off_at(then));
    assert_eq!(terms(&cut_off_at(then - 1)), first);
    assert_eq!(terms(&cut_off_at(then + 1)).not_issued_after, Timestamp::new(then + 1));
}

#[test]
fn revocations_of_another_team_are_not_accepted() {
    let theirs = Revocations::open("memory:", "other", Default::default()).expect("a store");
    let config = support::session::config_with(|config| config.set_revocations(&theirs));
    let refusal =
        Verifier::new(config, support::vectors::keys("acme.jwks.json")).map(drop).expect_err("a refusal");
    assert_eq!(refusal.status(), Status::InvalidConfig);
}

#[test]
fn explain_names_the_check_and_no_value() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    revocations.revoke(&target(TargetKind::Email), &RevokeOptions::default()).expect("a receipt");
    let explanation = verifier.explain(current_token("a", 600).as_bytes(), Timestamp::now());
    let explanation: serde_json::Value = serde_json::from_str(&explanation).expect("JSON");
    let check = explanation["checks"].as_array().expect("checks").last().expect("a check").clone();
    assert_eq!((&check["check"], &check["status"]), (&json!("revocation"), &json!("REVOKED")));
    assert!(!check.to_string().contains('@'));
}
