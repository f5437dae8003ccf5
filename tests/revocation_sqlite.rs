//! Revocations in an SQLite file: what is kept, and in which form it is found again.
#![cfg(all(unix, feature = "store-sqlite"))]

mod support;

use std::os::unix::fs::MetadataExt;
use std::{fs, thread};

use cfaccess::{
    Note, RevocationEntry, Revocations, RevokeOptions, Status, Target, TargetKind, Terms, Timestamp,
};
use support::fetched::eventually;
use support::session::{current_token, seconds_now, verifier_with};
use support::store::{Place, cut_off_at, email, open, options, revoke, values};

fn note(made_by: &str, reason: &str) -> Note {
    Note { made_by: made_by.to_owned(), reason: reason.to_owned() }
}

#[test]
fn the_bundled_sqlite_is_without_the_fault_of_the_write_ahead_log() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn an_entry_is_in_force_for_every_handle() {
    let place = Place::new();
    let [writer, reader] = [place.open(), place.open()];
    let verifier = verifier_with(|config| config.set_revocations(&reader));
    let token = current_token("a", 600);
    let status = || verifier.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok);
    assert_eq!(status(), Status::Ok);

    writer.revoke(&Target::team(), &RevokeOptions::default()).expect("a receipt");

    eventually("the entry", || status() == Status::Revoked);
    assert_eq!(reader.status().source, "sqlite");
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let place = Place::new();
    let until = Timestamp::new(seconds_now() + 1_000).expect("a time");
    let receipt = {
        let revocations = place.open();
        revocations.revoke(&email("ada"), &cut_off_at(1_000_000)).expect("a receipt");
        let receipt =
            revocations.block(&email("ada"), Some(until), &note("ops", "a reason")).expect("a receipt");
        revocations.block(&email("eve"), None, &Note::default()).expect("a receipt");
        receipt
    };

    let entries = place.open().list(None, None, 10).expect("entries");

    let [ada, eve] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((&ada.target, ada.terms), (&email("ada"), receipt.terms));
    assert_eq!(ada.terms.blocked_until, Some(until));
    assert_eq!((ada.made_by.as_str(), ada.reason.as_str()), ("ops", "a reason"));
    assert!((seconds_now() - ada.made_at.seconds()).abs() <= 2);
    assert_eq!(eve.terms.blocked_until, Some(Timestamp::MAX));
    assert_eq!(receipt.clock_ahead, 0);
}

#[test]
fn entries_are_listed_by_kind_and_value_in_pages() {
    let place = Place::new();
    let revocations = place.open();
    let mut targets = vec![Target::team()];
    for kind in TargetKind::ALL.into_iter().skip(1) {
        for value in ["b@x", "a@x", "Ab@x"] {
            targets.push(Target::new(kind, value).expect("a target"));
        }
    }
    for target in &targets {
        revocations.revoke(target, &RevokeOptions::default()).expect("a receipt");
    }
    targets.sort();

    let mut listed: Vec<Target> = Vec::new();
    loop {
        let page = revocations.list(None, listed.last(), 2).expect("entries");
        if page.is_empty() {
            break;
        }
        listed.extend(page.into_iter().map(|entry| entry.target));
    }

    assert_eq!(listed, targets);
    let of_kind = revocations.list(Some(TargetKind::Service), Some(&targets[0]), 10).expect("entries");
    assert!(of_kind.iter().all(|entry| entry.target.kind() == TargetKind::Service));
    assert_eq!(of_kind.len(), 3);
}

#[test]
fn the_audit_has_a_line_for_each_write() {
    let place = Place::new();
    let revocations = place.open();
    revocations.revoke(&email("ada"), &RevokeOptions::default()).expect("a receipt");
    let receipt = revocations.block(&email("ada"), None, &note("ops", "left")).expect("a receipt");
    revocations.lift(&email("ada"), &Note::default()).expect("a receipt");

    let lines = place.open().audit("", 10).expect("lines");

    let actions: Vec<_> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["revoke", "block", "lift"]);
    assert_eq!((&lines[1].target, lines[1].terms), (&receipt.target, receipt.terms));
    assert_eq!((lines[1].made_by.as_str(), lines[1].reason.as_str()), ("ops", "left"));
    assert_eq!(revocations.audit(&lines[1].id, 10).expect("lines"), lines[2..]);
    assert_eq!(revocations.audit(&lines[0].id, 1).expect("lines"), lines[1..2]);
}

#[test]
fn the_audit_keeps_its_latest_lines() {
    let place = Place::new();
    let revocations = place.open();
    revoke(&revocations, "first");
    let entry = revocations.list(None, None, 1).expect("entries").remove(0);
    revocations.import(&vec![entry; 100_000]).expect("receipts");

    let lines = revocations.audit("", 10).expect("lines");

    assert_eq!(lines[0].action, "import");
    let count: i64 =
        place.sql().query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).expect("a number");
    assert_eq!(count, 100_000);
}

#[test]
fn all_entries_of_an_import_are_written_or_none() {
    let place = Place::new();
    let revocations = place.open();
    revoke(&revocations, "ada");
    let mut entries: Vec<RevocationEntry> = Vec::new();
    for name in ["bob", "eve"] {
        let mut entry = revocations.list(None, None, 1).expect("entries").remove(0);
        entry.target = email(name);
        entries.push(entry);
    }
    // There are two more versions, for four entries.
    place.sql().execute("UPDATE teams SET version = ?1", [i64::MAX - 2]).expect("SQL");
    let refusal = revocations.import(&[&entries[..], &entries[..]].concat()).expect_err("a refusal");
    assert_eq!(refusal.status(), Status::RevocationsUnavailable);
    assert_eq!(values(&revocations), ["ada@example.com"]);
}

#[test]
fn teams_share_a_file_and_no_entry() {
    let place = Place::new();
    let ours = place.open();
    let theirs = Revocations::open(&place.url(), "other", options()).expect("a store");
    revoke(&ours, "ada");
    revoke(&theirs, "eve");

    assert_eq!(values(&ours), ["ada@example.com"]);
    assert_eq!(values(&theirs), ["eve@example.com"]);
    assert_eq!(ours.audit("", 10).expect("lines").len(), 1);
    ours.connect().expect("an answer");
    assert_eq!(ours.status().entries, 1);
}

#[test]
fn entries_that_fell_away_are_removed_an_hour_later() {
    let place = Place::new();
    let revocations = place.open();
    let now = seconds_now();
    let expiring = |name: &str, at: i64| {
        let mut entry = RevocationEntry::clone(&revocations.list(None, None, 1).expect("entries")[0]);
        entry.target = email(name);
        entry.terms = Terms {
            not_issued_after: Timestamp::new(1),
            blocked_until: None,
            expires_at: Timestamp::new(at).expect("a time"),
        };
        entry
    };
    revoke(&revocations, "ada");
    let mut entries: Vec<_> = (0..250).map(|number| expiring(&format!("old{number}"), now - 3_700)).collect();
    entries.push(expiring("recent", now - 3_500));
    revocations.import(&entries).expect("receipts");
    assert_eq!(values(&revocations).len(), 152, "a write removes a hundred");

    revoke(&revocations, "ada");
    assert_eq!(values(&revocations).len(), 52);
    assert_eq!(revocations.purge().expect("a number"), 50);
    assert_eq!(values(&revocations), ["ada@example.com", "recent@example.com"]);

    let counted: i64 =
        place.sql().query_row("SELECT entries FROM teams", [], |row| row.get(0)).expect("a number");
    assert_eq!(counted, 2);
}

#[test]
fn versions_grow_even_if_the_clock_does_not() {
    let place = Place::new();
    let revocations = place.open();
    let first = revocations.revoke(&email("ada"), &RevokeOptions::default()).expect("a receipt").version;
    let ahead = first as i64 + 1_000_000_000;
    place.sql().execute("UPDATE teams SET version = ?1", [ahead]).expect("SQL");

    let second = revocations.revoke(&email("ada"), &RevokeOptions::default()).expect("a receipt").version;

    assert_eq!(second as i64, ahead + 1);
}

#[test]
fn a_new_file_is_for_its_owner_or_for_the_group_of_its_folder() {
    for (folder_mode, file_mode) in [(0o700, 0o600), (0o775, 0o600), (0o2750, 0o640)] {
        let place = Place::new();
        support::set_mode(place.folder.path(), folder_mode);
        place.open().connect().expect("an answer");
        assert_eq!(fs::metadata(&place.path).expect("a file").mode() & 0o777, file_mode, "{folder_mode:o}");
        assert_eq!(fs::read_dir(place.folder.path()).expect("a folder").count(), 1);
    }
}

#[test]
fn a_store_that_must_exist_is_not_created() {
    let place = Place::new();
    let url = format!("{}?require_initialised=true", place.url());
    for _ in 0..2 {
        let refusal = open(&url).connect().expect_err("a refusal");
        assert_eq!(refusal.status(), Status::RevocationsUnavailable);
        assert!(refusal.message().contains("require_initialised"), "{refusal}");
        let write = open(&url).revoke(&email("ada"), &RevokeOptions::default()).expect_err("a refusal");
        assert!(write.message().contains("require_initialised"), "{write}");
        // An empty file is no store either.
        fs::write(&place.path, "").expect("a file");
    }
    assert_eq!(fs::metadata(&place.path).expect("a file").len(), 0);

    revoke(&place.open(), "ada");
    assert_eq!(values(&open(&url)), ["ada@example.com"]);
}

#[test]
fn a_url_that_cannot_be_meant_is_refused() {
    for rest in ["", "//host/a.db", "a.db?mode=ro", "a.db?allow_network=yes"] {
        let url = format!("sqlite:{rest}");
        let refusal = Revocations::open(&url, "acme", options()).expect_err("a refusal");
        assert_eq!(refusal.status(), Status::InvalidConfig, "{url}");
    }
}

#[test]
fn every_call_fits_on_the_stack_that_the_header_promises() {
    let place = Place::new();
    let calls = move || {
        let revocations = place.open();
        revoke(&revocations, "ada");
        let terms = revocations.lift(&email("ada"), &Note::default()).expect("a receipt").terms;
        assert!(terms.is_lifted());
        revocations.connect().expect("an answer");
        assert_eq!((values(&revocations).len(), revocations.audit("", 9).expect("lines").len()), (1, 2));
        assert_eq!(revocations.purge().expect("a number"), 0);
    };
    let thread = thread::Builder::new().stack_size(256 * 1024).spawn(calls).expect("a thread");
    thread.join().expect("no panic");
}
