//! Logins between the team's host, where somebody signed in, and the application's, where the session begins.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Target, random};
use crate::config::User;

const CAPACITY: usize = 1_000;
/// For how many seconds a login can be taken up.
const VALID_SECONDS: i64 = 60;

/// A person who is let into an application.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user: User,
    /// The name of the application.
    pub(crate) application: String,
    pub(crate) host: String,
    pub(crate) policy_id: uuid::Uuid,
    /// Of the application's session, in seconds.
    pub(crate) duration: i64,
    /// The hash of the `CF_AppSession` that it began with, where the application's host told it.
    pub(crate) app_session_hash: Option<String>,
    /// A path of the application.
    pub(crate) target: String,
}

struct Pending {
    login: Login,
    since: i64,
    number: u64,
}

/// Those that are under way, by their nonce.
#[derive(Default)]
pub(crate) struct Logins(Mutex<(HashMap<String, Pending>, u64)>);

impl Logins {
    /// Notes a login; its nonce takes it up, once.
    pub(crate) fn begin(&self, login: Login, now: i64) -> String {
        let nonce = random::alphanumeric(43);
        let mut guard = self.lock();
        let (pending, next) = &mut *guard;
        pending.retain(|_, login| login.is_valid(now));
        if pending.len() >= CAPACITY {
            let oldest = pending.iter().min_by_key(|(_, login)| login.number).map(|(nonce, _)| nonce.clone());
            oldest.map(|nonce| pending.remove(&nonce));
        }
        *next += 1;
        pending.insert(nonce.clone(), Pending { login, since: now, number: *next });
        nonce
    }

    /// The login of a nonce, which is used up by the question.
    pub(crate) fn take(&self, nonce: &str, now: i64) -> Option<Login> {
        let pending = self.lock().0.remove(nonce)?;
        pending.is_valid(now).then_some(pending.login)
    }

    /// Forgets those that a revocation concerns.
    pub(super) fn end(&self, target: &Target) {
        self.lock().0.retain(|_, pending| match target {
            Target::Application(name) => pending.login.application != *name,
            Target::User(email) => pending.login.user.email != *email,
            Target::Session(_) | Target::Service(_) => true,
        });
    }

    pub(crate) fn clear(&self) {
        self.lock().0.clear();
    }

    fn lock(&self) -> MutexGuard<'_, (HashMap<String, Pending>, u64)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn is_valid(&self, now: i64) -> bool {
        (0..VALID_SECONDS).contains(&now.saturating_sub(self.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> Login {
        Login {
            user: User::stranger("ada@example.com"),
            application: "wiki".into(),
            host: "localhost".into(),
            policy_id: uuid::Uuid::nil(),
            duration: 60,
            app_session_hash: None,
            target: "/".into(),
        }
    }

    #[test]
    fn a_nonce_is_good_once_and_for_a_minute() {
        let logins = Logins::default();
        let nonce = logins.begin(login(), 100);
        assert!(logins.take(&nonce, 159).is_some());
        assert!(logins.take(&nonce, 159).is_none());
        let late = logins.begin(login(), 100);
        assert!(logins.take(&late, 160).is_none());
        assert!(logins.take("other", 100).is_none());
    }

    #[test]
    fn a_revocation_ends_what_is_under_way() {
        let logins = Logins::default();
        for (target, is_left) in [
            (Target::User("ada@example.com".into()), false),
            (Target::Application("wiki".into()), false),
            (Target::User("grace@example.com".into()), true),
            (Target::Session("nonce".into()), true),
        ] {
            let nonce = logins.begin(login(), 100);
            logins.end(&target);
            assert_eq!(logins.take(&nonce, 100).is_some(), is_left, "{target:?}");
        }
    }

    #[test]
    fn their_number_is_bounded() {
        let logins = Logins::default();
        let first = logins.begin(login(), 100);
        for _ in 0..CAPACITY {
            logins.begin(login(), 100);
        }
        assert_eq!(logins.lock().0.len(), CAPACITY);
        assert!(logins.take(&first, 100).is_none());
    }
}
