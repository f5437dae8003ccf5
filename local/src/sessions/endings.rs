//! What holds for tokens whose session is not known here: those that were minted, or issued before the state was
//! lost. Such a token is over if it was issued before its application, its person or its service was ended.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::record::Ended;

const CAPACITY: usize = 10_000;

/// Whom a token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner<'a> {
    Application(&'a str),
    User(&'a str),
    Session(&'a str),
    /// By Client ID.
    Service(&'a str),
}

impl Owner<'_> {
    fn key(&self) -> String {
        match self {
            Owner::Application(name) => format!("application/{name}"),
            Owner::User(email) => format!("user/{email}"),
            Owner::Session(nonce) => format!("session/{nonce}"),
            Owner::Service(client_id) => format!("service/{client_id}"),
        }
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Ending {
    /// Tokens issued until then are over.
    issued_until: i64,
    ended: Ended,
    number: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Endings {
    by_owner: HashMap<String, Ending>,
    next: u64,
}

impl Endings {
    pub(super) fn add(&mut self, owner: &Owner<'_>, ended: Ended, now: i64) {
        let key = owner.key();
        if self.by_owner.len() >= CAPACITY && !self.by_owner.contains_key(&key) {
            let oldest = self.by_owner.iter().min_by_key(|(_, ending)| ending.number);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.map(|key| self.by_owner.remove(&key));
        }
        self.next += 1;
        // A session is named by a nonce that is never issued again.
        let issued_until = if matches!(owner, Owner::Session(_)) { i64::MAX } else { now };
        self.by_owner.insert(key, Ending { issued_until, ended, number: self.next });
    }

    /// Forgets all endings but those of single sessions, whose tokens would be accepted again.
    pub(super) fn keep_sessions(&mut self) {
        self.by_owner.retain(|key, _| key.starts_with("session/"));
    }

    pub(super) fn cover(&self, owner: &Owner<'_>, issued: i64, now: i64) -> bool {
        let ending = self.by_owner.get(&owner.key());
        ending.is_some_and(|ending| issued <= ending.issued_until && ending.ended.holds(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_cover_what_was_issued_before() {
        let mut endings = Endings::default();
        let ada = Owner::User("ada@example.com");
        endings.add(&ada, Ended::Now, 100);
        assert!(endings.cover(&ada, 99, 0) && endings.cover(&ada, 100, 0) && !endings.cover(&ada, 101, 200));
        assert!(!endings.cover(&Owner::Application("ada@example.com"), 99, 200));
        endings.add(&Owner::Session("n"), Ended::At(110), 100);
        assert!(
            !endings.cover(&Owner::Session("n"), 500, 109) && endings.cover(&Owner::Session("n"), 500, 110)
        );
    }

    #[test]
    fn those_of_sessions_can_be_kept_alone() {
        let mut endings = Endings::default();
        let (ada, session) = (Owner::User("ada@example.com"), Owner::Session("n"));
        endings.add(&ada, Ended::Now, 100);
        endings.add(&session, Ended::Now, 100);

        endings.keep_sessions();

        assert!(!endings.cover(&ada, 99, 200) && endings.cover(&session, 99, 200));
    }

    #[test]
    fn their_number_is_bounded() {
        let mut endings = Endings::default();
        for number in 0..CAPACITY + 10 {
            endings.add(&Owner::Session(&number.to_string()), Ended::Now, 0);
        }
        assert_eq!(endings.by_owner.len(), CAPACITY);
        assert!(endings.cover(&Owner::Session(&(CAPACITY + 9).to_string()), 0, 0));
    }
}
