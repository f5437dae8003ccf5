//! The local team and its keys, which meet no others: whichever comes first, and however keys are replaced.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cfaccess::{
    Config, FetchFunction, Keys, RemoteOptions, RevocationOptions, Revocations, RevokeOptions, Target,
    TargetKind, Verifier,
};
use serde_json::{Value, json};
use support::fetched::{document, eventually, good_token, now, other_document};
use support::local::{LOCAL, local_document, local_token, verdict, verifier_of};
use support::{mint, read_json};
use tempfile::TempDir;

const WARNING: &str = "local team: tokens of this computer only";

/// The second key of the local document alone.
fn later_local_document() -> Vec<u8> {
    let mut document = read_json("tests/vectors/local.jwks.json");
    document["keys"].as_array_mut().expect("keys").remove(0);
    document.to_string().into_bytes()
}

fn kids(keys: &Keys) -> Vec<String> {
    keys.status().keys.into_iter().map(|key| key.key_id).collect()
}

/// Keys that are fetched by a function which answers with these documents in turn, and then with the last.
fn fetched(team: &str, answers: Vec<Vec<u8>>, change: impl FnOnce(&mut RemoteOptions)) -> Keys {
    let calls = AtomicUsize::new(0);
    let mut options = RemoteOptions::default();
    options.cooldown = Duration::from_secs(1);
    options.fetch = Some(FetchFunction::new(move |_| {
        let call = calls.fetch_add(1, Ordering::SeqCst);
        Ok(answers[call.min(answers.len() - 1)].clone())
    }));
    change(&mut options);
    Keys::remote(team, options).expect("keys")
}

#[test]
fn no_order_of_calls_lets_keys_and_teams_of_two_kinds_meet() {
    for (team, own, foreign, other_team) in
        [("acme", document(), local_document(), LOCAL), (LOCAL, local_document(), document(), "acme")]
    {
        let keys = Keys::from_json(&own).expect("keys");
        let before = keys.status();
        // Before there is a verifier, and with one.
        assert_eq!(keys.load_json(&foreign).expect_err("a refusal").status().name(), "KEYS_INVALID");
        let verifier = verifier_of(team, &keys).expect("a verifier");
        assert_eq!(keys.load_json(&foreign).expect_err("a refusal").status().name(), "KEYS_INVALID");
        keys.clone().load_json(&foreign).map(drop).expect_err("a refusal through another handle");
        assert_eq!(keys.status(), before);
        // With keys that were replaced by others of their kind.
        keys.load_json(&own).expect("the same keys");
        assert!(keys.load_json(&foreign).is_err());
        let refusal = verifier_of(other_team, &keys).map(drop).expect_err("a refusal");
        assert_eq!(refusal.status().name(), "INVALID_CONFIG");
        assert!(refusal.message().contains("local Access"), "{refusal}");

        assert_eq!(verdict(&verifier, &local_token()), if team == LOCAL { "OK" } else { "WRONG_ISSUER" });
        assert_eq!(verdict(&verifier, &good_token()), if team == LOCAL { "WRONG_ISSUER" } else { "OK" });
    }
}

#[test]
fn a_refused_document_leaves_cached_tokens_as_they_are() {
    let keys = Keys::from_json(&local_document()).expect("keys");
    let verifier = verifier_of(LOCAL, &keys).expect("a verifier");
    assert_eq!(verdict(&verifier, &local_token()), "OK");

    assert!(keys.load_json(&other_document()).is_err());
    assert_eq!(verdict(&verifier, &local_token()), "OK");
    assert_eq!(verifier.stats().hits, 1);

    keys.load_json(&later_local_document()).expect("a rotation");
    assert_eq!(verdict(&verifier, &local_token()), "UNKNOWN_KEY");
}

#[test]
fn keys_from_a_file_are_told_apart_too() {
    let keys = Keys::from_file(&support::repository("tests/vectors/local.jwks.json")).expect("keys");
    assert!(verifier_of("acme", &keys).is_err());
    assert!(verifier_of(LOCAL, &keys).is_ok());
}

#[test]
fn a_fetch_brings_no_keys_of_the_other_kind() {
    for (team, foreign) in [("acme", local_document()), (LOCAL, document())] {
        let keys = fetched(team, vec![foreign], |_| {});
        let refusal = keys.connect().expect_err("no keys");
        assert_eq!(refusal.status().name(), "KEYS_UNAVAILABLE");
        assert!(refusal.message().contains("marked as those of a local Access"), "{refusal}");
        assert!(keys.status().keys.is_empty());
        let verifier = verifier_of(team, &keys).expect("a verifier");
        let token = if team == LOCAL { local_token() } else { good_token() };
        assert_eq!(verdict(&verifier, &token), "KEYS_UNAVAILABLE");
    }
}

#[test]
fn a_refresh_with_keys_of_the_other_kind_leaves_those_in_force() {
    for (team, own, foreign) in
        [("acme", document(), local_document()), (LOCAL, local_document(), document())]
    {
        let keys =
            fetched(team, vec![own, foreign], |options| options.refresh_after = Duration::from_secs(1));
        keys.connect().expect("keys");
        let in_force = kids(&keys);
        let verifier = verifier_of(team, &keys).expect("a verifier");
        let token = if team == LOCAL { local_token() } else { good_token() };
        eventually("a refresh that fails", || {
            assert_eq!(verdict(&verifier, &token), "OK");
            keys.status().failures > 0
        });

        assert_eq!(kids(&keys), in_force);
        assert_eq!(verdict(&verifier, &token), "OK");
        let reason = keys.status().last_error.expect("a reason");
        assert!(reason.contains("marked as those of a local Access"), "{reason}");
    }
}

#[test]
fn a_copy_on_disk_of_the_other_kind_is_ignored() {
    for (team, own, other_team, foreign) in
        [("acme", document(), LOCAL, local_document()), (LOCAL, local_document(), "acme", document())]
    {
        let folder = TempDir::new().expect("a folder");
        let copy = folder.path().join("keys.json");
        let with_copy = |team, document: &Vec<u8>| {
            let keys =
                fetched(team, vec![document.clone()], |options| options.cache_file = Some(copy.clone()));
            (keys.status(), keys)
        };
        let (_, keys) = with_copy(other_team, &foreign);
        keys.connect().expect("keys");
        keys.close();

        let (status, _) = with_copy(team, &own);
        assert!(status.keys.is_empty());
        let reason = status.last_error.expect("a reason");
        assert!(reason.starts_with("the copy in the cache_file was ignored: the keys are "), "{reason}");
        let (status, _) = with_copy(other_team, &foreign);
        assert_eq!(status.keys.len(), 2, "its own team takes it");
    }
}

#[test]
fn the_local_team_says_so_everywhere() {
    let verifier =
        verifier_of(LOCAL, &Keys::from_json(&local_document()).expect("keys")).expect("a verifier");
    let explanation: Value =
        serde_json::from_str(&verifier.explain(local_token().as_bytes(), now())).expect("JSON");
    let stats: Value = serde_json::from_str(&verifier.stats().to_json()).expect("JSON");

    assert_eq!(verifier.warnings(), [WARNING]);
    assert_eq!(explanation["warnings"], json!([WARNING]));
    assert_eq!(stats["warnings"], json!([WARNING]));
}

#[test]
fn revocations_of_the_local_team_are_like_any_other() {
    let revocations = Revocations::open("memory:", LOCAL, RevocationOptions::default()).expect("revocations");
    let mut config = Config::new(LOCAL).expect("a team");
    config.add_audience(mint::AUDIENCE).expect("an audience");
    config.set_revocations(&revocations);
    let keys = Keys::from_json(&local_document()).expect("keys");
    let verifier = Verifier::new(config, keys).expect("a verifier");
    assert_eq!(verdict(&verifier, &local_token()), "OK");

    let email = mint::person()["email"].as_str().expect("an e-mail").to_owned();
    let target = Target::new(TargetKind::Email, &email).expect("a target");
    revocations.revoke(&target, &RevokeOptions::default()).expect("a revocation");

    assert_eq!(verdict(&verifier, &local_token()), "REVOKED");
}
