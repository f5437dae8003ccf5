//! A primary, its replica, and what a failover loses.

use cfaccess::Status;

use crate::proxy::Proxy;
use crate::reader::{Reader, open, revoke};
use crate::support::fetched::eventually;
use crate::support::redis_server::Server;

/// A primary and its replica, in step.
fn pair(of_replica: &[&str]) -> Option<(Server, Server)> {
    let primary = Server::start(&["--repl-diskless-sync-delay", "0"])?;
    let port = primary.port.to_string();
    let mut arguments = vec!["--replicaof", "127.0.0.1", &port];
    arguments.extend(of_replica);
    let replica = Server::start(&arguments)?;
    let is_linked = || {
        let info: String = redis::from_redis_value(replica.run_command("INFO replication")).expect("text");
        info.contains("master_link_status:up")
    };
    eventually("a link", is_linked);
    Some((primary, replica))
}

#[test]
fn a_failover_hides_no_entry_and_running_processes_keep_those_it_lost() {
    let Some((primary, replica)) = pair(&[]) else { return };
    let name = Proxy::to(primary.port);
    let reader = Reader::of(&name.url());
    let writer = open(&name.url());
    revoke(&writer, "ada").expect("a receipt");
    eventually("the entry on the replica", || replica.number("DBSIZE") == 4);
    replica.run_command("REPLICAOF NO ONE");
    revoke(&writer, "lost").expect("a receipt");
    reader.read_again();
    assert_eq!(reader.verdict("lost"), Status::Revoked);

    name.lead_to(replica.port);
    revoke(&writer, "late").expect("a receipt");
    reader.recover();

    let names = ["ada", "lost", "late"];
    assert_eq!(names.map(|name| reader.verdict(name)), [Status::Revoked; 3]);
    let new = Reader::of(&name.url());
    assert_eq!(names.map(|name| new.verdict(name)), [Status::Revoked, Status::Ok, Status::Revoked]);
    assert_eq!((reader.status().skipped, new.status().losses), (0, 0));
}

#[test]
fn a_write_says_how_many_replicas_have_it() {
    let Some((primary, replica)) = pair(&[]) else { return };
    let writer = open(&primary.url("?wait_replicas=1"));
    // The primary counts a replica from its first report on, up to a second after the link.
    eventually("a replica", || revoke(&writer, "ada").expect("a receipt").replicas == Some(1));
    assert_eq!(replica.number("HLEN {cfaccess:acme}:entries"), 1);
    assert_eq!(revoke(&open(&primary.url("")), "ada").expect("a receipt").replicas, None);
    drop(replica);
    let receipt = revoke(&writer, "eve").expect("a receipt");
    assert_eq!(receipt.replicas, Some(0), "fewer than asked for");
    assert_eq!(Reader::of(&primary.url("")).verdict("eve"), Status::Revoked, "and it is there");
}

#[test]
fn a_replica_takes_no_writes_and_says_when_it_is_alone() {
    let Some((primary, replica)) = pair(&["--replica-serve-stale-data", "no"]) else { return };
    let reader = Reader::of(&replica.url(""));
    assert_eq!(reader.verdict("ada"), Status::Ok);
    let refusal = revoke(&reader.revocations, "ada").expect_err("a replica");
    let expected = "the store answered READONLY: it is a replica and takes no writes";
    assert!(refusal.message().ends_with(expected), "{refusal}");
    drop(primary);
    eventually("MASTERDOWN", || {
        reader.verdict("ada");
        let error = reader.status().last_error.unwrap_or_default();
        error == "the store answered MASTERDOWN: it is a replica without its primary"
    });
}
