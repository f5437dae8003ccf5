//! Writers of an SQLite file that end at any moment.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use support::child::{Child, command, words};
use support::store::{Place, all_values, assert_sound, revoke};

/// What other processes of these tests do.
#[test]
fn job() {
    support::jobs::run();
}

#[test]
fn writers_that_are_killed_lose_nothing_that_was_confirmed() {
    let place = Place::new();
    let url = place.url();
    let mut confirmed = BTreeSet::new();
    let mut random = fastrand::Rng::with_seed(13);
    for round in 0..25 {
        let names = [format!("ada{round}"), format!("bob{round}")];
        let writers = names.each_ref().map(|name| Child::start(&["write", &url, name]));
        let first = writers[0].line();
        thread::sleep(Duration::from_micros(random.u64(..30_000)));
        let lines = [vec![first], writers.map(Child::kill).concat()].concat();
        confirmed.extend(lines.iter().map(|line| format!("{}@example.com", words(line, 3)[0])));

        let known = all_values(&place);
        assert!(confirmed.is_subset(&known), "{:?}", confirmed.difference(&known).collect::<Vec<_>>());
        assert_sound(&place);
    }
    assert!(confirmed.len() >= 25);
}

/// Whether strace can be used; whoever counts is told what is skipped.
fn has_strace(test: &str) -> bool {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let works = works.is_ok_and(|output| output.status.success());
    if !works {
        support::skip(test, "strace");
    }
    works
}

#[test]
fn a_writer_that_is_killed_at_any_call_leaves_the_file_before_or_after_its_write() {
    if !has_strace("a_writer_that_is_killed_at_any_call_leaves_the_file_before_or_after_its_write") {
        return;
    }
    let place = Place::new();
    revoke(&place.open(), "first");
    let mut confirmed = BTreeSet::from(["first@example.com".to_owned()]);
    let mut killed = 0;
    for call in ["openat", "fcntl", "pwrite64", "fsync", "unlink", "close"] {
        let mut number = 0;
        loop {
            number += 1;
            let name = format!("{call}{number}");
            let inject = format!("--inject={call}:signal=KILL:when={number}");
            let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", &inject];
            // Only what the store does counts: the calls before are those of the program's start.
            let trace = format!("--trace-path={}", place.path.display());
            let journal = format!("--trace-path={}-journal", place.path.display());
            let folder = format!("--trace-path={}", place.folder.path().display());
            let wrapper = [&wrapper[..], &[&trace, &journal, &folder]].concat();
            let lines = Child::of(command(&wrapper, &["write once", &place.url(), &name])).rest();
            assert_eq!(lines[0], "begin");

            let value = format!("{name}@example.com");
            let known = all_values(&place);
            assert!(confirmed.is_subset(&known), "{call} {number}");
            assert_sound(&place);
            if lines.len() == 2 {
                assert_eq!(lines[1], name);
                assert!(known.contains(&value), "{call} {number}");
                confirmed.insert(value);
                break;
            }
            confirmed.extend(known.contains(&value).then_some(value));
            killed += 1;
        }
        assert!(number > 1, "{call} is called");
    }
    println!("killed at {killed} calls");
    assert!(killed >= 30, "{killed}");
}

#[test]
fn a_write_is_confirmed_after_the_file_and_its_folder_were_flushed() {
    if !has_strace("a_write_is_confirmed_after_the_file_and_its_folder_were_flushed") {
        return;
    }
    let place = Place::new();
    revoke(&place.open(), "first");
    let trace = place.folder.path().join("trace");
    let path = trace.to_str().expect("a path");
    let calls = "--trace=pwrite64,fsync,fdatasync,unlink,write";
    let wrapper = ["strace", "-f", "-qq", "-y", "-s", "100", "-o", path, calls];
    let told = Child::of(command(&wrapper, &["write once", &place.url(), "ada"])).rest();
    assert_eq!(told, ["begin", "ada"]);

    let trace = fs::read_to_string(&trace).expect("a trace");
    let lines: Vec<&str> = trace.lines().collect();
    let file = format!("<{}>", place.path.display());
    let journal = format!("{}-journal", place.path.display());
    let folder = format!("<{}>", place.folder.path().display());
    let is_flush = |line: &str| line.contains(" fsync(") || line.contains(" fdatasync(");
    let first = |what: &dyn Fn(&str) -> bool| lines.iter().position(|line| what(line)).expect(&trace);
    let last = |what: &dyn Fn(&str) -> bool| lines.iter().rposition(|line| what(line)).expect(&trace);

    let written = last(&|line| line.contains(" pwrite64(") && line.contains(&file));
    let file_flushed = last(&|line| is_flush(line) && line.contains(&file));
    let journal_flushed = first(&|line| is_flush(line) && line.contains(&journal));
    let first_written = first(&|line| line.contains(" pwrite64(") && line.contains(&file));
    let unlinked = last(&|line| line.contains(" unlink(") && line.contains(&journal));
    let folder_flushed = last(&|line| is_flush(line) && line.contains(&folder));
    let confirmed = last(&|line| line.contains(" write(") && line.contains("\"@ada"));
    let order = [journal_flushed, first_written, written, file_flushed, unlinked, folder_flushed, confirmed];
    assert!(order.is_sorted(), "{order:?}\n{trace}");
}

/// The file and the journal of a write that was interrupted after it changed the file.
fn interrupted(place: &Place) {
    let revocations = place.open();
    for number in 0..40 {
        revoke(&revocations, &format!("name{number}"));
    }
    let connection = place.sql();
    connection
        .execute_batch(
            "PRAGMA cache_size = 1; BEGIN; UPDATE entries SET reason = hex(zeroblob(200)), not_issued_after = 1",
        )
        .expect("SQL");
    let journal = place.path.with_extension("db-journal");
    let copies = [&place.path, &journal].map(|path| (path, fs::read(path).expect("a file")));
    drop(connection);
    for (path, content) in copies {
        fs::write(path, content).expect("a file");
    }
    assert!(fs::metadata(&journal).is_ok_and(|journal| journal.len() > 512));
}

#[test]
fn an_interrupted_write_is_rolled_back_by_whoever_may_write() {
    let place = Place::new();
    interrupted(&place);
    support::set_mode(place.folder.path(), 0o755);
    support::set_mode(&place.path, 0o644);
    support::set_mode(&place.path.with_extension("db-journal"), 0o644);
    let url = place.url();
    if support::is_root("an_interrupted_write_is_rolled_back_by_whoever_may_write") {
        let line = Child::start_as_nobody(&["values", &url]).line();
        assert!(line.contains("a write was interrupted"), "{line}");
    }

    let entries = place.open().list(None, None, 100).expect("entries");

    assert_eq!(entries.len(), 40);
    assert!(entries.iter().all(|entry| entry.reason.is_empty()));
    assert_sound(&place);
    if support::is_root("an_interrupted_write_is_rolled_back_by_whoever_may_write") {
        assert_eq!(Child::start_as_nobody(&["values", &url]).rest().len(), 40);
    }
}
