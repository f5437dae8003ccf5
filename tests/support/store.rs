//! A store of revocations in a folder of the test's own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cfaccess::{RevocationOptions, Revocations, RevokeOptions, Target, TargetKind, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

pub struct Place {
    pub folder: TempDir,
    pub path: PathBuf,
}

impl Place {
    pub fn new() -> Place {
        Place::within(std::env::temp_dir())
    }

    /// In memory, where nothing waits for a disk that others use.
    pub fn in_memory() -> Place {
        let memory = PathBuf::from("/dev/shm");
        if memory.is_dir() { Place::within(memory) } else { Place::new() }
    }

    pub fn within(parent: PathBuf) -> Place {
        let folder = TempDir::new_in(parent).expect("a folder");
        let path = folder.path().join("revocations.db");
        Place { folder, path }
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    /// Another handle, as another process would have, that asks again within a tenth of a second.
    pub fn open(&self) -> Revocations {
        open(&self.url())
    }

    /// The same file by SQL. Must not be used while this process uses the store.
    pub fn sql(&self) -> Connection {
        Connection::open(&self.path).expect("a file")
    }
}

pub fn open(url: &str) -> Revocations {
    Revocations::open(url, "acme", options()).expect("a store")
}

pub fn options() -> RevocationOptions {
    let mut options = RevocationOptions::default();
    options.interval = Duration::from_millis(100);
    options.timeout = Duration::from_secs(5);
    options
}

pub fn email(name: &str) -> Target {
    Target::new(TargetKind::Email, &format!("{name}@example.com")).expect("an e-mail")
}

/// Revokes this e-mail.
pub fn revoke(revocations: &Revocations, name: &str) {
    revocations.revoke(&email(name), &RevokeOptions::default()).expect("a receipt");
}

pub fn cut_off_at(seconds: i64) -> RevokeOptions {
    let mut options = RevokeOptions::default();
    options.at = Timestamp::new(seconds);
    options
}

/// The values in the store.
pub fn values(revocations: &Revocations) -> Vec<String> {
    let entries = revocations.list(None, None, 10_000).expect("entries");
    entries.iter().map(|entry| entry.target.value().to_owned()).collect()
}

pub fn subject(value: &str) -> Target {
    Target::new(TargetKind::Subject, value).expect("a target")
}

/// A file with enough entries for several pages, the last of which is of the subject `revoked`.
pub fn filled() -> Place {
    let place = Place::new();
    let revocations = place.open();
    revoke(&revocations, "ada");
    let entry = revocations.list(None, None, 1).expect("entries").remove(0);
    let entries: Vec<_> = (0..500)
        .map(|number| {
            let mut entry = entry.clone();
            entry.target = email(&format!("name{number}"));
            entry
        })
        .collect();
    revocations.import(&entries).expect("receipts");
    revocations.revoke(&subject("revoked"), &RevokeOptions::default()).expect("a receipt");
    place
}

pub fn truncate(path: &Path, length: u64) {
    std::fs::OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|file| file.set_len(length))
        .expect("truncated");
}

/// Revokes this subject.
pub fn revoke_subject(place: &Place, value: &str) {
    place.open().revoke(&subject(value), &RevokeOptions::default()).expect("a receipt");
}

/// The file has no damage, and as many entries as it says.
pub fn assert_sound(place: &Place) {
    let check: String =
        place.sql().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(check, "ok");
    let miscounted: i64 = place
        .sql()
        .query_row("SELECT entries - (SELECT count(*) FROM entries) FROM teams", [], |row| row.get(0))
        .expect("a number");
    assert_eq!(miscounted, 0);
}

pub fn all_values(place: &Place) -> BTreeSet<String> {
    let revocations = place.open();
    let mut all = Vec::new();
    loop {
        let page = revocations.list(None, all.last(), 10_000).expect("entries");
        if page.is_empty() {
            return all.iter().map(|target: &Target| target.value().to_owned()).collect();
        }
        all.extend(page.into_iter().map(|entry| entry.target));
    }
}
