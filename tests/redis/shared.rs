//! What one process writes, others read.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cfaccess::{
    Note, RevocationEntry, RevocationOptions, Revocations, Status, Target, TargetKind, Terms, Timestamp,
};

use crate::reader::{CHANGES, ENTRIES, Reader, open, revoke, token_of};
use crate::support::fetched::eventually;
use crate::support::redis_server::Server;
use crate::support::session::seconds_now;
use crate::support::store::{cut_off_at, email, values};

const URL: &str = "CFACCESS_TEST_STORE";

fn microseconds() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_micros()
}

/// One of the processes of the test below.
#[test]
#[ignore = "runs in a process of its own"]
fn a_process_that_waits_for_a_revocation() {
    let Ok(url) = std::env::var(URL) else { return };
    let reader = Reader::with(&url, RevocationOptions::default());
    let token = token_of("ada");
    assert_eq!(reader.verdict_on(&token), Status::Ok);
    println!("ready");
    let begin = Instant::now();
    while reader.verdict_on(&token) == Status::Ok && begin.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(2));
    }
    println!("refused {}", microseconds());
}

fn waiting_process(url: &str) -> (Child, impl Iterator<Item = String>) {
    let mut process = Command::new(std::env::current_exe().expect("a program"))
        .args(["--exact", "shared::a_process_that_waits_for_a_revocation", "--ignored", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    (process, lines.map(|line| line.expect("a line")))
}

#[test]
fn a_revocation_is_in_force_in_every_process_within_the_interval() {
    let Some(server) = Server::start(&[]) else { return };
    let url = server.url("");
    let mut processes: Vec<_> = (0..4).map(|_| waiting_process(&url)).collect();
    for (_, lines) in &mut processes {
        lines.find(|line| line.ends_with("ready")).expect("a process that is ready");
    }
    thread::sleep(Duration::from_millis(700));

    revoke(&open(&url), "ada").expect("a receipt");
    let written = microseconds();

    for (mut process, mut lines) in processes {
        let refused = lines.find_map(|line| line.strip_prefix("refused ").map(str::to_owned));
        let refused: u128 = refused.expect("a time").parse().expect("a time");
        assert!(process.wait().expect("a process").success());
        let delay = Duration::from_micros(refused.saturating_sub(written) as u64);
        assert!(delay <= Duration::from_millis(2_200), "in force after {delay:?}");
    }
}

#[test]
fn entries_are_listed_in_their_order_page_by_page() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.socket_url(""));
    let until = Timestamp::new(seconds_now() + 1_000).expect("a time");
    let note = Note { made_by: "ops".to_owned(), reason: "left; \"gone\"".to_owned() };
    let names: BTreeSet<String> = (0..25).map(|number| format!("p{number}")).collect();
    names.iter().rev().for_each(|name| drop(revoke(&writer, name)));
    writer.block(&email("p3"), Some(until), &note).expect("a receipt");
    writer.block(&Target::team(), None, &Note::default()).expect("a receipt");

    let everything = writer.list(None, None, 100).expect("entries");
    assert_eq!(everything.len(), 26);
    assert_eq!(everything[0].target, Target::team());
    assert!(everything.is_sorted_by_key(|entry| entry.target.clone()));
    let blocked = everything.iter().find(|entry| entry.target == email("p3")).expect("an entry");
    assert_eq!(blocked.terms.blocked_until, Some(until));
    assert_eq!((&*blocked.made_by, &*blocked.reason), ("ops", "left; \"gone\""));

    // Others write meanwhile.
    let mut seen: Vec<RevocationEntry> = Vec::new();
    loop {
        let after = seen.last().map(|entry| entry.target.clone());
        let page = writer.list(Some(TargetKind::Email), after.as_ref(), 7).expect("entries");
        if page.is_empty() {
            break;
        }
        seen.extend(page);
        revoke(&open(&server.url("")), &format!("p{}x", seen.len())).expect("a receipt");
    }
    assert!(seen.is_sorted_by(|one, next| one.target < next.target), "none twice");
    let seen: BTreeSet<&str> = seen.iter().map(|entry| entry.target.value()).collect();
    assert!(names.iter().all(|name| seen.contains(&*format!("{name}@example.com"))), "none left out");
}

#[test]
fn the_audit_says_who_wrote_what() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    let note = Note { made_by: "ops@example.com".to_owned(), reason: "lost laptop".to_owned() };
    let receipts = [
        writer.revoke(&email("ada"), &cut_off_at(1_000_000)),
        writer.block(&email("ada"), None, &note),
        writer.lift(&email("ada"), &note),
    ]
    .map(|receipt| receipt.expect("a receipt"));

    let lines = writer.audit("", 100).expect("lines");
    let actions: Vec<&str> = lines.iter().map(|line| &*line.action).collect();
    assert_eq!(actions, ["revoke", "block", "lift"]);
    for (line, receipt) in lines.iter().zip(&receipts) {
        assert_eq!((&line.target, line.terms), (&receipt.target, receipt.terms));
        assert!((seconds_now() - line.at.seconds()).abs() <= 2);
    }
    assert_eq!((&*lines[1].made_by, &*lines[1].reason), ("ops@example.com", "lost laptop"));
    assert_eq!(writer.audit(&lines[0].id, 1).expect("lines"), lines[1..2]);
    assert_eq!(writer.audit(&lines[2].id, 10).expect("lines"), []);
    let refusal = writer.audit("yesterday", 10).expect_err("no id");
    assert!(refusal.message().ends_with("the audit of the store has no line with this id"), "{refusal}");
}

#[test]
fn an_import_is_written_whole_or_not_at_all() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    let source = open("memory:");
    (0..1_000).for_each(|number| drop(revoke(&source, &format!("p{number}")).expect("a receipt")));
    let entries = source.list(None, None, 1_000).expect("entries");

    let receipts = writer.import(&entries).expect("receipts");

    assert_eq!(receipts.len(), 1_000);
    assert!(receipts.is_sorted_by_key(|receipt| receipt.version));
    assert_eq!(values(&writer), values(&source));
    let too_many: Vec<_> = entries.iter().cycle().take(1_001).cloned().collect();
    let refusal = writer.import(&too_many).expect_err("too many");
    assert!(refusal.message().ends_with("at most 1000 can be written together"), "{refusal}");
    assert_eq!(server.number("XLEN {cfaccess:acme}:audit"), 1_000);
}

#[test]
fn writers_at_one_key_and_moment_both_count() {
    let Some(server) = Server::start(&[]) else { return };
    let url = server.url("");
    let versions: Vec<u64> = thread::scope(|scope| {
        let writers = (0..4).map(|_| {
            scope.spawn(|| {
                let writer = open(&url);
                let write = |_| revoke(&writer, "ada").expect("a receipt").version;
                (0..100).map(write).collect::<Vec<_>>()
            })
        });
        let writers: Vec<_> = writers.collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("versions")).collect()
    });
    assert_eq!(versions.iter().collect::<BTreeSet<_>>().len(), 400, "each write has a version of its own");
    assert_eq!(server.number(&format!("HLEN {ENTRIES}")), 1);
    assert_eq!(server.number(&format!("ZCARD {CHANGES}")), 1);
    let reader = Reader::of(&url);
    assert_eq!(reader.verdict("ada"), Status::Revoked);
    assert_eq!(reader.status().losses, 0);
}

#[test]
fn teams_and_databases_are_apart() {
    let Some(server) = Server::start(&[]) else { return };
    let theirs = Revocations::open(&server.url(""), "other", Default::default()).expect("a store");
    theirs.block(&Target::team(), None, &Note::default()).expect("a receipt");
    let elsewhere = open(&server.url("/3"));
    elsewhere.block(&Target::team(), None, &Note::default()).expect("a receipt");
    assert_eq!(Reader::of(&server.url("")).verdict("ada"), Status::Ok);
    assert_eq!(Reader::of(&server.url("/3")).verdict("ada"), Status::Blocked);
    assert_eq!(Reader::of(&server.socket_url("?db=3")).verdict("ada"), Status::Blocked);
}

#[test]
fn a_purge_removes_what_fell_away_and_no_live_entry() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    revoke(&writer, "ada").expect("a receipt");
    writer.lift(&email("eve"), &Note::default()).expect("a receipt");
    let old = Terms {
        not_issued_after: Timestamp::new(1_000),
        blocked_until: None,
        expires_at: Timestamp::new(2_000).expect("a time"),
    };
    let command = format!("HSET {ENTRIES} email:old@example.com");
    let mut connection = server.connection();
    let mut hset = redis::cmd("HSET");
    hset.arg(ENTRIES).arg("email:old@example.com").arg("1000 0 2000 3 4");
    hset.exec(&mut connection).unwrap_or_else(|error| panic!("{command}: {error}"));
    assert_eq!(writer.list(None, None, 10).expect("entries")[2].terms, old);

    assert_eq!(writer.purge().expect("a count"), 1);

    assert_eq!(server.number(&format!("HLEN {ENTRIES}")), 2);
    assert_eq!(values(&writer), ["ada@example.com", "eve@example.com"]);
    let reader = Reader::of(&server.url(""));
    assert_eq!((reader.verdict("ada"), reader.status().losses), (Status::Revoked, 0));
}

#[test]
fn what_is_revoked_here_is_in_force_here_at_once() {
    let Some(server) = Server::start(&[]) else { return };
    let reader = Reader::of(&server.url(""));
    let token = token_of("ada");
    assert_eq!(reader.verdict_on(&token), Status::Ok);
    revoke(&reader.revocations, "ada").expect("a receipt");
    assert_eq!(reader.verdict_on(&token), Status::Revoked);
    reader.revocations.lift(&email("ada"), &Note::default()).expect("a receipt");
    assert_eq!(reader.verdict_on(&token), Status::Ok);
    eventually("the same from the store", || {
        reader.read_again();
        reader.verdict_on(&token) == Status::Ok
    });
}
