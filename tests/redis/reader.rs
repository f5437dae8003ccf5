//! A process that verifies tokens, and one that revokes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cfaccess::{
    LogFunction, Receipt, Refusal, RevocationOptions, Revocations, RevocationsStatus, RevokeOptions, Status,
    Verifier,
};

use crate::support::fetched::eventually;
use crate::support::session::{seconds_now, token_with, verifier_with};
use crate::support::store::email;

pub const META: &str = "{cfaccess:acme}:meta";
pub const ENTRIES: &str = "{cfaccess:acme}:entries";
pub const CHANGES: &str = "{cfaccess:acme}:changes";
pub const AUDIT: &str = "{cfaccess:acme}:audit";

/// Verifies tokens with revocations that it reads from a store.
pub struct Reader {
    pub revocations: Revocations,
    pub verifier: Verifier,
    log: Arc<Mutex<Vec<String>>>,
}

impl Reader {
    pub fn of(url: &str) -> Reader {
        Reader::with(url, options())
    }

    pub fn with(url: &str, mut options: RevocationOptions) -> Reader {
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        options.log =
            Some(LogFunction::new(move |_, line| lines.lock().expect("a log").push(line.to_owned())));
        let revocations = Revocations::open(url, "acme", options).expect("a store");
        let verifier = verifier_with(|config| config.set_revocations(&revocations));
        Reader { revocations, verifier, log }
    }

    /// What a token of a person gets that was issued a minute ago.
    pub fn verdict(&self, name: &str) -> Status {
        self.verdict_on(&token_of(name))
    }

    pub fn verdict_on(&self, token: &str) -> Status {
        self.verifier.verify(token.as_bytes()).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
    }

    /// Until the store was read again.
    pub fn read_again(&self) {
        let before = self.status().refreshes;
        let token = token_of("nobody");
        // One may have begun before.
        eventually("two answers", || {
            self.verdict_on(&token);
            self.status().refreshes >= before + 2
        });
    }

    /// Until the store answers again after it did not.
    pub fn recover(&self) {
        let token = token_of("nobody");
        eventually("an answer", || {
            self.verdict_on(&token);
            self.status().last_error.is_none()
        });
        self.read_again();
    }

    /// Until it does not answer, and why it does not.
    pub fn fail(&self) -> String {
        let token = token_of("nobody");
        eventually("a failure", || {
            self.verdict_on(&token);
            self.status().last_error.is_some()
        });
        self.status().last_error.expect("an error")
    }

    pub fn status(&self) -> RevocationsStatus {
        self.revocations.status()
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("a log").clone()
    }
}

/// A person's token from a minute ago.
pub fn token_of(name: &str) -> String {
    let then = seconds_now() - 60;
    let claims = serde_json::json!({
        "email": format!("{name}@example.com"), "iat": then, "nbf": then, "exp": then + 3_600,
    });
    token_with(&claims)
}

pub fn revoke(revocations: &Revocations, name: &str) -> Result<Receipt, Refusal> {
    revocations.revoke(&email(name), &RevokeOptions::default())
}

/// Asks again within a tenth of a second, and waits for a second.
pub fn options() -> RevocationOptions {
    let mut options = RevocationOptions::default();
    options.interval = Duration::from_millis(100);
    options
}

pub fn open(url: &str) -> Revocations {
    Revocations::open(url, "acme", options()).expect("a store")
}

pub fn options_with(timeout: Duration) -> RevocationOptions {
    let mut options = options();
    options.timeout = timeout;
    options
}
