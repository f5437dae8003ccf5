//! What a server forgets when it starts again, running processes know.

use cfaccess::Status;

use crate::reader::{Reader, open, revoke};
use crate::support::redis_server::Server;

fn verdicts(reader: &Reader) -> [Status; 2] {
    ["early", "late"].map(|name| reader.verdict(name))
}

/// Revokes twice, with the middle between, and crashes the server.
fn crash(server: &mut Server, middle: impl FnOnce(&Server)) -> Reader {
    let writer = open(&server.url(""));
    let reader = Reader::of(&server.url(""));
    revoke(&writer, "early").expect("a receipt");
    middle(server);
    revoke(&writer, "late").expect("a receipt");
    reader.read_again();
    assert_eq!(verdicts(&reader), [Status::Revoked; 2]);
    server.kill();
    reader.fail();
    assert_eq!(verdicts(&reader), [Status::Revoked; 2], "what is known counts on");
    server.run();
    reader.recover();
    reader
}

#[test]
fn an_append_only_file_keeps_everything() {
    let Some(mut server) = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]) else { return };
    let reader = crash(&mut server, |_| {});
    assert_eq!(verdicts(&reader), [Status::Revoked; 2]);
    assert_eq!(reader.status().losses, 0);
    assert_eq!(verdicts(&Reader::of(&server.url(""))), [Status::Revoked; 2]);
    assert!(reader.log().iter().any(|line| line.ends_with("the store answers again")), "{:?}", reader.log());
}

#[test]
fn a_snapshot_loses_what_came_after_it_and_running_processes_do_not() {
    let Some(mut server) = Server::start(&[]) else { return };
    let reader = crash(&mut server, |server| drop(server.run_command("SAVE")));
    assert_eq!(verdicts(&reader), [Status::Revoked; 2]);
    assert_eq!(reader.status().losses, 1);
    let told = |line: &String| line.contains("the store has lost entries (its latest write is gone)");
    assert!(reader.log().iter().any(told), "{:?}", reader.log());
    assert_eq!(verdicts(&Reader::of(&server.url(""))), [Status::Revoked, Status::Ok]);
}

#[test]
fn without_persistence_only_running_processes_know() {
    let Some(mut server) = Server::start(&[]) else { return };
    let careful = format!("{}?require_initialised=true", server.url(""));
    assert_eq!(Reader::of(&careful).verdict("early"), Status::RevocationsUnavailable, "it is new");
    let reader = crash(&mut server, |_| {});
    assert_eq!(verdicts(&reader), [Status::Revoked; 2]);
    assert_eq!(reader.status().losses, 1);
    assert_eq!(verdicts(&Reader::of(&server.url(""))), [Status::Ok; 2], "a new process cannot know");

    let refused = Reader::of(&careful);
    let error = refused.revocations.connect().expect_err("an empty store");
    assert!(
        error.message().ends_with("the store is empty, which require_initialised does not allow"),
        "{error}"
    );
    assert_eq!(verdicts(&refused), [Status::RevocationsUnavailable; 2]);

    revoke(&open(&careful), "late").expect("a receipt");
    refused.recover();
    assert_eq!(verdicts(&refused), [Status::Ok, Status::Revoked]);
    reader.read_again();
    assert_eq!(verdicts(&reader), [Status::Revoked; 2]);
}
