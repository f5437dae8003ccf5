//! A store of revocations in a folder of the test's own.

use std::path::PathBuf;
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
