//! Passwords, permissions, and where none of them may appear.

use std::thread;

use cfaccess::{Note, RevocationOptions, Revocations, Status};

use crate::reader::{ENTRIES, META, Reader, open, revoke};
use crate::support::fetched::eventually;
use crate::support::read;
use crate::support::redis_server::Server;
use crate::support::store::email;

const PASSWORD: &str = "s3cr3t/p@ss";
const ENCODED: &str = "s3cr3t%2Fp%40ss";

/// The users of the documentation, with the password of this test.
fn documented(user: &str) -> String {
    let text = String::from_utf8(read("docs/revocation.md")).expect("text");
    let begin = format!("ACL SETUSER {user} ");
    let line = text.lines().find(|line| line.starts_with(&begin)).expect("a user");
    let words: Vec<String> = line
        .split(' ')
        .map(|word| if word.starts_with('>') { format!(">{PASSWORD}") } else { word.to_owned() })
        .collect();
    words.join(" ")
}

fn url_of(server: &Server, user: &str) -> String {
    format!("redis://{user}:{ENCODED}@127.0.0.1:{}", server.port)
}

fn server_with_users() -> Option<Server> {
    let server = Server::start(&[])?;
    ["acme-reader", "acme-writer"].iter().for_each(|user| drop(server.run_command(&documented(user))));
    Some(server)
}

#[test]
fn a_reader_of_the_documentation_reads_and_cannot_write() {
    let Some(server) = server_with_users() else { return };
    revoke(&open(&server.url("")), "ada").expect("a receipt");
    let reader = Reader::of(&url_of(&server, "acme-reader"));
    assert_eq!(reader.verdict("ada"), Status::Revoked);
    assert_eq!(reader.revocations.list(None, None, 10).expect("entries").len(), 1);
    assert_eq!(reader.revocations.audit("", 10).expect("lines").len(), 1);
    let before = server.run_command(&format!("HGETALL {ENTRIES}"));

    let refused = [
        reader.revocations.lift(&email("ada"), &Note::default()).map(drop),
        revoke(&reader.revocations, "eve").map(drop),
        reader.revocations.purge().map(drop),
    ];

    for refusal in refused {
        let refusal = refusal.expect_err("no permission");
        assert_eq!(refusal.status(), Status::RevocationsUnavailable);
        let expected = "the store answered NOPERM: its ACL does not allow the user what is needed";
        assert!(refusal.message().ends_with(expected), "{refusal}");
    }
    assert_eq!(server.run_command(&format!("HGETALL {ENTRIES}")), before);
    server.run_command("DEL {cfaccess:acme}:changes");
    let new = Reader::of(&url_of(&server, "acme-reader"));
    assert_eq!(new.verdict("ada"), Status::Revoked, "it may do what it takes without the index");
}

#[test]
fn a_writer_of_the_documentation_may_do_everything() {
    let Some(server) = server_with_users() else { return };
    let writer = open(&format!("{}/2?wait_replicas=1", url_of(&server, "acme-writer")));
    let receipt = revoke(&writer, "ada").expect("a receipt");
    assert_eq!(receipt.replicas, Some(0), "there are none, and the write is there");
    writer.block(&email("eve"), None, &Note::default()).expect("a receipt");
    writer.lift(&email("eve"), &Note::default()).expect("a receipt");
    assert_eq!(writer.list(None, None, 10).expect("entries").len(), 2);
    assert_eq!(writer.audit("", 10).expect("lines").len(), 3);
    assert_eq!(writer.purge().expect("a count"), 0);
    writer.connect().expect("an answer");
    let other = Revocations::open(&url_of(&server, "acme-writer"), "other", RevocationOptions::default());
    let refusal = revoke(&other.expect("a store"), "ada").expect_err("keys of another team");
    assert!(refusal.message().contains("NOPERM"), "{refusal}");
}

#[test]
fn a_writer_that_lacks_a_permission_writes_nothing() {
    let Some(server) = server_with_users() else { return };
    // Redis 6 cannot be asked beforehand.
    let can_ask = server.try_command("EVAL return(redis.acl_check_cmd('TIME')) 0").is_ok();
    let needed = ["hset", "hdel", "hget", "hscan", "zadd", "zrem", "zrange", "zcard", "xadd", "xlen", "time"];
    for (number, command) in needed.iter().enumerate().filter(|_| can_ask) {
        server.run_command(&documented("acme-writer"));
        server.run_command(&format!("ACL SETUSER acme-writer -{command}"));
        let writer = open(&url_of(&server, "acme-writer"));
        let refusal = revoke(&writer, &format!("p{number}")).expect_err(command);
        assert!(refusal.message().contains("answered NOPERM"), "{command}: {refusal}");
        assert_eq!(server.number("DBSIZE"), 0, "{command}");
    }
}

#[test]
fn passwords_are_asked_for_and_may_change() {
    let Some(mut server) = Server::start(&["--requirepass", PASSWORD]) else { return };
    server.login = Some(("default".to_owned(), ENCODED.to_owned()));
    let refused = [
        (server.url(""), "the store answered NOAUTH: it requires a password"),
        (
            format!("redis://:wrong@127.0.0.1:{}", server.port),
            "the store answered WRONGPASS: it does not know the user with this password",
        ),
    ];
    for (url, expected) in refused {
        let reader = Reader::of(&url);
        assert_eq!(reader.verdict("ada"), Status::RevocationsUnavailable);
        assert_eq!(reader.status().last_error.as_deref(), Some(expected));
        assert!(revoke(&reader.revocations, "ada").expect_err("a refusal").message().ends_with(expected));
    }
    let reader = Reader::of(&format!("redis://:{ENCODED}@127.0.0.1:{}", server.port));
    revoke(&reader.revocations, "ada").expect("a receipt");
    assert_eq!(reader.verdict("ada"), Status::Revoked);

    server.run_command("CONFIG SET requirepass another");
    server.login = Some(("default".to_owned(), "another".to_owned()));
    server.run_command("CLIENT KILL TYPE normal SKIPME yes");
    // A question that was on its way fails with the connection.
    eventually("the refusal", || reader.fail().contains("WRONGPASS"));
    assert_eq!(reader.verdict("ada"), Status::Revoked, "what is known counts on");
    assert!(revoke(&reader.revocations, "eve").expect_err("a refusal").message().contains("WRONGPASS"));

    server.run_command(&format!("CONFIG SET requirepass {PASSWORD}"));
    server.login = Some(("default".to_owned(), ENCODED.to_owned()));
    reader.recover();
    revoke(&reader.revocations, "eve").expect("a receipt");
}

#[test]
fn a_script_that_the_server_forgot_is_sent_again() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    for name in ["ada", "grace"] {
        revoke(&writer, name).expect("a receipt");
        server.run_command("SCRIPT FLUSH");
    }
    revoke(&writer, "eve").expect("a receipt");
    assert_eq!(server.number(&format!("HLEN {ENTRIES}")), 3);
    assert_eq!(server.number(&format!("HGET {META} count")), 3);
}

#[test]
fn no_text_contains_a_password_or_a_user() {
    let Some(mut server) = server_with_users() else { return };
    let port = server.port;
    let closed = crate::support::redis_server::free_port();
    let urls = [
        format!("redis://acme-reader:{ENCODED}@127.0.0.1:{port}"),
        format!("redis://acme-nobody:{ENCODED}@127.0.0.1:{port}"),
        format!("redis://acme-reader:{ENCODED}@127.0.0.1:{closed}"),
        format!("redis://acme-reader:{ENCODED}@acme-s3cr3t.invalid:{port}"),
        format!("rediss://acme-reader:{ENCODED}@127.0.0.1:{port}"),
        format!("redis://acme-reader:{ENCODED}@127.0.0.1:{port}/999"),
        server.socket_url(&format!("?user=acme-nobody&pass={ENCODED}")),
        format!("redis+unix:///acme-s3cr3t?user=acme-nobody&pass={ENCODED}"),
    ];
    let mut texts = Vec::new();
    for url in &urls {
        let reader = Reader::of(url);
        let texts_of = |reader: &Reader| {
            let mut texts = vec![format!("{:?}", reader.revocations)];
            texts.extend(reader.revocations.connect().err().map(|refusal| format!("{refusal} {refusal:?}")));
            texts.extend(revoke(&reader.revocations, "ada").err().map(|refusal| format!("{refusal:?}")));
            texts.push(reader.status().to_json());
            texts.extend(reader.log());
            texts
        };
        texts.extend(texts_of(&reader));
    }
    server.kill();
    let reader = Reader::of(&urls[0]);
    texts.extend(reader.revocations.connect().err().map(|refusal| refusal.to_string()));
    assert!(texts.len() > 30, "{texts:?}");
    for secret in ["s3cr3t", "p@ss", "p%40ss", "acme-"] {
        assert!(texts.iter().all(|text| !text.contains(secret)), "{secret}: {texts:#?}");
    }
}

#[test]
fn threads_of_one_process_write_at_once() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    thread::scope(|scope| {
        for part in 0..12 {
            let writer = &writer;
            scope.spawn(move || {
                (0..20).for_each(|number| {
                    drop(revoke(writer, &format!("p{part}-{number}")).expect("a receipt"))
                });
            });
        }
    });
    assert_eq!(server.number(&format!("HLEN {ENTRIES}")), 240);
}
