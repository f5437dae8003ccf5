//! The copy of the keys on disk: what is written, what is believed of it, and what is ignored.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use cfaccess::{Keys, KeysStatus, Refusal, RemoteOptions};
use support::fetched::*;
use support::set_mode;
use tempfile::TempDir;

/// The user and the group `nobody`, to which this process does not belong.
const OTHERS: u32 = 65_534;

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

    /// The document in the copy.
    fn read(&self) -> Vec<u8> {
        parse(&fs::read(&self.copy).expect("a copy")).1
    }

    /// When the copy says that it was confirmed, in seconds since 1970.
    fn confirmed_at(&self) -> u64 {
        parse(&fs::read(&self.copy).expect("a copy")).0
    }

    fn write(&self, confirmed_at: u64, document: &[u8]) {
        let first_line = format!("{{\"confirmed_at\":{confirmed_at}}}\n");
        fs::write(&self.copy, [first_line.as_bytes(), document].concat()).expect("a copy");
    }

    /// The refusal of keys with this path.
    fn refusal(path: &Path) -> Refusal {
        let mut options = RemoteOptions::default();
        options.cache_file = Some(path.to_owned());
        let refusal = Keys::remote("acme", options).err().unwrap_or_else(|| panic!("{}", path.display()));
        assert_eq!(refusal.status().name(), "INVALID_CONFIG", "{refusal}");
        assert!(refusal.message().starts_with("the cache_file "), "{refusal}");
        refusal
    }
}

/// The first line is `{"confirmed_at":1764245000}`, the rest is the document.
fn parse(copy: &[u8]) -> (u64, Vec<u8>) {
    let end = copy.iter().position(|byte| *byte == b'\n').expect("a first line");
    let line = std::str::from_utf8(&copy[..end]).expect("a first line");
    let seconds = line.strip_prefix("{\"confirmed_at\":").and_then(|rest| rest.strip_suffix('}'));
    (seconds.expect("a first line").parse().expect("seconds"), copy[end + 1..].to_vec())
}

/// Connects, and waits until the fetch is over, its copy included.
fn fetch_once(keys: &Keys) -> KeysStatus {
    keys.connect().expect("keys");
    keys.close();
    keys.status()
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock").as_secs()
}

/// Gives a file or folder to another user or group; only root can, and others are told what they skip.
fn give_away(test: &str, path: &Path, user: Option<u32>, group: Option<u32>) -> bool {
    if !rustix::process::geteuid().is_root() {
        // Past the capture of libtest, for whoever counts.
        writeln!(std::io::stderr(), "SKIP {test}: root, to give a file away").expect("standard error");
        return false;
    }
    std::os::unix::fs::chown(path, user, group).expect("an owner");
    true
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).expect("a copy").mode() & 0o7777
}

#[test]
fn the_copy_is_for_its_owner_alone_and_says_when_it_was_confirmed() {
    let place = Place::empty();
    let before = seconds_now();

    let keys = place.endpoint(|_| Ok(document())).keys();
    assert!(!place.copy.exists(), "nothing is written ahead of a fetch");
    fetch_once(&keys);

    assert_eq!(place.read(), document());
    assert_eq!(mode_of(&place.copy), 0o600);
    assert!((before..=seconds_now()).contains(&place.confirmed_at()), "{}", place.confirmed_at());
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
    place.write(seconds_now() - 6, &document());
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
    place.write(seconds_now() + 60, &document());

    let status = place.endpoint(|_| Ok(document())).keys().status();

    assert_eq!((status.keys.len(), status.last_error), (2, None));
}

/// A copy after `spoil` is reported with a reason that ends like this, and replaced by the next success.
fn assert_ignored(spoil: impl FnOnce(&Place), reason: &str) {
    let place = Place::with_copy();
    spoil(&place);
    let keys = place.endpoint(|_| Ok(document())).keys();

    let before = keys.status();
    assert!(before.keys.is_empty() && before.age.is_none(), "{reason}: {before:?}");
    let reported = before.last_error.expect(reason);
    assert!(reported.starts_with("the copy in the cache_file was ignored: "), "{reported}");
    assert!(reported.ends_with(reason), "{reported}");

    assert_eq!(verdict(&verifier(&keys), &good_token()), "OK");
    let after = fetch_once(&keys);
    assert_eq!((after.fetches, after.last_error), (1, None), "{reason}");
    assert_eq!(place.read(), document(), "{reason}");
    assert_eq!(mode_of(&place.copy), 0o600, "{reason}");
}

#[test]
fn a_copy_that_is_no_good_document_is_ignored() {
    let half = &document()[..document().len() / 2];
    for (content, reason) in [
        (&b"\0\xff garbage"[..], "not strict JSON"),
        (half, "not strict JSON"),
        (b"", "not strict JSON"),
        (br#"{"keys":[]}"#, "no entries"),
        (&vec![b' '; (1 << 20) + 1], "more than 1048576 bytes"),
    ] {
        assert_ignored(|place| place.write(seconds_now(), content), reason);
    }
}

#[test]
fn a_copy_that_does_not_say_when_it_was_confirmed_is_ignored() {
    let now = seconds_now();
    for first_line in [
        String::new(),
        "\n".to_owned(),
        format!("{{\"confirmed_at\":{now}}}"),
        format!("{{\"confirmed_at\":{now}\n"),
        format!(" {{\"confirmed_at\":{now}}}\n"),
        format!("{{\"confirmed_at\":-{now}}}\n"),
        format!("{{\"confirmed_at\":{now}.5}}\n"),
        format!("{{\"confirmed_at\":\"{now}\"}}\n"),
        "{\"confirmed_at\":18446744073709551615}\n".to_owned(),
        "{\"confirmed_at\":18446744073709551616}\n".to_owned(),
    ] {
        let spoil = |place: &Place| {
            fs::write(&place.copy, [first_line.as_bytes(), &document()].concat()).expect("a copy");
        };
        assert_ignored(spoil, "it does not begin with the time at which the endpoint confirmed it");
    }
}

#[test]
fn a_copy_that_others_can_write_is_ignored() {
    for mode in [0o602, 0o606, 0o666] {
        assert_ignored(|place| set_mode(&place.copy, mode), "writable by others");
    }
}

#[test]
fn a_copy_that_a_group_of_others_can_write_is_ignored() {
    let place = Place::with_copy();
    if !give_away("a_copy_that_a_group_of_others_can_write_is_ignored", &place.copy, None, Some(OTHERS)) {
        return;
    }
    let spoil = |place: &Place| {
        std::os::unix::fs::chown(&place.copy, None, Some(OTHERS)).expect("a group");
        set_mode(&place.copy, 0o620);
    };
    assert_ignored(spoil, "writable by a group that this process is not in");
}

#[test]
fn a_group_of_this_process_may_write_the_copy_and_its_folder() {
    let place = Place::with_copy();
    set_mode(&place.copy, 0o660);
    set_mode(place.folder.path(), 0o770);

    let status = place.endpoint(|_| Ok(document())).keys().status();

    assert_eq!((status.keys.len(), status.last_error), (2, None));
}

#[test]
fn a_copy_from_too_long_ago_or_from_the_future_is_ignored() {
    let now = seconds_now();
    assert_ignored(|place| place.write(now - 86_400, &document()), "older than max_stale");
    assert_ignored(|place| place.write(0, &document()), "older than max_stale");
    assert_ignored(|place| place.write(now + 86_400, &document()), "dated in the future");
}

#[test]
fn a_copy_is_no_younger_after_it_is_copied() {
    let place = Place::with_copy();
    place.write(seconds_now() - 1_800, &document());
    let other = Place::empty();
    fs::copy(&place.copy, &other.copy).expect("a copy");

    let age = other.endpoint(|_| Ok(document())).keys().status().age.expect("an age");

    assert!((1_800..1_820).contains(&age.as_secs()), "{age:?}");
}

#[test]
fn a_place_that_cannot_be_used_is_refused_at_once() {
    let place = Place::with_copy();
    let pipe = place.folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).expect("a pipe");
    let link = place.folder.path().join("link");
    std::os::unix::fs::symlink(&place.copy, &link).expect("a link");
    let dangling = place.folder.path().join("dangling");
    std::os::unix::fs::symlink("nowhere", &dangling).expect("a link");

    for (path, reason) in [
        (place.folder.path(), "it is not a file"),
        (&pipe, "it is not a file"),
        (&link, "it is a symbolic link"),
        (&dangling, "it is a symbolic link"),
        (Path::new("/"), "it is not a file"),
        (Path::new(""), "cannot be used"),
        (&place.folder.path().join("missing/keys.json"), "No such file or directory"),
        (&place.copy.join("keys.json"), "Not a directory"),
        // Nobody, root included, can make a file there.
        (Path::new("/proc/keys.json"), "cannot be used"),
    ] {
        let refusal = Place::refusal(path);
        assert!(refusal.message().contains(reason), "{refusal}");
    }
    assert_eq!(place.read(), document());
}

#[test]
fn a_folder_that_others_can_write_is_refused_unless_it_is_sticky() {
    let place = Place::with_copy();
    for (mode, reason) in [
        (0o702, Some("its folder is writable by others")),
        (0o777, Some("its folder is writable by others")),
        (0o2777, Some("its folder is writable by others")),
        (0o1777, None),
        (0o755, None),
        (0o775, None),
    ] {
        set_mode(place.folder.path(), mode);
        match reason {
            Some(reason) => {
                let refusal = Place::refusal(&place.copy);
                assert!(refusal.message().contains(reason), "{mode:o}: {refusal}");
            }
            None => {
                assert_eq!(place.endpoint(|_| Ok(document())).keys().status().last_error, None, "{mode:o}")
            }
        }
    }
}

#[test]
fn a_folder_that_a_group_of_others_can_write_is_refused() {
    let place = Place::with_copy();
    let test = "a_folder_that_a_group_of_others_can_write_is_refused";
    if !give_away(test, place.folder.path(), None, Some(OTHERS)) {
        return;
    }
    set_mode(place.folder.path(), 0o770);

    let refusal = Place::refusal(&place.copy);

    let reason = "its folder is writable by a group that this process is not in";
    assert!(refusal.message().contains(reason), "{refusal}");
}

#[test]
fn a_file_or_folder_of_another_user_is_refused() {
    let test = "a_file_or_folder_of_another_user_is_refused";
    let place = Place::with_copy();
    if !give_away(test, &place.copy, Some(OTHERS), None) {
        return;
    }
    let refusal = Place::refusal(&place.copy);
    assert!(refusal.message().ends_with("it belongs to another user"), "{refusal}");

    let place = Place::empty();
    give_away(test, place.folder.path(), Some(OTHERS), None);
    let refusal = Place::refusal(&place.copy);
    assert!(refusal.message().ends_with("its folder belongs to another user"), "{refusal}");
}

#[test]
fn a_copy_that_can_no_longer_be_replaced_costs_no_keys() {
    let place = Place::empty();
    let keys = place.endpoint(|_| Ok(document())).keys();
    fs::create_dir(&place.copy).expect("a folder in its place");

    let status = fetch_once(&keys);

    assert!(status.last_error.is_some_and(|reason| reason.contains("was not written")));
    assert_eq!(status.failures, 0);
    assert_eq!(verdict(&verifier(&keys), &good_token()), "OK");
    assert_eq!(fs::read_dir(place.folder.path()).expect("a folder").count(), 1, "nothing else is left");
}

/// Mounted onto itself, so that nothing can be renamed onto it, until it is dropped.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn new(file: &'a Path) -> Option<Mounted<'a>> {
        let mounted = Command::new("mount").arg("--bind").args([file, file]).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Mounted(file))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", self.0.display());
    }
}

#[test]
fn a_file_that_is_mounted_by_itself_is_written_in_place() {
    let place = Place::with_copy();
    let Some(_mounted) = Mounted::new(&place.copy) else {
        let skipped = "SKIP a_file_that_is_mounted_by_itself_is_written_in_place: root, to mount a file";
        writeln!(std::io::stderr(), "{skipped}").expect("standard error");
        return;
    };
    let longer = [document(), vec![b' '; 1_000]].concat();

    for fetched in [longer, other_document()] {
        let answer = fetched.clone();
        let status = fetch_once(&place.endpoint(move |_| Ok(answer.clone())).keys());

        assert_eq!(status.last_error, None);
        assert_eq!(place.read(), fetched);
    }
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
