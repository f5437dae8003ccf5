//! Where files of revocations may be, and who may write them.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]

mod support;

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use cfaccess::RevokeOptions;
use rusqlite::Connection;
use support::child::{Child, NOBODY, command};
use support::set_mode;
use support::spoiled::assert_refused;
use support::store::{Place, email, filled, open, revoke, values};

/// What other processes of these tests do.
#[test]
fn job() {
    support::jobs::run();
}

#[test]
fn a_file_that_others_may_write_is_refused() {
    for mode in [0o602, 0o606, 0o666, 0o777] {
        assert_refused(|place| set_mode(&place.path, mode), "it is writable by others");
    }
    for mode in [0o777, 0o1777, 0o703] {
        assert_refused(|place| set_mode(place.folder.path(), mode), "its folder is writable by others");
    }
}

#[test]
fn a_file_of_another_user_is_refused() {
    if !support::is_root("a_file_of_another_user_is_refused") {
        return;
    }
    assert_refused(
        |place| chown(&place.path, Some(NOBODY), None).expect("given away"),
        "it belongs to another user",
    );
    assert_refused(
        |place| chown(place.folder.path(), Some(NOBODY), None).expect("given away"),
        "its folder belongs to another user",
    );
}

#[test]
fn a_group_may_write_the_file_and_its_folder() {
    let place = filled();
    if support::is_root("a_group_may_write_the_file_and_its_folder") {
        chown(&place.path, None, Some(NOBODY)).expect("given to a group");
        chown(place.folder.path(), None, Some(NOBODY)).expect("given to a group");
    }
    set_mode(&place.path, 0o664);
    set_mode(place.folder.path(), 0o2775);
    assert_eq!(values(&place.open()).len(), 502);
    revoke(&place.open(), "eve");
}

/// A journal that would undo every write after the first, as somebody may plant it.
fn journal_of(place: &Place) -> PathBuf {
    let connection = place.sql();
    connection
        .execute_batch("PRAGMA cache_size = 1; BEGIN; UPDATE entries SET reason = hex(zeroblob(200))")
        .expect("SQL");
    let journal = place.path.with_extension("db-journal");
    let content = fs::read(&journal).expect("a journal");
    drop(connection);
    fs::write(&journal, content).expect("a journal");
    journal
}

#[test]
fn a_journal_that_somebody_planted_is_not_rolled_back() {
    let reason = "its journal was not made by somebody who may write the file";
    assert_refused(|place| set_mode(&journal_of(place), 0o666), reason);
    assert_refused(
        |place| {
            let journal = journal_of(place);
            let elsewhere = place.folder.path().join("elsewhere");
            fs::rename(&journal, &elsewhere).expect("moved");
            symlink(elsewhere, journal).expect("a link");
        },
        reason,
    );
    assert_refused(|place| fs::create_dir(place.path.with_extension("db-wal")).expect("a folder"), reason);
    if !support::is_root("a_journal_that_somebody_planted_is_not_rolled_back") {
        return;
    }
    assert_refused(|place| chown(journal_of(place), Some(NOBODY), Some(NOBODY)).expect("given away"), reason);
    // Members of a group that may write the file have their journals rolled back.
    let place = filled();
    set_mode(&place.path, 0o660);
    chown(&place.path, None, Some(NOBODY)).expect("given to a group");
    let journal = journal_of(&place);
    chown(&journal, Some(NOBODY), Some(NOBODY)).expect("given away");
    assert_eq!(values(&place.open()).len(), 502);
    assert!(!journal.exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_read_from() {
    if !support::is_root("a_folder_that_cannot_be_written_is_read_from") {
        return;
    }
    let place = filled();
    set_mode(&place.path, 0o644);
    set_mode(place.folder.path(), 0o555);
    assert_eq!(Child::start_as_nobody(&["connect", &place.url()]).line(), "connected");
}

/// A file system in memory, for as long as this lives.
struct Mounted(PathBuf);

impl Mounted {
    fn new(test: &str, folder: &Path) -> Option<Mounted> {
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=160k", "tmpfs"]).arg(folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Mounted(folder.to_owned()));
        }
        support::skip(test, "root, to mount a file system");
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_writes_and_keeps_what_is_there() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let Some(mounted) = Mounted::new("a_full_disk_refuses_writes_and_keeps_what_is_there", folder.path())
    else {
        return;
    };
    set_mode(&mounted.0, 0o755);
    let url = format!("sqlite:{}/revocations.db", mounted.0.display());
    let filler = mounted.0.join("filler");
    fs::write(&filler, vec![1; 40_000]).expect("a file");
    let revocations = open(&url);
    let mut confirmed = Vec::new();
    let refusal = loop {
        let name = format!("name{:04}", confirmed.len());
        match revocations.revoke(&email(&name), &RevokeOptions::default()) {
            Ok(receipt) => confirmed.push(receipt.target.value().to_owned()),
            Err(refusal) => break refusal,
        }
    };
    assert!(refusal.message().contains("its file system is full"), "{refusal}");
    assert!(confirmed.len() > 20, "{}", confirmed.len());

    assert_eq!(values(&open(&url)), confirmed);
    let check = || -> String {
        let connection = Connection::open(mounted.0.join("revocations.db")).expect("a file");
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check")
    };
    assert_eq!(check(), "ok");
    assert!(!mounted.0.join("revocations.db-journal").exists());

    fs::remove_file(filler).expect("removed");
    revoke(&revocations, "zoe");
    assert_eq!(values(&open(&url)).len(), confirmed.len() + 1);
    assert_eq!(check(), "ok");
}

/// A library that names the file system of every folder NFS, for another process.
fn preload_of_nfs(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("statfs.c"), folder.join("statfs.so"));
    let code = "
        #define _GNU_SOURCE
        #include <string.h>
        #include <sys/vfs.h>
        static int nfs(void *answer, unsigned long size, long *type) {
            memset(answer, 0, size);
            *type = 0x6969;
            return 0;
        }
        int statfs(const char *path, struct statfs *answer) {
            return nfs(answer, sizeof *answer, (long *)&answer->f_type);
        }
        int statfs64(const char *path, struct statfs64 *answer) {
            return nfs(answer, sizeof *answer, (long *)&answer->f_type);
        }";
    fs::write(&source, code).expect("a file");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let compiled = Command::new(compiler).args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
    assert!(compiled.is_ok_and(|status| status.success()));
    library
}

#[test]
fn a_network_file_system_is_refused_unless_it_is_allowed() {
    let place = Place::new();
    let library = preload_of_nfs(place.folder.path());
    let line = |url: &str| {
        let mut command = command(&[], &["connect", url]);
        command.env("LD_PRELOAD", &library);
        Child::of(command).line()
    };

    let refused = line(&place.url());
    assert!(refused.contains("it is on NFS, where locks are not reliable"), "{refused}");
    assert!(!place.path.exists());
    assert_eq!(line(&format!("{}?allow_network=false", place.url())), refused);
    assert_eq!(line(&format!("{}?allow_network=true", place.url())), "connected");
}

#[test]
fn a_user_who_may_not_write_reads() {
    if !support::is_root("a_user_who_may_not_write_reads") {
        return;
    }
    let place = Place::new();
    let url = place.url();
    revoke(&place.open(), "ada");
    support::set_mode(place.folder.path(), 0o755);
    let line = Child::start_as_nobody(&["values", &url]).line();
    assert!(line.starts_with("refused: ") && line.contains("cannot be opened"), "{line}");

    support::set_mode(&place.path, 0o644);
    assert_eq!(Child::start_as_nobody(&["values", &url]).rest(), ["ada@example.com"]);
    let lines = Child::start_as_nobody(&["write once", &url, "eve"]).rest();
    assert!(lines[1].contains("this process may not write it"), "{lines:?}");

    fs::remove_file(&place.path).expect("removed");
    let line = Child::start_as_nobody(&["values", &url]).line();
    assert!(line.contains("cannot be created"), "{line}");
    assert!(!place.path.exists());
}
