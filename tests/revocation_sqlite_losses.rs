//! Files of revocations that are deleted or replaced: what a process has known counts on.
#![cfg(all(target_os = "linux", feature = "store-sqlite"))]

mod support;

use std::fs;
use std::sync::{Arc, Mutex};

use cfaccess::{LogFunction, Revocations, Status, Verifier};
use rusqlite::Connection;
use support::fetched::eventually;
use support::session::{current_token, status_of, verifier_with};
use support::store::{Place, options, revoke_subject, truncate};

/// Handles on a file that is replaced, and what they log.
struct Watched {
    place: Place,
    revocations: Revocations,
    verifier: Verifier,
    revoked: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    fn new() -> Watched {
        let place = Place::new();
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut options = options();
        let lines = Arc::clone(&log);
        options.log =
            Some(LogFunction::new(move |_, line| lines.lock().expect("lines").push(line.to_owned())));
        let revocations = Revocations::open(&place.url(), "acme", options).expect("a store");
        let verifier = verifier_with(|config| config.set_revocations(&revocations));
        let revoked = current_token("revoked", 600);
        Watched { place, revocations, verifier, revoked, log }
    }

    fn revoke(&self) {
        revoke_subject(&self.place, "revoked");
        eventually("the revocation", || status_of(&self.verifier, &self.revoked) == Status::Revoked);
    }

    /// The loss is told once, nothing that was known is forgotten, and what is in the new file counts, too.
    fn assert_union(&self, losses: u64) {
        revoke_subject(&self.place, "later");
        let later = current_token("later", 600);
        eventually("the later revocation", || status_of(&self.verifier, &later) == Status::Revoked);
        assert_eq!(status_of(&self.verifier, &self.revoked), Status::Revoked);
        assert_eq!(self.revocations.status().losses, losses);
        let log = self.log.lock().expect("lines");
        assert_eq!(
            log.iter().filter(|line| line.contains("has lost entries")).count() as u64,
            losses,
            "{log:?}"
        );
    }
}

#[test]
fn after_a_deletion_what_was_known_counts_on() {
    let watched = Watched::new();
    watched.revoke();
    fs::remove_file(&watched.place.path).expect("removed");
    watched.assert_union(1);
}

#[test]
fn after_a_file_was_emptied_what_was_known_counts_on() {
    let watched = Watched::new();
    watched.revoke();
    truncate(&watched.place.path, 0);
    watched.assert_union(1);
}

#[test]
fn after_a_restore_of_an_older_copy_what_was_known_counts_on() {
    let watched = Watched::new();
    revoke_subject(&watched.place, "first");
    let copy = watched.place.folder.path().join("copy");
    fs::copy(&watched.place.path, &copy).expect("a copy");
    watched.revoke();
    fs::rename(&copy, &watched.place.path).expect("replaced");
    let good = current_token("good", 600);
    eventually("the loss", || {
        assert_eq!(status_of(&watched.verifier, &good), Status::Ok);
        watched.revocations.status().losses == 1
    });
    watched.assert_union(1);
}

#[test]
fn after_a_replacement_by_another_store_what_was_known_counts_on() {
    let watched = Watched::new();
    watched.revoke();
    let other = Place::new();
    revoke_subject(&other, "elsewhere");
    revoke_subject(&other, "elsewhere");
    fs::rename(&other.path, &watched.place.path)
        .or_else(|_| fs::copy(&other.path, &watched.place.path).map(drop))
        .expect("replaced");
    watched.assert_union(1);
    assert_eq!(status_of(&watched.verifier, &current_token("elsewhere", 600)), Status::Revoked);
}

#[test]
fn a_copy_with_as_many_entries_and_the_same_version_is_read_whole() {
    let watched = Watched::new();
    watched.revoke();
    let copy = watched.place.folder.path().join("copy");
    fs::copy(&watched.place.path, &copy).expect("a copy");
    Connection::open(&copy)
        .and_then(|connection| connection.execute("UPDATE entries SET value = 'renamed'", []))
        .expect("SQL");
    fs::rename(&copy, &watched.place.path).expect("replaced");
    let renamed = current_token("renamed", 600);
    eventually("the other entry", || status_of(&watched.verifier, &renamed) == Status::Revoked);
    watched.assert_union(0);
}
