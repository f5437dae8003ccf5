//! Many entries, and many writes while they are read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::Status;

use crate::reader::{CHANGES, ENTRIES, META, Reader, open, options, revoke, token_of};
use crate::support::redis_server::Server;
use crate::support::session::seconds_now;

/// Puts so many entries there without the script.
fn fill(server: &Server, entries: u64) {
    let mut connection = server.connection();
    revoke(&open(&server.url("")), "first").expect("a receipt");
    let first: u64 = server.number(&format!("HGET {META} version")) as u64;
    let expires_at = seconds_now() + 1_000_000;
    for begin in (0..entries).step_by(5_000) {
        let (mut hset, mut zadd) = (redis::cmd("HSET"), redis::cmd("ZADD"));
        hset.arg(ENTRIES);
        zadd.arg(CHANGES);
        for number in begin..entries.min(begin + 5_000) {
            let (field, version) = (format!("email:filler{number}@example.com"), first - 1 - number);
            hset.arg(&field).arg(format!("{} 0 {expires_at} {version} 0\tops\tfilled", seconds_now()));
            zadd.arg(version).arg(&field);
        }
        hset.exec(&mut connection).expect("an answer");
        zadd.exec(&mut connection).expect("an answer");
    }
    server.run_command(&format!("HSET {META} count {}", entries + 1));
}

/// Ends the writers, also when the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A debug build on a busy machine takes its time.
fn patiently(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(300), "waited in vain: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Loads so many entries while others are written, and says how long the load and the slowest answer took.
fn load(entries: u64, writers: usize, pause: Duration) {
    let Some(server) = Server::start(&[]) else { return };
    let names = ["first", "filler0", "w0-0", &format!("filler{}", entries - 1)];
    let tokens = names.map(token_of);
    fill(&server, entries);
    server.run_command("CONFIG SET slowlog-log-slower-than 5000");
    server.run_command("SLOWLOG RESET");
    let (is_over, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let (is_over, written) = (&is_over, &written);
    let url = server.url("");
    let begin = Instant::now();
    let (loaded, slowest, count) = thread::scope(|scope| {
        let url = &url;
        let over = Over(is_over);
        for writer in 0..writers {
            scope.spawn(move || {
                let store = open(url);
                for number in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    // On a busy machine an answer may come too late.
                    if revoke(&store, &format!("w{writer}-{number}")).is_ok() {
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                    thread::sleep(pause);
                }
            });
        }
        let pings = scope.spawn(|| {
            let mut connection = server.connection();
            let mut waits = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                redis::cmd("PING").exec(&mut connection).expect("an answer");
                waits.push(asked.elapsed());
                thread::sleep(Duration::from_millis(1));
            }
            waits.sort();
            waits
        });
        let mut options = options();
        options.timeout = Duration::from_secs(60);
        let reader = Reader::with(url, options);
        let all_read = || {
            reader.verdict("nobody");
            reader.status().entries as u64 > entries
        };
        patiently("the entries that were there before", all_read);
        let loaded = begin.elapsed();
        thread::sleep(Duration::from_millis(500));
        drop(over);
        let waits = pings.join().expect("waits");
        let expected = entries + 1 + written.load(Ordering::Relaxed);
        let everything = || {
            reader.verdict("nobody");
            reader.status().entries as u64 >= expected
        };
        patiently("every write", everything);
        for (name, token) in names.iter().zip(&tokens) {
            assert_eq!(reader.verdict_on(token), Status::Revoked, "{name}");
        }
        assert_eq!((reader.status().losses, reader.status().skipped), (0, 0), "{:?}", reader.log());
        (loaded, waits[waits.len() * 99 / 100], expected)
    });
    assert_eq!(
        server.number(&format!("HLEN {ENTRIES}")) as u64,
        server.number(&format!("HGET {META} count")) as u64
    );
    let writes = written.load(Ordering::Relaxed);
    let slow = server.number("SLOWLOG LEN");
    println!(
        "{count} entries, {writes} of them written meanwhile; loaded in {loaded:?}; 99 of 100 answers within {slowest:?}; \
         {slow} commands took the server 5 ms"
    );
    // A debug build on a machine with other work; what it is without them, the line above says.
    assert!(slowest < Duration::from_millis(100), "{slowest:?}");
}

#[test]
fn everything_is_read_while_others_write() {
    load(100_000, 2, Duration::from_millis(2));
}

#[test]
fn the_largest_import_is_written_in_time() {
    let Some(server) = Server::start(&[]) else { return };
    server.run_command("CONFIG SET slowlog-log-slower-than 1");
    let source = open("memory:");
    (0..1_000).for_each(|number| drop(revoke(&source, &format!("p{number}")).expect("a receipt")));
    let entries = source.list(None, None, 1_000).expect("entries");
    let begin = Instant::now();
    let receipts = open(&server.url("")).import(&entries).expect("receipts");
    println!("{} entries written in {:?}", receipts.len(), begin.elapsed());
    assert_eq!(server.number(&format!("HLEN {ENTRIES}")), 1_000);
    let slow: Vec<Vec<redis::Value>> =
        redis::from_redis_value(server.run_command("SLOWLOG GET 100")).expect("a log");
    let longest =
        slow.iter().filter_map(|line| redis::from_redis_value::<u64>(line.get(2)?.clone()).ok()).max();
    println!("the server was busy for {} ms", longest.unwrap_or(0) / 1_000);
}

#[test]
#[ignore = "slow"]
fn a_million_entries_are_read_while_others_write() {
    load(1_000_000, 4, Duration::from_millis(4));
}
