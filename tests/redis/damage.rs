//! What happens to the keys behind the library's back.

use cfaccess::Status;

use crate::reader::{AUDIT, CHANGES, ENTRIES, META, Reader, open, revoke};
use crate::support::redis_server::Server;

fn verdicts(reader: &Reader) -> [Status; 3] {
    ["ada", "grace", "eve"].map(|name| reader.verdict(name))
}

const BOTH: [Status; 3] = [Status::Revoked, Status::Revoked, Status::Ok];

#[test]
fn a_process_keeps_what_the_store_loses_and_says_so() {
    // What a new process finds afterwards of ada, and whether a loss is seen.
    for (damage, ada, is_seen) in [
        ("FLUSHALL".to_owned(), Status::Ok, true),
        ("SWAPDB 0 1".to_owned(), Status::Ok, true),
        (format!("DEL {META}"), Status::Revoked, true),
        (format!("DEL {ENTRIES}"), Status::Ok, true),
        (format!("DEL {CHANGES}"), Status::Revoked, true),
        (format!("DEL {AUDIT}"), Status::Revoked, false),
        (format!("RENAME {META} elsewhere"), Status::Revoked, true),
        (format!("RENAME {ENTRIES} elsewhere"), Status::Ok, true),
        (format!("HDEL {ENTRIES} email:ada@example.com"), Status::Ok, true),
    ] {
        let Some(server) = Server::start(&[]) else { return };
        let reader = Reader::of(&server.url(""));
        let writer = open(&server.url(""));
        ["ada", "grace"].iter().for_each(|name| drop(revoke(&writer, name).expect("a receipt")));
        reader.read_again();
        assert_eq!(verdicts(&reader), BOTH);

        server.run_command(&damage);
        reader.read_again();

        assert_eq!(verdicts(&reader), BOTH, "{damage}");
        assert_eq!(reader.status().losses, u64::from(is_seen), "{damage}: {:?}", reader.log());
        let told =
            reader.log().iter().filter(|line| line.contains("this process keeps what it knows")).count();
        assert_eq!(told, usize::from(is_seen), "{damage}: it is told once");
        revoke(&writer, "eve").expect("a receipt");
        reader.read_again();
        assert_eq!(verdicts(&reader), [Status::Revoked; 3], "{damage}");
        let new = Reader::of(&server.url(""));
        assert_eq!((new.verdict("ada"), new.verdict("eve")), (ada, Status::Revoked), "{damage}");
    }
}

#[test]
fn an_eviction_is_seen() {
    let Some(server) = Server::start(&["--maxmemory-samples", "1"]) else { return };
    let reader = Reader::of(&server.url(""));
    let writer = open(&server.url(""));
    ["ada", "grace"].iter().for_each(|name| drop(revoke(&writer, name).expect("a receipt")));
    reader.read_again();
    reader.revocations.close();
    server.run_command("CONFIG SET maxmemory-policy allkeys-lru");
    server.run_command("CONFIG SET maxmemory 3mb");
    let exists = format!("EXISTS {META} {ENTRIES} {CHANGES}");
    let filler = "x".repeat(2_000);
    for number in 0.. {
        if server.number(&exists) < 3 {
            break;
        }
        assert!(number < 20_000, "nothing is evicted");
        let mut connection = server.connection();
        let mut pipe = redis::pipe();
        for part in 0..50 {
            pipe.cmd("SET").arg(format!("{number}:{part}")).arg(&filler);
        }
        pipe.exec(&mut connection).expect("an answer");
    }
    let late = Reader::of(&server.url(""));
    late.revocations.connect().expect("an answer");
    let lost_everything =
        server.number(&format!("EXISTS {META}")) == 0 && server.number(&format!("EXISTS {ENTRIES}")) == 0;
    assert!(late.status().losses == 1 || lost_everything, "a new process sees the counts that differ");
}

#[test]
fn a_key_of_another_type_is_named_and_nothing_is_written() {
    for key in [META, ENTRIES, CHANGES, AUDIT] {
        let Some(server) = Server::start(&[]) else { return };
        let reader = Reader::of(&server.url(""));
        let writer = open(&server.url(""));
        ["ada", "grace"].iter().for_each(|name| drop(revoke(&writer, name).expect("a receipt")));
        reader.read_again();
        server.run_command(&format!("SET {key} other"));
        let before = server.number(&format!("EXISTS {META} {ENTRIES} {CHANGES} {AUDIT}"));
        if key != AUDIT {
            let error = reader.fail();
            assert_eq!(error, "the store answered WRONGTYPE: a key of the store is of another type", "{key}");
        }
        assert_eq!(verdicts(&reader), BOTH, "{key}");
        let refusal = revoke(&writer, "eve").expect_err(key);
        assert!(refusal.message().contains("answered WRONGTYPE"), "{key}: {refusal}");
        assert_eq!(server.number(&format!("EXISTS {META} {ENTRIES} {CHANGES} {AUDIT}")), before);
        assert_eq!(
            server.try_command(&format!("HEXISTS {ENTRIES} email:eve@example.com")).ok(),
            match key {
                ENTRIES => None,
                _ => Some(redis::Value::Int(0)),
            }
        );
    }
}

#[test]
fn another_format_is_refused() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    revoke(&writer, "ada").expect("a receipt");
    for damage in ["format 2", "version x", "count -1"] {
        server.run_command(&format!("HSET {META} {damage}"));
        let new = Reader::of(&server.url(""));
        let refusal = new.revocations.connect().expect_err(damage);
        assert_eq!(new.verdict("grace"), Status::RevocationsUnavailable, "{damage}");
        if damage == "format 2" {
            let expected = "the store has a format that this version does not know";
            assert!(refusal.message().ends_with(expected), "{refusal}");
            let refusal = revoke(&writer, "grace").expect_err(damage);
            assert!(refusal.message().ends_with(expected), "{refusal}");
            server.run_command(&format!("HSET {META} format 1"));
        }
    }
}

#[test]
fn entries_that_cannot_be_read_revoke_or_are_told() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    revoke(&writer, "ada").expect("a receipt");
    let reader = Reader::of(&server.url(""));
    assert_eq!(verdicts(&reader), [Status::Revoked, Status::Ok, Status::Ok]);
    for field in ["email:grace@example.com", "email:", "user:eve"] {
        server.run_command(&format!("HSET {ENTRIES} {field} nonsense"));
        server.run_command(&format!("ZADD {CHANGES} 9000000000000000 {field}"));
    }
    server.run_command(&format!("HSET {META} version 9000000000000000 count 4"));
    reader.read_again();
    assert_eq!(verdicts(&reader), BOTH);
    assert_eq!((reader.status().skipped, reader.status().losses), (2, 0));
    let told = |line: &String| line.ends_with("2 entries of the store cannot be read and are not used");
    assert_eq!(reader.log().iter().filter(|line| told(line)).count(), 1, "{:?}", reader.log());
    writer.lift(&crate::support::store::email("grace"), &Default::default()).expect("a receipt");
    reader.read_again();
    assert_eq!(verdicts(&reader), [Status::Revoked, Status::Ok, Status::Ok], "a lift mends it");
}
