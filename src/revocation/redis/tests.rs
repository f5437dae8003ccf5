//! The script does what `Action::apply` does, and what the clocks have to do with it.

use std::time::Duration;

use fastrand::Rng;

use super::super::entry::{Action, Note, Terms};
use super::super::memory::Memory;
use super::super::options::RevocationOptions;
use super::super::store::{Order, Query, Receipt, Store, StoreError};
use super::super::target::{Target, TargetKind};
use super::Redis;
use crate::team::Team;
use crate::time::Timestamp;

#[path = "../../../tests/support/redis_server.rs"]
#[allow(dead_code)]
mod redis_server;
use redis_server::Server;

const TIMEOUT: Duration = Duration::from_secs(10);
const SEED: u64 = 20_261_127;

fn open(server: &Server) -> Redis {
    let team = Team::parse("acme").expect("a team");
    Redis::open(&server.socket_url(""), &team, &RevocationOptions::default()).expect("a store")
}

fn email(name: &str) -> Target {
    Target::new(TargetKind::Email, &format!("{name}@example.com")).expect("a target")
}

fn write(store: &dyn Store, target: &Target, action: Action, writer_clock: Timestamp) -> Receipt {
    let note = Note::default();
    let order = Order { target, action, writer_clock, note: &note };
    store.write(&[order], TIMEOUT).expect("a receipt").pop().expect("a receipt")
}

/// 0 is a time that is as good as none.
fn without_zero(terms: Terms) -> Terms {
    let after = terms.not_issued_after.filter(|time| *time > Timestamp::ZERO);
    Terms { not_issued_after: after, ..terms }
}

fn any_action(random: &mut Rng, now: Timestamp) -> Action {
    let time = |random: &mut Rng| match random.u8(0..8) {
        0 => Timestamp::ZERO,
        1 => Timestamp::MAX,
        2 => Timestamp::new(random.i64(0..=Timestamp::MAX.seconds())).expect("a time"),
        _ => now.plus(random.i64(-40_000_000..40_000_000)),
    };
    let optional = |random: &mut Rng| random.bool().then(|| time(random));
    let margin = random.i64(0..=300);
    match random.u8(0..4) {
        0 => Action::Revoke { at: optional(random), margin },
        1 => Action::Block { until: time(random).max(now.plus(1)), margin },
        2 => Action::Lift,
        _ => {
            let (not_issued_after, blocked_until) = (optional(random), optional(random));
            let blocked_until = blocked_until.filter(|time| *time > Timestamp::ZERO);
            // Of what fell away long ago, each store removes some at a time of its own.
            let expires_at = time(random).max(now.plus(-3_000));
            Action::Import(Terms { not_issued_after, blocked_until, expires_at })
        }
    }
}

#[test]
fn the_script_changes_entries_as_every_store_does() {
    let Some(server) = Server::start(&[]) else { return };
    let (store, memory) = (open(&server), Memory::new());
    let mut random = Rng::with_seed(SEED);
    let session = Target::new(TargetKind::Session, "a:B c").expect("a target");
    let targets = [email("ada"), email("grace"), session, Target::team()];
    // Ahead of the store, so that it is the clock that counts.
    let mut now = Timestamp::now().plus(100);
    let mut last = 0;
    for case in 0..3_000 {
        if random.u8(0..4) == 0 {
            now = now.plus(random.i64(0..3)).min(Timestamp::now().plus(250));
        }
        let note = Note { made_by: format!("ops{case}"), reason: "it was lost; \"yes\"".to_owned() };
        let orders: Vec<_> = (0..random.usize(1..4))
            .map(|_| {
                let target = &targets[random.usize(0..targets.len())];
                Order { target, action: any_action(&mut random, now), writer_clock: now, note: &note }
            })
            .collect();
        let written = store.write(&orders, TIMEOUT).expect("receipts");
        let expected = memory.write(&orders, TIMEOUT).expect("receipts");
        for ((order, written), expected) in orders.iter().zip(&written).zip(&expected) {
            assert_eq!(written.terms, without_zero(expected.terms), "case {case}: {order:?}");
            assert_eq!(written.target, expected.target);
            assert!(written.version > last, "case {case}: versions grow");
            last = written.version;
        }
    }
    let query = Query { kind: None, after: None, limit: 100 };
    let mut expected = memory.list(&query, TIMEOUT).expect("entries");
    expected.iter_mut().for_each(|entry| entry.terms = without_zero(entry.terms));
    assert_eq!(store.list(&query, TIMEOUT).expect("entries"), expected);
    let position = store.position(TIMEOUT).expect("a position");
    assert_eq!((position.version, position.entries, position.counted), (last, 4, 4));
}

#[test]
fn the_later_of_two_clocks_counts() {
    let Some(server) = Server::start(&[]) else { return };
    let store = open(&server);
    for ahead in [-299, -10, 0, 10, 299] {
        let target = email(&format!("ada{ahead}"));
        let clock = Timestamp::now().plus(-ahead);
        let action = Action::Revoke { at: None, margin: 2 };
        let receipt = write(&store, &target, action, clock);
        assert!((ahead..=ahead + 1).contains(&receipt.clock_ahead), "{ahead}: {receipt:?}");
        let later = clock.plus(receipt.clock_ahead.max(0));
        assert_eq!(receipt.terms, action.apply(TargetKind::Email, None, later), "{ahead}");
    }
}

#[test]
fn nothing_is_written_while_the_clocks_are_far_apart() {
    let Some(server) = Server::start(&[]) else { return };
    let store = open(&server);
    let (ada, grace) = (email("ada"), email("grace"));
    for (ahead, words) in
        [(-600, "behind this one"), (600, "ahead of this one"), (-302, "behind"), (302, "ahead")]
    {
        let clock = Timestamp::now();
        let note = Note::default();
        let action = Action::Lift;
        let orders = [
            Order { target: &ada, action, writer_clock: clock, note: &note },
            Order { target: &grace, action, writer_clock: clock.plus(-ahead), note: &note },
        ];
        let error = store.write(&orders, TIMEOUT).expect_err("clocks apart");
        assert!(matches!(&error, StoreError::Refused(reason) if reason.contains(words)), "{error:?}");
    }
    assert_eq!(server.number("DBSIZE"), 0);
}

#[test]
fn a_purge_takes_what_fell_away_an_hour_ago_by_both_clocks() {
    let Some(server) = Server::start(&[]) else { return };
    let store = open(&server);
    let now = Timestamp::now();
    let import = |age: i64| {
        let terms = Terms { not_issued_after: Some(now), blocked_until: None, expires_at: now.plus(-age) };
        write(&store, &email(&format!("age{age}")), Action::Import(terms), now);
    };
    [-10, 10, 3_500].into_iter().for_each(import);
    // A write removes such an entry itself, so it is made old behind its back.
    for number in 0..3_000 {
        let old = format!("HSET {{cfaccess:acme}}:entries email:old{number}@example.com 1_0_2_3");
        let mut words: Vec<String> = old.split(' ').map(|word| word.replace("1_0_2_3", "1 0 2 3")).collect();
        let command = words.remove(0);
        redis::cmd(&command).arg(words).exec(&mut server.connection()).expect("a number");
    }
    server.run_command("HSET {cfaccess:acme}:entries email:odd unreadable");
    server.run_command("HSET {cfaccess:acme}:meta count 3004");
    assert_eq!(store.purge(now.plus(-100_000_000_000), TIMEOUT).expect("a count"), 0, "by an early clock");
    assert_eq!(store.purge(now.plus(100_000_000), TIMEOUT).expect("a count"), 3_000, "by a late clock");
    assert_eq!(server.number("HLEN {cfaccess:acme}:entries"), 4);
    let position = store.position(TIMEOUT).expect("a position");
    assert_eq!((position.entries, position.counted), (4, 4), "the index was made whole");
    assert_eq!(store.purge(now, TIMEOUT).expect("a count"), 0);
}

#[test]
fn a_store_without_an_index_is_read_whole_and_mended_by_writes() {
    let Some(server) = Server::start(&[]) else { return };
    let store = open(&server);
    let now = Timestamp::now();
    for number in 0..200 {
        write(&store, &email(&format!("ada{number}")), Action::Revoke { at: None, margin: 2 }, now);
    }
    server.run_command("DEL {cfaccess:acme}:changes");
    let position = store.position(TIMEOUT).expect("a position");
    assert_eq!((position.entries, position.counted), (200, 0));
    let page = store.changes_after(0, TIMEOUT).expect("a page");
    assert_eq!((page.changes.len(), page.up_to), (200, None));
    assert!(page.changes.is_sorted_by_key(|change| change.version));
    for _ in 0..50 {
        write(&store, &email("ada0"), Action::Revoke { at: None, margin: 2 }, now);
    }
    let position = store.position(TIMEOUT).expect("a position");
    assert_eq!((position.entries, position.counted), (200, 200));
}
