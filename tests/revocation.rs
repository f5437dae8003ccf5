//! Tokens that were revoked or blocked, and those that were not.

mod support;

use cfaccess::{
    Note, Remedy, Revocations, RevokeOptions, Status, Target, TargetKind, Terms, Timestamp, Verifier,
};
use serde_json::json;
use support::mint;
use support::session::{current_token, seconds_now, token_with, verifier_with};

const SERVICE: &str = "e367826f93b8d71185e03fe518aff3b4.access";

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

/// A token with these claims changed, or left out where they are null, issued a minute ago.
fn token_of(changes: serde_json::Value) -> String {
    let now = seconds_now();
    let mut payload = mint::person();
    let times = json!({"iat": now - 60, "nbf": now - 60, "exp": now + 3_600});
    let members = payload.as_object_mut().expect("claims");
    for (name, value) in
        [&times, &changes].into_iter().flat_map(|changes| changes.as_object().expect("changes"))
    {
        members.insert(name.clone(), value.clone());
    }
    members.retain(|_, value| !value.is_null());
    mint::token(&mint::header(), &payload)
}

fn revoke(revocations: &Revocations, kind: TargetKind, value: &str) {
    let target = Target::new(kind, value).expect("a target");
    revocations.revoke(&target, &RevokeOptions::default()).expect("a receipt");
}

/// What a verifier says of a token while this is revoked.
fn status_while(kind: TargetKind, value: &str, token: &str) -> Status {
    let revocations = memory();
    revoke(&revocations, kind, value);
    let verifier = verifier_with(|config| {
        config.set_revocations(&revocations);
        config.allow_any_service().expect("a rule");
    });
    status_of(&verifier, token)
}

#[test]
fn each_kind_hits_the_claim_it_is_about_and_no_other() {
    let person = token_of(json!({
        "aud": ["other-application", mint::AUDIENCE],
        "sub": "Some-Subject",
        "email": "Ada@Example.com",
        "identity_nonce": "Some-Nonce",
    }));
    let older = token_of(json!({"type": null, "identity_nonce": null, "nonce": "Older-Nonce"}));
    let service = token_of(json!({"sub": "", "email": null, "common_name": SERVICE, "identity_nonce": null}));
    for (kind, value, token, status) in [
        (TargetKind::Application, mint::AUDIENCE, &person, Status::Revoked),
        (TargetKind::Application, "OTHER-application", &person, Status::Revoked),
        (TargetKind::Application, "third-application", &person, Status::Ok),
        (TargetKind::Subject, "some-SUBJECT", &person, Status::Revoked),
        (TargetKind::Email, " ADA@example.com ", &person, Status::Revoked),
        (TargetKind::Email, "some-subject", &person, Status::Ok),
        (TargetKind::Session, "Some-Nonce", &person, Status::Revoked),
        (TargetKind::Session, "some-nonce", &person, Status::Ok),
        (TargetKind::Session, "Older-Nonce", &older, Status::Revoked),
        (TargetKind::Service, "E367826F93B8D71185E03FE518AFF3B4.access", &service, Status::Revoked),
        (TargetKind::Subject, SERVICE, &service, Status::Ok),
        (TargetKind::Team, "", &person, Status::Revoked),
        (TargetKind::Team, "", &service, Status::Revoked),
    ] {
        assert_eq!(status_while(kind, value, token), status, "{} {value}", kind.name());
    }
}

#[test]
fn each_target_is_asked_by_itself_and_the_stricter_one_counts() {
    let now = seconds_now();
    let token = issued_at(now - 50);
    let [subject, email] = [TargetKind::Subject, TargetKind::Email].map(target);
    for (one, other) in [(&subject, &email), (&email, &subject)] {
        for (first, second, status) in [
            (now - 100, now - 40, Status::Revoked),
            (now - 40, now - 100, Status::Revoked),
            (now - 100, now - 90, Status::Ok),
        ] {
            let revocations = memory();
            let verifier = verifier_of(&revocations);
            revocations.revoke(one, &cut_off_at(first)).expect("a receipt");
            revocations.revoke(other, &cut_off_at(second)).expect("a receipt");
            assert_eq!(status_of(&verifier, &token), status);
        }
    }
}

#[test]
fn a_token_that_is_bad_otherwise_is_refused_for_that() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    revocations.revoke(&Target::team(), &RevokeOptions::default()).expect("a receipt");
    let now = seconds_now();
    for (changes, status) in [
        (json!({"iat": now - 7_200, "nbf": now - 7_200, "exp": now - 3_600}), Status::Expired),
        (json!({"aud": ["another"]}), Status::WrongAudience),
        (json!({"sub": "", "email": null, "common_name": "not.allowed"}), Status::ServiceNotAllowed),
    ] {
        assert_eq!(status_of(&verifier, &token_of(changes)), status);
    }
}

#[test]
fn a_revoked_token_is_refused_before_its_email_header_is_looked_at() {
    let revocations = memory();
    let verifier = verifier_of(&revocations);
    let token = token_of(json!({}));
    let headers: [(&[u8], &[u8]); 2] = [
        (b"Cf-Access-Jwt-Assertion", token.as_bytes()),
        (b"Cf-Access-Authenticated-User-Email", b"somebody@else.example"),
    ];
    let status = || verifier.verify_request(&headers).map(drop).expect_err("a refusal").status();
    assert_eq!(status(), Status::IdentityMismatch);
    revocations.revoke(&target(TargetKind::Email), &RevokeOptions::default()).expect("a receipt");
    assert_eq!(status(), Status::Revoked);
}

#[test]
fn of_several_cookies_the_one_that_is_not_revoked_is_taken_and_a_revoked_one_is_named() {
    let revocations = memory();
    let verifier = verifier_with(|config| {
        config.set_revocations(&revocations);
        config.accept_cookie();
    });
    let [one, other] = ["first", "second"].map(|nonce| token_of(json!({"identity_nonce": nonce})));
    let cookie = format!("CF_Authorization={one}; CF_Authorization={other}; CF_Authorization=garbage");
    let headers: [(&[u8], &[u8]); 1] = [(b"Cookie", cookie.as_bytes())];

    revoke(&revocations, TargetKind::Session, "first");
    let claims = verifier.verify_request(&headers).expect("claims");
    assert_eq!(claims.session(), Some("second"));

    revoke(&revocations, TargetKind::Session, "second");
    let refusal = verifier.verify_request(&headers).map(drop).expect_err("a refusal");
    assert_eq!((refusal.status(), refusal.remedy()), (Status::Revoked, Some(Remedy::NewLogin)));
}

#[test]
fn entries_of_another_store_are_added_and_only_raise() {
    let (from, to) = (memory(), memory());
    for name in ["a", "b", "c"] {
        revoke(&from, TargetKind::Email, &format!("{name}@example.com"));
    }
    from.lift(&Target::new(TargetKind::Email, "c@example.com").expect("a target"), &Note::default())
        .expect("a receipt");
    revoke(&to, TargetKind::Email, "c@example.com");

    let entries = from.list(None, None, 10).expect("entries");
    to.import(&entries).expect("receipts");

    let verifier = verifier_of(&to);
    for name in ["a", "b", "c"] {
        let token = token_of(json!({"email": format!("{name}@example.com")}));
        assert_eq!(status_of(&verifier, &token), Status::Revoked, "{name}");
    }
    assert!(to.import(&[]).expect("receipts").is_empty());
}

#[test]
fn a_list_is_read_in_pages_and_by_kind() {
    let revocations = memory();
    for number in 0..10 {
        revoke(&revocations, TargetKind::Email, &format!("{number}@example.com"));
        revoke(&revocations, TargetKind::Subject, &number.to_string());
    }
    let mut found = Vec::new();
    loop {
        let after = found.last();
        let page = revocations.list(Some(TargetKind::Subject), after, 3).expect("a page");
        if page.is_empty() {
            break;
        }
        found.extend(page.into_iter().map(|entry| entry.target));
    }
    let values: Vec<&str> = found.iter().map(Target::value).collect();
    assert_eq!(values, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    for limit in [0, 10_001] {
        let refusal = revocations.list(None, None, limit).expect_err("a refusal");
        assert_eq!(refusal.status(), Status::InvalidArgument);
    }
}

#[test]
fn nothing_that_is_shown_holds_a_value_or_a_reason() {
    let revocations = memory();
    let note = Note { made_by: "the-operator".to_owned(), reason: "the-reason".to_owned() };
    let mut options = RevokeOptions::default();
    options.note = note;
    revocations.revoke(&target(TargetKind::Email), &options).expect("a receipt");
    let verifier = verifier_of(&revocations);
    let token = current_token("a", 600);
    let refusal = verifier.verify(token.as_bytes()).map(drop).expect_err("a refusal");
    let shown = [
        refusal.to_string(),
        format!("{revocations:?}"),
        revocations.status().to_json(),
        verifier.explain(token.as_bytes(), Timestamp::now()),
    ];
    let email = target(TargetKind::Email);
    for text in &shown[..3] {
        assert!(!text.contains(email.value()), "{text}");
    }
    assert!(shown.iter().all(|text| !text.contains("the-operator") && !text.contains("the-reason")));
}
