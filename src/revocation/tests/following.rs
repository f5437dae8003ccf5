//! What is read of a store, and what becomes of it if the store has lost some.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::entry::{Action, Terms};
use super::super::store::{Change, Position, Receipt};
use super::super::table::{Changes, Table};
use super::super::{Note, RevocationOptions, Revocations, RevokeOptions, Target, TargetKind};
use super::fake::{Fake, lifted, revoked};
use super::session::{email, eventually, milliseconds, status_of, token, verdict, verifier};
use crate::refresh::LogFunction;
use crate::status::Status;
use crate::time::Timestamp;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn listen(&self, options: &mut RevocationOptions) {
        let lines = Arc::clone(&self.0);
        options.log =
            Some(LogFunction::new(move |_, line| lines.lock().expect("lines").push(line.to_owned())));
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("lines").clone()
    }
}

/// The process takes over what the store says now.
fn catch_up(fake: &Fake, revocations: &Revocations) {
    std::thread::sleep(milliseconds(401));
    let before = fake.questions();
    revocations.connect().expect("an answer");
    assert_eq!(fake.questions(), before + 1);
}

#[test]
fn every_page_is_read_and_later_only_what_is_new() {
    let fake = Fake::new();
    fake.contents().page = 3;
    (0..10).for_each(|number| {
        fake.put(&email(&number.to_string()), revoked(&email("a")));
    });
    let revocations = fake.revocations();
    revocations.connect().expect("an answer");
    assert_eq!((fake.pages(), revocations.status().entries), (4, 10));

    catch_up(&fake, &revocations);
    assert_eq!(fake.pages(), 4, "nothing is new");
    let version = revocations.status().version;

    fake.put(&email("new"), revoked(&email("a")));
    fake.put(&email("0"), lifted(&email("a")));
    catch_up(&fake, &revocations);
    assert_eq!((fake.pages(), revocations.status().entries), (5, 10));
    assert!(revocations.status().version > version);
    let verifier = verifier(&revocations);
    let verdicts = ["0", "1", "new"].map(|name| verdict(&verifier, &token(name)));
    assert_eq!(verdicts, [Status::Ok, Status::Revoked, Status::Revoked]);
}

#[test]
fn a_store_that_repeats_a_page_is_an_error_and_not_the_end() {
    let fake = Fake::new();
    fake.put(&email("a"), revoked(&email("a")));
    fake.contents().repeats = true;
    let refusal = fake.revocations().connect().expect_err("no end");
    assert!(refusal.message().contains("does not go on"), "{refusal}");
}

#[test]
fn the_first_write_of_an_empty_store_is_no_loss() {
    let fake = Fake::new();
    fake.contents().position.epoch = String::new();
    let revocations = fake.revocations();
    revocations.connect().expect("an answer");
    fake.contents().position.epoch = "made with the first write".to_owned();
    fake.put(&email("a"), revoked(&email("a")));
    catch_up(&fake, &revocations);
    assert_eq!((revocations.status().losses, revocations.status().entries), (0, 1));
}

#[test]
fn too_many_entries_are_an_error_and_never_a_part_of_them() {
    let fake = Fake::new();
    fake.contents().position.counted = 2_000_001;
    fake.contents().position.entries = 2_000_001;
    let revocations = fake.revocations();
    let refusal = revocations.connect().expect_err("too many");
    assert_eq!(refusal.status(), Status::RevocationsUnavailable);
    assert!(refusal.message().ends_with("the store has 2000001 entries; at most 2000000 are supported"));
    assert_eq!(verdict(&verifier(&revocations), &token("a")), Status::RevocationsUnavailable);
}

#[test]
fn what_the_store_lost_stays_known_and_is_told_once() {
    type Loss = fn(&Fake);
    let losses: [(&str, Loss); 3] = [
        ("it is another store", |fake| {
            fake.contents().position.epoch = "another".to_owned();
            fake.contents().lose(1);
        }),
        ("its latest write is gone", |fake| fake.contents().lose(1)),
        ("its count of entries is wrong", |fake| {
            let mut contents = fake.contents();
            contents.changes.pop();
            contents.position.counted -= 1;
        }),
    ];
    for (reason, lose) in losses {
        let (fake, log) = (Fake::new(), Log::default());
        let revocations = fake.revocations_with(|options| log.listen(options));
        let verifier = verifier(&revocations);
        for name in ["kept", "lost"] {
            fake.put(&email(name), revoked(&email(name)));
        }
        revocations.connect().expect("an answer");

        lose(&fake);
        catch_up(&fake, &revocations);
        catch_up(&fake, &revocations);

        assert_eq!(["kept", "lost"].map(|name| verdict(&verifier, &token(name))), [Status::Revoked; 2]);
        assert_eq!(revocations.status().losses, 1, "{reason}");
        let lines = log.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(reason), "{lines:?}");

        // From then on it is followed again, in either direction.
        fake.put(&email("new"), revoked(&email("new")));
        fake.put(&email("lost"), lifted(&email("lost")));
        catch_up(&fake, &revocations);
        let verdicts = ["kept", "lost", "new"].map(|name| verdict(&verifier, &token(name)));
        assert_eq!(verdicts, [Status::Revoked, Status::Ok, Status::Revoked], "{reason}");
    }
}

#[test]
fn what_the_store_cannot_read_is_told() {
    let (fake, log) = (Fake::new(), Log::default());
    let revocations = fake.revocations_with(|options| log.listen(options));
    fake.put(&email("a"), Terms::ALWAYS);
    fake.contents().skipped = 2;
    revocations.connect().expect("an answer");

    assert_eq!(revocations.status().skipped, 2);
    let host = "revocations of acme.cloudflareaccess.com:";
    assert_eq!(
        log.lines(),
        [
            format!("{host} 2 entries of the store cannot be read and are not used"),
            format!("{host} 1 entries of the store cannot be read and count as revoked"),
        ]
    );
    assert_eq!(verdict(&verifier(&revocations), &token("a")), Status::Revoked);
}

#[test]
fn a_write_that_the_position_hid_is_found_after_a_new_connection() {
    let fake = Fake::new();
    let now = 1_700_000_000_000_000;
    fake.contents().position.version = now;
    fake.put(&email("a"), revoked(&email("a")));
    let revocations = fake.revocations();
    revocations.connect().expect("an answer");

    // The server that took over had a clock that was behind, by a little and by much.
    for (name, behind) in [("little", 1_000_000), ("much", 3_600_000_000)] {
        let change = Change { target: email(name), terms: revoked(&email(name)), version: now - behind };
        fake.contents().changes.insert(0, change);
    }
    let mut contents = fake.contents();
    (contents.position.entries, contents.position.counted) = (3, 3);
    contents.changes.sort_by_key(|change| change.version);
    contents.page = 1;
    drop(contents);
    catch_up(&fake, &revocations);
    assert_eq!(revocations.status().entries, 1, "it cannot be seen");

    fake.contents().position.connection = 2;
    catch_up(&fake, &revocations);
    assert_eq!(revocations.status().entries, 3);
    assert_eq!(revocations.status().losses, 0);
}

#[test]
fn a_store_that_takes_long_to_read_is_read_to_its_end() {
    let fake = Fake::new();
    (0..12).for_each(|number| {
        fake.put(&email(&number.to_string()), revoked(&email("a")));
    });
    fake.contents().page = 1;
    fake.set_mood(super::fake::Mood::IsSlow(milliseconds(60)));
    let revocations = fake.revocations();
    let (verifier, other) = (verifier(&revocations), token("other"));
    std::thread::scope(|scope| {
        let connected = scope.spawn(|| revocations.connect());
        std::thread::sleep(milliseconds(400));
        let begin = std::time::Instant::now();
        assert_eq!(verdict(&verifier, &other), Status::RevocationsUnavailable);
        assert!(begin.elapsed() < milliseconds(200), "nobody waits for it: {:?}", begin.elapsed());
        connected.join().expect("a thread").expect("an answer");
    });
    let status = revocations.status();
    assert_eq!((status.entries, status.failures, status.last_error), (12, 0, None));
}

/// A table that has read the store up to a version.
fn table_at(version: u64) -> Table {
    let table = Table::new(true);
    apply(&table, &[], version, false);
    table
}

fn apply(table: &Table, changes: &[(u64, Terms)], version: u64, has_lost: bool) {
    let target = email("a");
    let changes = changes.iter().map(|(version, terms)| Change {
        target: target.clone(),
        terms: *terms,
        version: *version,
    });
    let edits = changes.map(|change| table.edit(&change)).collect();
    let position = Position { epoch: String::new(), version, entries: 1, counted: 1, connection: 0 };
    table.apply(Changes { edits, position, has_lost }, Timestamp::now());
}

fn apply_own(table: &Table, version: u64, terms: Terms) {
    let receipt = Receipt { target: email("a"), terms, version, clock_ahead: 0, replicas: None };
    table.apply_own(&[receipt], Timestamp::now());
}

fn entries(table: &Table) -> usize {
    table.snapshot().entries()
}

#[test]
fn a_fetch_in_flight_does_not_undo_an_own_write() {
    let (revoked, lifted) = (revoked(&email("a")), lifted(&email("a")));
    let table = table_at(10);
    apply_own(&table, 12, lifted);
    apply(&table, &[(11, revoked)], 11, false);
    assert_eq!(entries(&table), 0, "the later write was a lift");
    apply(&table, &[(12, lifted)], 12, false);
    apply(&table, &[(13, revoked)], 13, false);
    assert_eq!(entries(&table), 1);
}

#[test]
fn an_own_write_that_comes_late_does_not_undo_what_was_read() {
    let table = table_at(10);
    apply(&table, &[(12, revoked(&email("a")))], 12, false);
    apply_own(&table, 11, lifted(&email("a")));
    assert_eq!(entries(&table), 1);
}

#[test]
fn an_own_write_that_the_store_lost_does_not_hide_those_that_follow() {
    let table = table_at(10);
    apply_own(&table, 20, lifted(&email("a")));
    // The clock of the store that took over is behind.
    apply(&table, &[(15, revoked(&email("a")))], 15, true);
    assert_eq!(entries(&table), 1);
}

#[test]
fn a_clock_that_was_wrong_for_a_while_forgets_nothing() {
    let in_an_hour = Timestamp::now().plus(3_600);
    let block =
        Action::Block { until: in_an_hour, margin: 0 }.apply(TargetKind::Email, None, Timestamp::now());
    let version =
        |seconds: u64| u64::try_from(Timestamp::now().seconds()).expect("a time") * 1_000_000 + seconds;
    let table = table_at(version(0));
    apply(&table, &[(version(1), block)], version(1), false);
    let a_year_on = Timestamp::now().plus(366 * 86_400);
    let other = |number: usize| Change {
        target: Target::new(TargetKind::Subject, &number.to_string()).expect("a target"),
        terms: Terms { expires_at: Timestamp::MAX, ..revoked(&email("a")) },
        version: version(2),
    };
    // Every shard is changed.
    let edits = (0..5_000).map(|number| table.edit(&other(number))).collect();
    let position =
        Position { epoch: String::new(), version: version(2), entries: 1, counted: 1, connection: 0 };
    table.apply(Changes { edits, position, has_lost: false }, a_year_on);
    assert_eq!(entries(&table), 5_001);
}

#[test]
fn own_writes_are_in_force_when_they_return_and_stay_while_the_store_is_read() {
    let fake = Fake::new();
    let revocations = fake.revocations();
    let verifier = verifier(&revocations);
    let token = token("a");
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    revocations.revoke(&email("a"), &RevokeOptions::default()).expect("a receipt");
    assert_eq!(verifier.lookup(token.as_bytes()), None);
    assert_eq!(verdict(&verifier, &token), Status::Revoked);
    catch_up(&fake, &revocations);
    assert_eq!(verdict(&verifier, &token), Status::Revoked);
    revocations.lift(&email("a"), &Note::default()).expect("a receipt");
    assert_eq!(verdict(&verifier, &token), Status::Ok);
    catch_up(&fake, &revocations);
    assert_eq!(verdict(&verifier, &token), Status::Ok);
}

#[test]
fn a_write_that_the_store_did_not_confirm_is_refused_and_not_in_force() {
    let fake = Fake::new();
    let revocations = fake.revocations();
    revocations.connect().expect("an answer");
    fake.set_mood(super::fake::Mood::Hangs);
    let begin = std::time::Instant::now();
    let outcome = revocations.revoke(&email("a"), &RevokeOptions::default()).map(drop);
    assert_eq!(status_of(outcome), Status::RevocationsUnavailable);
    assert!(begin.elapsed() >= Duration::from_secs(2), "a write is given more time");
    assert_eq!(revocations.status().entries, 0);
    eventually("an end", || revocations.list(None, None, 1).is_err());
}
