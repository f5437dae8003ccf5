//! Processes that fork while they use an SQLite file of revocations, and a second copy of SQLite beside the library's.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]
// dlopen() has no safe form.
#![allow(unsafe_code)]

mod support;

use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Revocations, RevokeOptions};
use support::child::{self, Child, tell};
use support::fork::{fork, wait_for};
use support::session::{current_token, verifier_with};
use support::store::{Place, all_values, assert_sound, email, open, revoke, values};

/// What other processes of these tests do.
#[test]
fn job() {
    let words = child::job();
    let words: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
    match words[..] {
        ["fork", url, times] => fork_often(url, times.parse().expect("a number")),
        ["orphan", url] => outlive_the_parent(url),
        ["two copies", url, other] => use_another_copy(url, other),
        [] => fork_often(&Place::new().url(), 3),
        _ => panic!("{words:?}"),
    }
}

/// Two threads read and one writes while the process forks again and again. Each child reads, and some write.
fn fork_often(url: &str, times: u64) {
    let revocations = open(url);
    revocations.connect().expect("an answer");
    let over = Arc::new(AtomicBool::new(false));
    let operations = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..3)
        .map(|number| {
            let (revocations, over, operations) =
                (revocations.clone(), Arc::clone(&over), Arc::clone(&operations));
            thread::spawn(move || {
                let verifier = verifier_with(|config| config.set_revocations(&revocations));
                let token = current_token("a", 600);
                let mut written = 0;
                while !over.load(Ordering::Relaxed) {
                    match number {
                        0 => {
                            revoke(&revocations, &format!("parent-{written}"));
                            tell(&format!("parent-{written}"));
                            written += 1;
                            thread::sleep(Duration::from_millis(10));
                        }
                        1 => drop(revocations.list(None, None, 10).expect("entries")),
                        _ => drop(verifier.verify(token.as_bytes())),
                    }
                    operations.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(1));
                }
            })
        })
        .collect();

    let mut slowest = Duration::ZERO;
    for number in 0..times {
        let begin = Instant::now();
        let child = fork(|| use_in_child(&revocations, number));
        slowest = slowest.max(begin.elapsed());
        assert!(wait_for(child), "child {number}");
    }
    over.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    tell(&format!("operations {}", operations.load(Ordering::Relaxed)));
    tell(&format!("slowest {}", slowest.as_millis()));
}

fn use_in_child(revocations: &Revocations, number: u64) -> bool {
    match number % 20 {
        0 => {
            let name = format!("child-{number}");
            let written = revocations.revoke(&email(&name), &RevokeOptions::default()).is_ok();
            if written {
                tell(&name);
            }
            written
        }
        1 => revocations.connect().is_ok(),
        // So that a child also ends while its parent is in the middle of something.
        2 => true,
        _ => revocations.list(None, None, 10).is_ok(),
    }
}

/// The child writes once its parent has ended, in the middle of what the threads of the parent do.
fn outlive_the_parent(url: &str) {
    let revocations = open(url);
    revocations.connect().expect("an answer");
    for number in 0..2 {
        let revocations = revocations.clone();
        thread::spawn(move || {
            for write in 0.. {
                revoke(&revocations, &format!("parent-{number}-{write}"));
            }
        });
    }
    thread::sleep(Duration::from_millis(50));
    // SAFETY: always safe.
    let parent = unsafe { libc::getpid() };
    fork(|| {
        // SAFETY: always safe.
        while unsafe { libc::getppid() } == parent {
            thread::sleep(Duration::from_millis(1));
        }
        revoke(&revocations, "orphan");
        tell("orphan");
        true
    });
    std::process::exit(0);
}

#[test]
fn children_of_a_fork_in_the_middle_of_anything_use_the_store() {
    assert_children_use_the_store(200);
}

#[test]
#[ignore = "takes half a minute"]
fn children_of_a_thousand_forks_use_the_store() {
    assert_children_use_the_store(1_000);
}

fn assert_children_use_the_store(times: usize) {
    let place = Place::new();
    let lines = Child::start(&["fork", &place.url(), &times.to_string()]).rest();

    let [written @ .., operations, slowest] = &lines[..] else { panic!("{lines:?}") };
    let number = |line: &str| line.split_once(' ').and_then(|(_, number)| number.parse::<u64>().ok());
    println!("{operations}; {slowest} ms for a fork; {} writes", written.len());
    assert!(number(operations).is_some_and(|number| number > 100), "{operations}");
    assert!(number(slowest).is_some_and(|number| number < 5_000), "{slowest}");
    assert_eq!(written.iter().filter(|name| name.starts_with("child-")).count(), times / 20);
    let known = all_values(&place);
    assert!(written.iter().all(|name| known.contains(&format!("{name}@example.com"))));
    assert_sound(&place);
}

#[test]
fn a_child_whose_parent_has_ended_writes() {
    for _ in 0..5 {
        let place = Place::new();
        // The pipe ends with the last process.
        assert_eq!(Child::start(&["orphan", &place.url()]).rest(), ["orphan"]);
        assert!(values(&place.open()).contains(&"orphan@example.com".to_owned()));
        revoke(&place.open(), "later");
        assert_sound(&place);
    }
}

/// The system's SQLite, as Python's module `sqlite3` uses it.
struct OtherCopy {
    open: Open,
    execute: Execute,
    close: Close,
}

type Open = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> c_int;
type Execute = unsafe extern "C" fn(*mut c_void, *const c_char, usize, usize, usize) -> c_int;
type Close = unsafe extern "C" fn(*mut c_void) -> c_int;

impl OtherCopy {
    fn load() -> Option<OtherCopy> {
        // SAFETY: the library has no constructors that depend on this program.
        let library = unsafe { libc::dlopen(c"libsqlite3.so.0".as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if library.is_null() {
            return None;
        }
        let symbol = |name: &std::ffi::CStr| {
            // SAFETY: the library is loaded, and never unloaded.
            let symbol = unsafe { libc::dlsym(library, name.as_ptr()) };
            assert!(!symbol.is_null());
            symbol
        };
        // SAFETY: this is its prototype.
        let open = unsafe { std::mem::transmute::<*mut c_void, Open>(symbol(c"sqlite3_open")) };
        // SAFETY: as above; the callback and both places that it leaves null have the size of a pointer.
        let execute = unsafe { std::mem::transmute::<*mut c_void, Execute>(symbol(c"sqlite3_exec")) };
        // SAFETY: as above.
        let close = unsafe { std::mem::transmute::<*mut c_void, Close>(symbol(c"sqlite3_close")) };
        Some(OtherCopy { open, execute, close })
    }

    /// Opens the file, runs this and closes it, as a connection for each operation would be.
    fn run(&self, path: &str, sql: &str) -> c_int {
        let (path, sql) = (CString::new(path).expect("a path"), CString::new(sql).expect("SQL"));
        let mut connection = std::ptr::null_mut();
        // SAFETY: the path ends with NUL and the place is valid for writing.
        assert_eq!(unsafe { (self.open)(path.as_ptr(), &raw mut connection) }, 0);
        // SAFETY: the connection is open, and the text ends with NUL.
        let status = unsafe { (self.execute)(connection, sql.as_ptr(), 0, 0, 0) };
        // SAFETY: the connection is open and has no statements.
        assert_eq!(unsafe { (self.close)(connection) }, 0);
        status
    }
}

fn use_another_copy(url: &str, other: &str) {
    let Some(copy) = OtherCopy::load() else {
        tell("missing");
        return;
    };
    let revocations = open(url);
    assert_eq!(copy.run(other, "CREATE TABLE numbers (number INTEGER)"), 0);
    let theirs = thread::spawn({
        let other = other.to_owned();
        move || (0..100).for_each(|_| assert_eq!(copy.run(&other, "INSERT INTO numbers VALUES (1)"), 0))
    });
    for number in 0..50 {
        revoke(&revocations, &format!("name{number}"));
        assert_eq!(values(&revocations).len(), number + 1);
    }
    theirs.join().expect("no panic");
    tell("done");
}

#[test]
fn another_copy_of_sqlite_may_use_another_file() {
    let place = Place::new();
    let other = place.folder.path().join("other.db");
    let line = Child::start(&["two copies", &place.url(), other.to_str().expect("a path")]).line();
    if line == "missing" {
        support::skip("another_copy_of_sqlite_may_use_another_file", "libsqlite3.so.0");
        return;
    }
    assert_eq!(line, "done");
    assert_sound(&place);
    assert_eq!(values(&place.open()).len(), 50);
    let count: i64 = rusqlite::Connection::open(other)
        .and_then(|other| other.query_row("SELECT count(*) FROM numbers", [], |row| row.get(0)))
        .expect("a number");
    assert_eq!(count, 100);
}
