//! Sessions of service tokens: one token for each application, used until it is nearly over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Target;
use crate::tokens::AppClaims;

const CAPACITY: usize = 1_000;

/// A token of a service.
#[derive(Clone)]
pub(crate) struct ServiceSession {
    pub(crate) token: String,
    pub(crate) claims: AppClaims,
    /// The key that signed it.
    pub(crate) kid: String,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
}

/// By the name of the application and the Client ID.
type ByService = HashMap<(String, String), ServiceSession>;

#[derive(Default)]
pub(crate) struct Services(Mutex<ByService>);

impl Services {
    /// The session that runs, or else the one that `begin` makes. A session is used for the first half of its life,
    /// under the key that signs, and not before it began.
    pub(crate) fn session(
        &self,
        application: &str,
        client_id: &str,
        kid: &str,
        now: i64,
        begin: impl FnOnce() -> ServiceSession,
    ) -> ServiceSession {
        let key = (application.to_owned(), client_id.to_owned());
        let is_usable = |session: &ServiceSession| {
            let half = session.issued + (session.expires - session.issued) / 2;
            session.kid == kid && (session.issued..half).contains(&now)
        };
        if let Some(session) = self.lock().get(&key).filter(|session| is_usable(session)) {
            return session.clone();
        }
        let session = begin();
        let mut sessions = self.lock();
        if sessions.len() >= CAPACITY {
            sessions.clear();
        }
        sessions.insert(key, session.clone());
        session
    }

    /// Forgets what a revocation concerns; says how many.
    pub(super) fn end(&self, target: &Target) -> usize {
        let mut sessions = self.lock();
        let before = sessions.len();
        sessions.retain(|(application, client_id), _| match target {
            Target::Application(name) => application != name,
            Target::Service(ended) => client_id != ended,
            Target::User(_) | Target::Session(_) => true,
        });
        before - sessions.len()
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, ByService> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(issued: i64) -> ServiceSession {
        ServiceSession {
            token: format!("token of {issued}"),
            claims: AppClaims(serde_json::Map::new()),
            kid: "k".into(),
            issued,
            expires: issued + 100,
        }
    }

    #[test]
    fn a_session_is_used_for_half_of_its_life() {
        let services = Services::default();
        let token =
            |app: &str, kid: &str, now: i64| services.session(app, "ci", kid, now, || session(now)).token;
        assert_eq!(token("wiki", "k", 100), "token of 100");
        assert_eq!(token("wiki", "k", 149), "token of 100");
        assert_eq!(token("other", "k", 149), "token of 149");
        assert_eq!(token("wiki", "k", 150), "token of 150");
        assert_eq!(token("wiki", "k", 99), "token of 99");
        assert_eq!(token("wiki", "new", 100), "token of 100");
    }

    #[test]
    fn a_revocation_ends_it() {
        let services = Services::default();
        services.session("wiki", "ci", "k", 100, || session(100));
        assert_eq!(services.end(&Target::Service("other".into())), 0);
        assert_eq!(services.end(&Target::Service("ci".into())), 1);
        services.session("wiki", "ci", "k", 101, || session(101));
        assert_eq!(services.end(&Target::Application("wiki".into())), 1);
    }
}
