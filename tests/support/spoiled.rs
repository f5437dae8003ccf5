//! Files of revocations that nobody may go by.

use std::time::{Duration, Instant};

use cfaccess::{Note, Revocations, Status};

use super::fetched::eventually;
use super::session::{current_token, status_of, verifier_with};
use super::store::{Place, filled, open, options, subject};

/// Why the store cannot be read, and why it cannot be written.
pub fn reasons(url: &str) -> [String; 2] {
    let revocations = open(url);
    let begin = Instant::now();
    let read = revocations.connect().expect_err("a refusal of a read");
    let write = revocations.lift(&subject("other"), &Note::default()).expect_err("a refusal of a write");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    [read, write].map(|refusal| {
        assert_eq!(refusal.status(), Status::RevocationsUnavailable);
        refusal.message().to_owned()
    })
}

/// A file after `spoil` is neither read nor written, for a reason that contains this, and a process that read it before
/// goes on with what it knows.
pub fn assert_refused(spoil: impl FnOnce(&Place), reason: &str) {
    let place = filled();
    let mut options = options();
    options.max_stale = Duration::from_millis(400);
    let before = Revocations::open(&place.url(), "acme", options).expect("a store");
    let verifier = verifier_with(|config| config.set_revocations(&before));
    let [good, revoked] = ["good", "revoked"].map(|subject| current_token(subject, 600));
    assert_eq!([&good, &revoked].map(|token| status_of(&verifier, token)), [Status::Ok, Status::Revoked]);

    spoil(&place);

    for found in reasons(&place.url()) {
        assert!(found.contains(reason), "{found}\n{reason}");
        assert!(found.contains("revocations.db: "), "{found}");
    }
    eventually("the end", || status_of(&verifier, &good) == Status::RevocationsUnavailable);
    assert_eq!(status_of(&verifier, &revoked), Status::Revoked, "{reason}");
    assert_eq!(before.status().losses, 0);
    assert!(before.status().last_error.is_some_and(|error| error.contains(reason)), "{reason}");
}
