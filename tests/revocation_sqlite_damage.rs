//! Files of revocations that are damaged, or none.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use cfaccess::{Status, Terms, Timestamp};
use support::session::{current_token, status_of, verifier_with};
use support::spoiled::{assert_refused, reasons};
use support::store::{Place, filled, open, revoke_subject, truncate};

fn write_at(path: &Path, range: std::ops::Range<usize>, byte: impl Fn(usize) -> u8) {
    let mut content = fs::read(path).expect("a file");
    let end = range.end.min(content.len());
    content[range.start..end].iter_mut().enumerate().for_each(|(index, place)| *place = byte(index));
    fs::write(path, content).expect("a file");
}

#[test]
fn a_truncated_file_is_refused() {
    for (length, reason) in
        [(10, "not an SQLite file"), (100, "damaged"), (4_096, "damaged"), (40_000, "damaged")]
    {
        assert_refused(|place| truncate(&place.path, length), reason);
    }
}

#[test]
fn a_file_with_garbage_in_it_is_refused() {
    let noise = |index: usize| (index * 131 % 251) as u8;
    assert_refused(|place| write_at(&place.path, 0..usize::MAX, |_| 0), "not an SQLite file");
    assert_refused(|place| write_at(&place.path, 0..usize::MAX, noise), "not an SQLite file");
    assert_refused(|place| write_at(&place.path, 4_096..usize::MAX, noise), "damaged");
    assert_refused(|place| write_at(&place.path, 4_096..usize::MAX, |_| 0), "damaged");
    assert_refused(
        |place| fs::write(&place.path, "revoked = ada@example.com\n").expect("a file"),
        "not an SQLite",
    );
}

#[test]
fn garbage_in_any_page_opens_nothing_that_is_known() {
    for page in 1..12 {
        let place = filled();
        let before = place.open();
        let verifier = verifier_with(|config| config.set_revocations(&before));
        let revoked = current_token("revoked", 600);
        assert_eq!(status_of(&verifier, &revoked), Status::Revoked);
        write_at(&place.path, page * 4_096..(page + 1) * 4_096, |index| (index * 7 % 256) as u8);

        // Whoever comes new either knows of every entry, or of none and says so.
        let after = place.open();
        if after.connect().is_ok() {
            assert_eq!(after.status().entries, 502, "page {page}");
        }
        assert_eq!(status_of(&verifier, &revoked), Status::Revoked);
    }
}

#[test]
fn a_file_of_something_else_is_refused() {
    assert_refused(
        |place| {
            fs::remove_file(&place.path).expect("removed");
            place.sql().execute_batch("CREATE TABLE entries (a)").expect("SQL");
        },
        "not a store of revocations",
    );
    assert_refused(
        |place| place.sql().execute_batch("PRAGMA user_version = 2").expect("SQL"),
        "it has format 2; this library reads format 1",
    );
    assert_refused(
        |place| {
            let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
            assert_eq!(place.sql().query_row("PRAGMA journal_mode = WAL", [], mode), Ok("wal".to_owned()));
        },
        "its journal mode was changed to wal",
    );
}

#[test]
fn a_store_without_its_tables_is_refused() {
    for table in ["meta", "teams", "entries"] {
        let place = filled();
        place.sql().execute_batch(&format!("DROP TABLE {table}")).expect("SQL");
        for found in reasons(&place.url()) {
            assert!(found.contains("damaged"), "{found}");
        }
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let replace = |place: &Place| fs::remove_file(&place.path).expect("removed");
    assert_refused(
        |place| {
            replace(place);
            fs::create_dir(&place.path).expect("a folder");
        },
        "it is not a file",
    );
    assert_refused(
        |place| {
            replace(place);
            let made = Command::new("mkfifo").arg(&place.path).status();
            assert!(made.is_ok_and(|status| status.success()));
        },
        "it is not a file",
    );
    assert_refused(
        |place| {
            let other = place.folder.path().join("other.db");
            fs::rename(&place.path, &other).expect("moved");
            symlink(&other, &place.path).expect("a link");
        },
        "it is a symbolic link",
    );
    assert_refused(
        |place| fs::remove_dir_all(place.folder.path()).expect("removed"),
        "folder does not exist",
    );
}

#[test]
fn a_folder_may_be_reached_by_a_symbolic_link() {
    let place = filled();
    let elsewhere = tempfile::TempDir::new().expect("a folder");
    let link = elsewhere.path().join("link");
    symlink(place.folder.path(), &link).expect("a link");
    open(&format!("sqlite:{}/revocations.db", link.display())).connect().expect("an answer");
}

#[test]
fn an_entry_that_cannot_be_read_refuses_and_a_target_that_cannot_is_told() {
    let place = Place::new();
    for value in ["revoked", "unreadable", "unknown"] {
        revoke_subject(&place, value);
    }
    place
        .sql()
        .execute_batch(
            "PRAGMA ignore_check_constraints = ON;
             UPDATE entries SET not_issued_after = -1, expires_at = 1 WHERE value = 'unreadable';
             UPDATE entries SET kind = 'device' WHERE value = 'unknown';",
        )
        .expect("SQL");
    let revocations = place.open();
    let verifier = verifier_with(|config| config.set_revocations(&revocations));
    let statuses = ["revoked", "unreadable", "unknown"]
        .map(|subject| status_of(&verifier, &current_token(subject, 600)));
    assert_eq!(statuses, [Status::Revoked, Status::Revoked, Status::Ok]);
    assert_eq!(revocations.status().skipped, 1);
    let listed = revocations.list(None, None, 10).expect("entries");
    let terms: Vec<(&str, Terms)> = listed.iter().map(|entry| (entry.target.value(), entry.terms)).collect();
    assert_eq!(terms.len(), 2);
    assert_eq!(terms[1].1.not_issued_after, Some(Timestamp::MAX));
}
