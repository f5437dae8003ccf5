//! A server that does not answer, or answers with errors, and what callers notice of it.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::Status;

use crate::proxy::{Mode, Proxy};
use crate::reader::{META, Reader, open, options_with, revoke, token_of};
use crate::support::fetched::eventually;
use crate::support::redis_server::Server;

const TIMEOUT: Duration = Duration::from_millis(300);
/// On a machine with other work.
const SLACK: Duration = Duration::from_millis(400);

/// Whoever comes during an outage: one waits for the timeout, the others hardly at all.
fn verify_through(reader: &Reader, lasting: Duration) -> Vec<Duration> {
    let token = token_of("ada");
    let begin = Instant::now();
    let mut waits = Vec::new();
    while begin.elapsed() < lasting {
        let called = Instant::now();
        assert_eq!(reader.verdict_on(&token), Status::Revoked);
        assert_eq!(reader.verdict("eve"), Status::Ok);
        waits.push(called.elapsed());
        thread::sleep(Duration::from_millis(5));
    }
    waits
}

fn with_ada(url: &str) -> Reader {
    let reader = Reader::with(url, options_with(TIMEOUT));
    revoke(&reader.revocations, "ada").expect("a receipt");
    reader.read_again();
    reader
}

fn judge(waits: &[Duration], what: &str) {
    let longest = waits.iter().max().expect("a caller");
    assert!(*longest <= TIMEOUT + SLACK, "{what}: one waited for {longest:?}");
    let long = waits.iter().filter(|wait| **wait > TIMEOUT / 2).count();
    assert!(long <= 2, "{what}: {long} of {} waited", waits.len());
}

#[test]
fn a_server_that_sleeps_holds_up_one_caller_once() {
    let Some(server) = Server::start(&["--enable-debug-command", "yes"]) else { return };
    for command in ["CLIENT PAUSE 1500 ALL", "DEBUG SLEEP 1.5"] {
        let reader = with_ada(&server.url(""));
        let waits = thread::scope(|scope| {
            scope.spawn(|| server.run_command(command));
            verify_through(&reader, Duration::from_millis(1_300))
        });
        judge(&waits, command);
        assert!(reader.status().failures >= 1, "{command}");
        reader.recover();
        assert_eq!(reader.status().losses, 0);
    }
}

#[test]
fn a_write_to_a_server_that_sleeps_ends_by_itself() {
    let Some(server) = Server::start(&[]) else { return };
    let writer = open(&server.url(""));
    revoke(&writer, "ada").expect("a receipt");
    server.run_command("CLIENT PAUSE 3000 ALL");
    let begin = Instant::now();
    let refusal = revoke(&writer, "eve").expect_err("no answer");
    assert!(refusal.message().ends_with("the store did not answer in time"), "{refusal}");
    assert!(begin.elapsed() < Duration::from_millis(2_900), "{:?}", begin.elapsed());
}

#[test]
fn a_connection_that_was_closed_is_made_again_unnoticed() {
    let Some(server) = Server::start(&[]) else { return };
    let reader = with_ada(&server.url(""));
    for _ in 0..3 {
        // Nothing is asked while nobody calls.
        thread::sleep(Duration::from_millis(100));
        server.run_command("CLIENT KILL TYPE normal SKIPME yes");
        revoke(&reader.revocations, "eve").expect("a receipt");
        reader.read_again();
    }
    assert_eq!((reader.status().failures, reader.status().losses), (0, 0));
    assert_eq!(reader.verdict("eve"), Status::Revoked);
}

#[test]
fn an_answer_that_is_cut_anywhere_is_an_error_and_nothing_else() {
    let Some(server) = Server::start(&[]) else { return };
    let proxy = Proxy::to(server.port);
    let writer = open(&server.url(""));
    (0..3).for_each(|number| drop(revoke(&writer, &format!("p{number}")).expect("a receipt")));
    // The answers to a first load are about 380 bytes.
    for bytes in (0..600).step_by(7) {
        proxy.set(Mode::CutAfter(bytes));
        let reader = Reader::with(&proxy.url(), options_with(TIMEOUT));
        let connected = reader.revocations.connect();
        let verdicts = ["p0", "p1", "p2"].map(|name| reader.verdict(name));
        match connected {
            Ok(()) => assert_eq!(verdicts, [Status::Revoked; 3], "{bytes} bytes"),
            Err(_) => assert_eq!(verdicts, [Status::RevocationsUnavailable; 3], "{bytes} bytes"),
        }
        assert_eq!(reader.status().losses, 0, "{bytes} bytes");
    }
}

#[test]
fn a_network_that_hangs_holds_up_one_caller_once() {
    let Some(server) = Server::start(&[]) else { return };
    for mode in [Mode::Swallow, Mode::Trickle] {
        let proxy = Proxy::to(server.port);
        let reader = with_ada(&proxy.url());
        proxy.set(mode);
        let waits = verify_through(&reader, Duration::from_millis(1_500));
        judge(&waits, &format!("{mode:?}"));
        let expected = ["the store did not answer in time", "the fetch gave no answer within 0.3 s"];
        let error = reader.status().last_error.expect("an error");
        assert!(expected.contains(&&*error), "{mode:?}: {error}");
        proxy.set(Mode::Pass);
        reader.recover();
    }
}

#[test]
fn one_connection_serves_the_questions() {
    let Some(server) = Server::start(&[]) else { return };
    let proxy = Proxy::to(server.port);
    let reader = Reader::of(&proxy.url());
    (0..10).for_each(|_| reader.read_again());
    assert_eq!(proxy.accepted(), 1);
    (0..10).for_each(|number| drop(revoke(&reader.revocations, &format!("p{number}")).expect("a receipt")));
    reader.read_again();
    assert_eq!(proxy.accepted(), 2, "and one the writes");
}

#[test]
fn a_server_that_loads_is_waited_for() {
    let Some(mut server) =
        Server::start(&["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"])
    else {
        return;
    };
    let reader = with_ada(&server.url(""));
    let mut pipe = redis::pipe();
    (0..2_000).for_each(|number| {
        pipe.cmd("SET").arg(format!("k{number}")).arg("x".repeat(100));
    });
    pipe.exec(&mut server.connection()).expect("an answer");
    server.run_command("SAVE");
    server.kill();
    server.run();
    let error = reader.fail();
    eventually("LOADING", || {
        reader.verdict("eve");
        let error = reader.status().last_error.unwrap_or_default();
        error == "the store answered LOADING: it is reading its data after a start"
    });
    assert!(!error.is_empty());
    assert_eq!(reader.verdict("ada"), Status::Revoked);
    reader.recover();
    assert_eq!(reader.status().losses, 0);
}

#[test]
fn a_script_that_keeps_the_server_busy_is_waited_for() {
    let Some(server) = Server::start(&["--lua-time-limit", "20"]) else { return };
    let reader = with_ada(&server.url(""));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut connection = server.connection();
            redis::cmd("EVAL")
                .arg("while true do end")
                .arg(0)
                .exec(&mut connection)
                .expect_err("it is killed");
        });
        let error = reader.fail();
        assert!(error.starts_with("the store answered BUSY") || error.contains("in time"), "{error}");
        eventually("BUSY", || {
            let refusal = revoke(&reader.revocations, "eve").err();
            refusal.is_some_and(|refusal| refusal.message().ends_with("BUSY: a script keeps it busy"))
        });
        server.run_command("SCRIPT KILL");
    });
    reader.recover();
    revoke(&reader.revocations, "eve").expect("a receipt");
}

#[test]
fn a_server_that_takes_no_writes_is_still_read() {
    let Some(server) = Server::start(&[]) else { return };
    let reader = with_ada(&server.url(""));
    let is_refused = |expected: &str| {
        let version = server.number(&format!("HGET {META} version"));
        let refusal = revoke(&reader.revocations, "eve").expect_err(expected);
        assert!(refusal.message().ends_with(expected), "{refusal}");
        reader.read_again();
        assert_eq!(["ada", "eve"].map(|name| reader.verdict(name)), [Status::Revoked, Status::Ok]);
        assert_eq!(server.number(&format!("HGET {META} version")), version);
        assert_eq!(reader.status().losses, 0);
    };

    server.run_command("CONFIG SET maxmemory 1");
    is_refused("the store answered OOM: it has no memory left below its maxmemory");
    server.run_command("CONFIG SET maxmemory 0");

    server.run_command("CONFIG SET min-replicas-to-write 1");
    is_refused("the store answered NOREPLICAS: it takes no writes without more replicas");
    server.run_command("CONFIG SET min-replicas-to-write 0");

    std::fs::create_dir_all(server.folder().join("dump.rdb").join("in-the-way")).expect("a folder");
    let mut save = redis::cmd("CONFIG");
    save.arg("SET").arg("save").arg("3600 1").exec(&mut server.connection()).expect("an answer");
    server.run_command("BGSAVE");
    eventually("a failure to save", || {
        let info: String = redis::from_redis_value(server.run_command("INFO persistence")).expect("text");
        info.contains("rdb_last_bgsave_status:err")
    });
    is_refused("the store answered MISCONF: it cannot save its data and takes no writes");
    server.run_command("CONFIG SET stop-writes-on-bgsave-error no");

    revoke(&reader.revocations, "eve").expect("a receipt");
}

#[test]
fn a_name_that_does_not_resolve_is_told_without_the_name() {
    let reader = Reader::of("redis://store.invalid");
    assert_eq!(reader.verdict("ada"), Status::RevocationsUnavailable);
    let error = reader.status().last_error.expect("an error");
    let expected =
        ["the name of the store does not resolve: ", "the lookup of the name of the store did not"];
    assert!(expected.iter().any(|expected| error.starts_with(expected)), "{error}");
    assert!(!error.contains("invalid"), "{error}");
}

/// The process of the test below.
#[test]
#[ignore = "runs in a process of its own"]
fn a_process_whose_name_lookups_hang() {
    if std::env::var_os("LD_PRELOAD").is_none() {
        return;
    }
    let reader = Reader::with("redis://store.example", options_with(TIMEOUT));
    let mut waits = Vec::new();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(1_500) {
        let called = Instant::now();
        assert_eq!(reader.verdict("ada"), Status::RevocationsUnavailable);
        waits.push(called.elapsed());
        thread::sleep(Duration::from_millis(5));
    }
    judge(&waits, "a lookup that hangs");
    let error = reader.status().last_error.expect("an error");
    assert!(
        error.contains("earlier lookup has not ended") || error.contains("did not end in time"),
        "{error}"
    );
    let called = Instant::now();
    revoke(&reader.revocations, "ada").expect_err("no address");
    assert!(called.elapsed() < Duration::from_secs(3));
    println!("done");
}

#[test]
fn a_name_lookup_that_hangs_holds_up_one_caller_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, library) = (folder.path().join("hang.c"), folder.path().join("hang.so"));
    let code = "#include <unistd.h>\nint getaddrinfo(void) { sleep(20); return -3; }\n";
    std::fs::write(&source, code).expect("a file");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let compiled = Command::new(compiler).args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(compiled.is_ok_and(|status| status.success()));
    let output = Command::new(std::env::current_exe().expect("a program"))
        .args(["--exact", "outage::a_process_whose_name_lookups_hang", "--ignored", "--nocapture"])
        .env("LD_PRELOAD", &library)
        .output()
        .expect("a process");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("done"), "{told}{}", String::from_utf8_lossy(&output.stderr));
}
