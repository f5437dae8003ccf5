//! The copy of the keys on disk: what is written, what is believed of it, and what is left aside.
#![cfg(unix)]

mod support;

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use cfaccess::{Keys, KeysStatus, RemoteOptions};
use support::fetched::*;
use tempfile::TempDir;

/// A folder of the test's own, and the copy in it.
struct Place {
    folder: TempDir,
    copy: PathBuf,
}

impl Place {
    fn empty() -> Place {
        let folder = TempDir::new().expect("a folder");
        let copy = folder.path().join("keys.json");
        Place { folder, copy }
    }

    /// As an earlier process left it.
    fn with_copy() -> Place {
        let place = Place::empty();
        fetch_once(&place.endpoint(|_| Ok(document())).keys());
        assert_eq!(place.read(), document());
        place
    }

    fn endpoint(&self, answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Endpoint {
        Endpoint::new(answer).with(|options| options.cache_file = Some(self.copy.clone()))
    }

    fn read(&self) -> Vec<u8> {
        fs::read(&self.copy).expect("a copy")
    }

    fn date(&self, confirmed_at: SystemTime) {
        let copy = File::options().write(true).open(&self.copy).expect("a copy");
        copy.set_modified(confirmed_at).expect("a date");
    }
}

/// Connects, and waits until the fetch is over, its copy included.
fn fetch_once(keys: &Keys) -> KeysStatus {
    keys.connect().expect("keys");
    keys.close();
    keys.status()
}

fn seconds_ago(seconds: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(seconds)
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).expect("a copy").mode() & 0o7777
}

#[test]
fn the_copy_is_the_document_for_its_owner_alone_dated_by_its_fetch() {
    let place = Place::empty();
    let before = SystemTime::now();

    let keys = place.endpoint(|_| Ok(document())).keys();
    assert!(!place.copy.exists(), "nothing is written ahead of a fetch");
    fetch_once(&keys);

    assert_eq!(place.read(), document());
    assert_eq!(mode_of(&place.copy), 0o600);
    let confirmed_at = fs::metadata(&place.copy).and_then(|copy| copy.modified()).expect("a date");
    assert!((before..=SystemTime::now()).contains(&confirmed_at), "{confirmed_at:?}");
    assert_eq!(fs::read_dir(place.folder.path()).expect("a folder").count(), 1, "nothing else is left");
}

#[test]
fn a_restart_goes_on_with_the_copy_at_once_while_the_fetch_goes_on_behind() {
    let place = Place::with_copy();
    let (answer, fetch) = sent_answers();
    let endpoint = place.endpoint(fetch);
    let keys = endpoint.keys();
    let verifier = verifier(&keys);
    let token = good_token();

    let begin = Instant::now();
    assert_eq!(verdict(&verifier, &token), "OK");
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    eventually("a fetch", || endpoint.fetches() == 1);
    assert_eq!(verdict(&verifier, &token), "OK");

    answer.send(Ok(other_document())).expect("a fetch");
    eventually("the other keys", || verdict(&verifier, &token) == "UNKNOWN_KEY");
    keys.close();
    assert_eq!(place.read(), other_document());
}

#[test]
fn a_restart_during_an_outage_goes_on_until_the_copy_is_stale() {
    let place = Place::with_copy();
    place.date(seconds_ago(6));
    let keys = place
        .endpoint(|_| Err("an outage".to_owned()))
        .with(|options| {
            options.refresh_after = Duration::from_secs(1);
            options.max_stale = Duration::from_secs(10);
        })
        .keys();
    let verifier = verifier(&keys);

    assert_eq!(verdict(&verifier, &good_token()), "OK");
    let age = keys.status().age.expect("an age");
    assert!((5..10).contains(&age.as_secs()), "{age:?}");
    eventually("the end", || verdict(&verifier, &good_token()) == "KEYS_UNAVAILABLE");

    assert_eq!(place.read(), document(), "a failure leaves the copy as it is");
}

#[test]
fn a_document_that_is_refused_is_not_kept() {
    let place = Place::with_copy();
    let keys = place.endpoint(|_| Ok(b"<html>".to_vec())).keys();

    let status = fetch_once(&keys);

    assert!(status.last_error.is_some_and(|reason| reason.contains("not strict JSON")));
    assert_eq!(status.keys.len(), 2, "those of the copy");
    assert_eq!(place.read(), document());
}

#[test]
fn a_clock_that_is_a_little_behind_is_borne_with() {
    let place = Place::with_copy();
    place.date(SystemTime::now() + Duration::from_secs(60));

    let status = place.endpoint(|_| Ok(document())).keys().status();

    assert_eq!((status.keys.len(), status.last_error), (2, None));
}

/// A copy after `spoil` is told with a reason that ends like this, and replaced by the next success.
fn assert_left_aside(spoil: impl FnOnce(&Place), reason: &str) {
    let place = Place::with_copy();
    spoil(&place);
    let keys = place.endpoint(|_| Ok(document())).keys();

    let before = keys.status();
    assert!(before.keys.is_empty() && before.age.is_none(), "{reason}: {before:?}");
    let told = before.last_error.expect(reason);
    assert!(told.starts_with("the copy in the cache_file was left aside: "), "{told}");
    assert!(told.ends_with(reason), "{told}");

    assert_eq!(verdict(&verifier(&keys), &good_token()), "OK");
    let after = fetch_once(&keys);
    assert_eq!((after.fetches, after.last_error), (1, None), "{reason}");
    assert_eq!(place.read(), document(), "{reason}");
    assert_eq!(mode_of(&place.copy), 0o600, "{reason}");
}

#[test]
fn a_copy_that_is_no_good_document_is_left_aside() {
    let half = &document()[..document().len() / 2];
    for (content, reason) in [
        (&b"\0\xff garbage"[..], "not strict JSON"),
        (half, "not strict JSON"),
        (b"", "not strict JSON"),
        (br#"{"keys":[]}"#, "no entries"),
        (&vec![b' '; (1 << 20) + 1], "more than 1048576 bytes"),
    ] {
        assert_left_aside(|place| fs::write(&place.copy, content).expect("a copy"), reason);
    }
}

#[test]
fn a_copy_that_others_may_write_is_left_aside() {
    for mode in [0o620, 0o602, 0o666] {
        let spoil = |place: &Place| {
            fs::set_permissions(&place.copy, Permissions::from_mode(mode)).expect("a mode");
        };
        assert_left_aside(spoil, "writable by others");
    }
}

#[test]
fn a_copy_of_somebody_else_is_left_aside() {
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        // Past the capture of libtest, for whoever counts.
        let skipped = "SKIP a_copy_of_somebody_else_is_left_aside: root, to give a file away";
        writeln!(std::io::stderr(), "{skipped}").expect("standard error");
        return;
    }
    let spoil = |place: &Place| std::os::unix::fs::chown(&place.copy, Some(NOBODY), None).expect("an owner");
    assert_left_aside(spoil, "belongs to somebody else");
}

#[test]
fn a_copy_from_too_long_ago_or_from_the_future_is_left_aside() {
    assert_left_aside(|place| place.date(seconds_ago(86_400)), "older than max_stale");
    assert_left_aside(|place| place.date(SystemTime::UNIX_EPOCH), "older than max_stale");
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    assert_left_aside(|place| place.date(tomorrow), "dated in the future");
}

#[test]
fn a_place_that_cannot_be_used_is_told_at_once() {
    let place = Place::with_copy();
    let pipe = place.folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).expect("a pipe");

    for (path, reason) in [
        (place.folder.path(), "it is not a file"),
        (&pipe, "it is not a file"),
        (&place.folder.path().join("missing/keys.json"), "No such file or directory"),
        (&place.copy.join("keys.json"), "Not a directory"),
        // Nobody, root included, can make a file there.
        (Path::new("/proc/keys.json"), "cannot be used"),
    ] {
        let mut options = RemoteOptions::default();
        options.cache_file = Some(path.to_owned());
        let refusal = Keys::remote("acme", options).err().unwrap_or_else(|| panic!("{}", path.display()));
        assert_eq!(refusal.status().name(), "INVALID_CONFIG", "{refusal}");
        assert!(refusal.message().starts_with("the cache_file "), "{refusal}");
        assert!(refusal.message().contains(reason), "{refusal}");
    }
}

#[test]
fn a_copy_that_can_no_longer_be_replaced_costs_no_keys() {
    let place = Place::empty();
    let keys = place.endpoint(|_| Ok(document())).keys();
    fs::create_dir(&place.copy).expect("a folder in its place");

    let status = fetch_once(&keys);

    assert!(status.last_error.is_some_and(|reason| reason.contains("was not replaced")));
    assert_eq!(status.failures, 0);
    assert_eq!(verdict(&verifier(&keys), &good_token()), "OK");
    assert_eq!(fs::read_dir(place.folder.path()).expect("a folder").count(), 1, "nothing else is left");
}

#[test]
fn a_reader_never_sees_half_a_document() {
    let place = Place::with_copy();
    let mut long = document();
    long.resize(1 << 20, b' ');
    let over = AtomicBool::new(false);

    thread::scope(|scope| {
        let writer = |written: Vec<u8>| {
            let place = &place;
            scope.spawn(move || {
                for _ in 0..50 {
                    let written = written.clone();
                    fetch_once(&place.endpoint(move |_| Ok(written.clone())).keys());
                }
            })
        };
        let writers = [writer(document()), writer(long.clone())];
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !over.load(Ordering::Relaxed) {
                let read = place.read();
                assert!(read == document() || read == long, "{} bytes", read.len());
                seen += 1;
            }
            seen
        });
        let ended = writers.map(|writer| writer.join());
        over.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
        assert!(reader.join().expect("whole documents") > 0);
    });
}
