//! Nodes of a cluster.

use cfaccess::Status;

use crate::reader::{ENTRIES, Reader, open, revoke};
use crate::support::fetched::eventually;
use crate::support::redis_server::Server;

fn node() -> Option<Server> {
    Server::start(&["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"])
}

fn add_all_slots(node: &Server) {
    let slots: Vec<u16> = (0..16_384).collect();
    redis::cmd("CLUSTER").arg("ADDSLOTS").arg(slots).exec(&mut node.connection()).expect("an answer");
}

fn is_whole(node: &Server) -> bool {
    let info: String = redis::from_redis_value(node.run_command("CLUSTER INFO")).expect("text");
    info.contains("cluster_state:ok")
}

fn id(node: &Server) -> String {
    redis::from_redis_value(node.run_command("CLUSTER MYID")).expect("text")
}

/// Two nodes, all slots with the second.
fn two_nodes() -> Option<(Server, Server)> {
    let (first, second) = (node()?, node()?);
    add_all_slots(&second);
    first.run_command(&format!("CLUSTER MEET 127.0.0.1 {}", second.port));
    eventually("a cluster", || is_whole(&first) && is_whole(&second));
    Some((first, second))
}

#[test]
fn one_node_serves_all_keys() {
    let Some(node) = node() else { return };
    let reader = Reader::of(&node.url(""));
    assert_eq!(reader.verdict("ada"), Status::RevocationsUnavailable);
    let expected = "the store answered CLUSTERDOWN: its cluster is not complete";
    assert_eq!(reader.status().last_error.as_deref(), Some(expected));
    add_all_slots(&node);
    eventually("a cluster", || is_whole(&node));
    revoke(&open(&node.url("")), "ada").expect("a receipt");
    reader.recover();
    assert_eq!(reader.verdict("ada"), Status::Revoked);
}

#[test]
fn another_node_that_has_the_keys_is_asked() {
    let Some((first, second)) = two_nodes() else { return };
    let reader = Reader::of(&first.url(""));
    let writer = open(&first.url(""));
    revoke(&writer, "ada").expect("a receipt");
    assert_eq!(second.number(&format!("HLEN {ENTRIES}")), 1);
    assert_eq!(reader.verdict("ada"), Status::Revoked);
    reader.read_again();
    assert_eq!(writer.list(None, None, 10).expect("entries").len(), 1);
    assert_eq!((reader.status().failures, reader.status().losses), (0, 0));
}

#[test]
fn keys_on_their_way_to_another_node_are_waited_for() {
    let Some((first, second)) = two_nodes() else { return };
    let slot = first.number(&format!("CLUSTER KEYSLOT {ENTRIES}"));
    let reader = Reader::of(&second.url(""));
    let writer = open(&second.url(""));
    revoke(&writer, "ada").expect("a receipt");
    reader.read_again();
    assert_eq!(reader.verdict("ada"), Status::Revoked);

    first.run_command(&format!("CLUSTER SETSLOT {slot} IMPORTING {}", id(&second)));
    second.run_command(&format!("CLUSTER SETSLOT {slot} MIGRATING {}", id(&first)));
    let key = "{cfaccess:acme}:meta";
    second.run_command(&format!("MIGRATE 127.0.0.1 {} {key} 0 1000", first.port));
    let error = reader.fail();
    let expected = "the keys are on their way to another node of its cluster";
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(reader.verdict("ada"), Status::Revoked);
    let refusal = revoke(&writer, "eve").expect_err("on the way");
    assert!(refusal.message().ends_with(expected), "{refusal}");

    for key in ["entries", "changes", "audit"] {
        second.run_command(&format!("MIGRATE 127.0.0.1 {} {{cfaccess:acme}}:{key} 0 1000", first.port));
    }
    for node in [&first, &second] {
        node.run_command(&format!("CLUSTER SETSLOT {slot} NODE {}", id(&first)));
    }
    reader.recover();
    revoke(&writer, "eve").expect("a receipt");
    reader.read_again();
    assert_eq!(["ada", "eve"].map(|name| reader.verdict(name)), [Status::Revoked; 2]);
    assert_eq!(reader.status().losses, 0);
}
