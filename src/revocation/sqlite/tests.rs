//! What the store says to those who poll it.

use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::super::entry::{Action, Note, Terms};
use super::super::store::{Change, Order, Page, Position, Receipt, Store};
use super::super::target::{Target, TargetKind};
use super::{Location, Sqlite};
use crate::team::Team;
use crate::time::Timestamp;

const TIMEOUT: Duration = Duration::from_secs(1);
const REVOKE: Action = Action::Revoke { at: None, margin: 2 };

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(TempDir::new().expect("a folder"))
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.path().join("revocations.db")
    }

    fn store(&self) -> Sqlite {
        let location = Location::parse(self.path().to_str().expect("a path")).expect("a location");
        Sqlite::new(location, &Team::parse("acme").expect("a team"))
    }

    fn sql(&self, text: &str) {
        Connection::open(self.path()).expect("a file").execute_batch(text).expect(text);
    }
}

fn subject(value: &str) -> Target {
    Target::new(TargetKind::Subject, value).expect("a target")
}

fn write(store: &Sqlite, target: &Target, action: Action) -> Receipt {
    let note = Note::default();
    let order = Order { target, action, writer_clock: Timestamp::now(), note: &note };
    store.write(&[order], TIMEOUT).expect("receipts").remove(0)
}

fn position(store: &Sqlite) -> Position {
    store.position(TIMEOUT).expect("a position")
}

fn changes(store: &Sqlite, version: u64) -> Page {
    store.changes_after(version, TIMEOUT).expect("changes")
}

#[test]
fn a_position_names_the_file_its_latest_write_and_its_entries() {
    let place = Place::new();
    let store = place.store();
    let first = position(&store);
    assert_eq!((first.version, first.entries, first.counted), (0, 0, 0));
    assert_eq!(first.epoch.len(), 32);

    write(&store, &subject("a"), REVOKE);
    let receipt = write(&store, &subject("a"), REVOKE);
    let second = position(&place.store());
    assert_eq!(second, Position { version: receipt.version, entries: 1, counted: 1, ..first.clone() });

    std::fs::remove_file(place.path()).expect("removed");
    let third = position(&store);
    assert_eq!((third.version, third.entries), (0, 0));
    assert_ne!(third.epoch, first.epoch);
}

#[test]
fn a_file_that_was_copied_over_is_another_connection() {
    let place = Place::new();
    let store = place.store();
    let before = position(&store);
    let copy = place.0.path().join("copy");
    std::fs::copy(place.path(), &copy).expect("a copy");
    std::fs::rename(&copy, place.path()).expect("replaced");

    let after = position(&store);

    assert_ne!(after.connection, before.connection);
    assert_eq!(after.epoch, before.epoch);
}

#[test]
fn changes_come_in_the_order_of_their_versions_by_the_thousand() {
    let place = Place::new();
    let store = place.store();
    let targets: Vec<_> = (0..2_500).map(|number| subject(&format!("{number}"))).collect();
    let note = Note::default();
    let orders: Vec<_> = targets
        .iter()
        .map(|target| Order { target, action: REVOKE, writer_clock: Timestamp::now(), note: &note })
        .collect();
    let receipts = store.write(&orders, TIMEOUT).expect("receipts");
    assert_eq!(receipts.len(), 2_500);

    let mut all = Vec::new();
    let mut next = Some(0);
    let mut pages = 0;
    while let Some(version) = next {
        let page = changes(&store, version);
        next = page.up_to;
        all.extend(page.changes);
        pages += 1;
    }

    let written = receipts.into_iter().map(|receipt| Change {
        target: receipt.target,
        terms: receipt.terms,
        version: receipt.version,
    });
    assert_eq!(all, written.collect::<Vec<_>>());
    assert_eq!(pages, 3);
    assert!(changes(&store, u64::MAX).changes.is_empty());
}

#[test]
fn a_lift_is_a_change() {
    let place = Place::new();
    let store = place.store();
    let before = write(&store, &subject("a"), REVOKE).version;
    let lift = write(&store, &subject("a"), Action::Lift);
    assert!(lift.terms.is_lifted());
    let page = changes(&store, before);
    assert_eq!(page.changes, [Change { target: subject("a"), terms: lift.terms, version: lift.version }]);
}

#[test]
fn an_entry_that_cannot_be_read_refuses_always_until_it_is_lifted() {
    let place = Place::new();
    let store = place.store();
    for value in ["a", "b", "c"] {
        write(&store, &subject(value), REVOKE);
    }
    place.sql(
        "PRAGMA ignore_check_constraints = ON;
         UPDATE entries SET not_issued_after = -1, expires_at = 1 WHERE value = 'a';
         UPDATE entries SET blocked_until = 9007199254740992, expires_at = 1 WHERE value = 'b';
         UPDATE entries SET expires_at = -1 WHERE value = 'c';",
    );

    assert_eq!(store.purge(Timestamp::now(), TIMEOUT), Ok(0));
    let page = changes(&store, 0);
    assert_eq!((page.changes.len(), page.skipped), (3, 0));
    assert!(page.changes.iter().all(|change| change.terms == Terms::ALWAYS), "{page:?}");
    assert_eq!(write(&store, &subject("a"), REVOKE).terms.not_issued_after, Some(Timestamp::MAX));
    assert!(write(&store, &subject("a"), Action::Lift).terms.is_lifted());
}

#[test]
fn an_entry_of_an_unknown_target_is_skipped_and_counted() {
    let place = Place::new();
    let store = place.store();
    for value in ["a", "b", "c", "d"] {
        write(&store, &subject(value), REVOKE);
    }
    place.sql(
        "UPDATE entries SET kind = 'device' WHERE value = 'a';
         UPDATE entries SET value = '' WHERE value = 'b';
         UPDATE entries SET value = CAST(x'ff' AS TEXT) WHERE value = 'c';",
    );
    let page = changes(&store, 0);
    assert_eq!((page.changes.len(), page.skipped), (1, 3));
}

#[test]
fn the_later_clock_counts_and_one_that_is_far_off_writes_nothing() {
    let place = Place::new();
    let store = place.store();
    let (target, note) = (subject("a"), Note::default());
    let written_at = |offset: i64| {
        let writer_clock = Timestamp::now().plus(offset);
        let order = Order { target: &target, action: REVOKE, writer_clock, note: &note };
        store.write(&[order], TIMEOUT).map(|mut receipts| receipts.remove(0))
    };
    let behind = written_at(-100).expect("a receipt");
    assert!((99..=101).contains(&behind.clock_ahead), "{behind:?}");
    let cut_off = behind.terms.not_issued_after.expect("a cut-off");
    assert!((1..=2).contains(&cut_off.since(Timestamp::now())), "{behind:?}");
    let ahead = written_at(100).expect("a receipt");
    assert!(ahead.terms.not_issued_after.expect("a cut-off").since(cut_off) >= 99);

    for offset in [-310, 310] {
        let error = written_at(offset).expect_err("an error");
        assert!(error.reason().contains("the clock of the store"), "{error:?}");
    }
    assert_eq!(position(&store).version, ahead.version);
}

#[test]
fn an_entry_with_the_version_of_another_write_is_not_replaced_by_it() {
    let place = Place::new();
    let store = place.store();
    let version = write(&store, &subject("a"), REVOKE).version;
    // As if the account were lost, and the clock had gone back.
    let far = version + 1_000_000_000;
    place.sql(&format!("UPDATE entries SET version = {}; UPDATE teams SET version = {far}", far + 1));
    let (target, note) = (subject("b"), Note::default());
    let order = Order { target: &target, action: REVOKE, writer_clock: Timestamp::now(), note: &note };

    let error = store.write(&[order], TIMEOUT).expect_err("an error");

    assert!(error.reason().contains("damaged"), "{error:?}");
    assert_eq!(changes(&store, 0).changes.len(), 1);
}
