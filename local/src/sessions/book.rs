//! All sessions of people, and those that are over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::endings::{Endings, Owner};
use super::logins::Logins;
use super::random;
use super::record::{Begun, Ended, Record, Scope};
use super::seal::Seal;
use super::services::Services;
use super::{SessionOverview, Target};
use crate::tokens::AppClaims;

const CAPACITY: usize = 10_000;
/// For how long a person whose sessions were revoked cannot log in again, where revocations take time.
const BLOCKED_SECONDS: i64 = 60;

/// All sessions.
#[derive(Default)]
pub(crate) struct Sessions {
    book: Mutex<Book>,
    pub(crate) logins: Logins,
    pub(crate) services: Services,
    /// What forms are protected with.
    pub(crate) seal: Seal,
    /// Told of each change that is to be kept.
    pub(crate) changed: Notify,
}

#[derive(Default, Serialize, Deserialize)]
struct Book {
    by_nonce: HashMap<String, Record>,
    endings: Endings,
    /// Until when somebody cannot log in.
    blocked: HashMap<String, i64>,
    next: u64,
}

impl Sessions {
    /// Begins a session; returns the claim `identity_nonce` of its token.
    pub(crate) fn begin(&self, begun: Begun<'_>) -> String {
        let nonce = random::alphanumeric(16);
        let mut book = self.book();
        book.make_room(begun.issued);
        book.next += 1;
        let record = Record {
            scope: begun.scope,
            email: begun.email.to_owned(),
            issued: begun.issued,
            expires: begun.expires,
            ended: None,
            binding: random::alphanumeric(32),
            number: book.next,
        };
        book.by_nonce.insert(nonce.clone(), record);
        drop(book);
        self.changed.notify_one();
        nonce
    }

    /// The value of `CF_Binding` that goes with a session.
    pub(crate) fn binding(&self, nonce: &str) -> Option<String> {
        self.book().by_nonce.get(nonce).map(|record| record.binding.clone())
    }

    /// Whether the session of a token was ended. `application` is `None` for a global session.
    pub(crate) fn is_ended(&self, claims: &AppClaims, application: Option<&str>, now: i64) -> bool {
        let (nonce, issued) = (claims.text("identity_nonce"), claims.seconds("iat"));
        let book = self.book();
        if let Some(record) = book.by_nonce.get(nonce) {
            return record.is_ended(now);
        }
        let owners = [
            (!nonce.is_empty()).then_some(Owner::Session(nonce)),
            Some(Owner::User(claims.text("email"))),
            Some(Owner::Service(claims.text("common_name"))),
            application.map(Owner::Application),
        ];
        owners.into_iter().flatten().any(|owner| book.endings.cover(&owner, issued, now))
    }

    /// The running global session of a person: its nonce, when it began and when it ends.
    pub(crate) fn global_session(&self, email: &str, now: i64) -> Option<(String, i64, i64)> {
        let book = self.book();
        let running = book.by_nonce.iter().filter(|(_, record)| {
            record.scope == Scope::Global && record.email == email && !record.is_over(now)
        });
        let (nonce, record) = running.max_by_key(|(_, record)| record.number)?;
        Some((nonce.clone(), record.issued, record.expires))
    }

    /// Ends sessions after `delay` seconds; says how many. A service is named by its Client ID here.
    pub(crate) fn end(&self, target: &Target, delay: i64, now: i64) -> usize {
        let ended = Ended::after(delay, now);
        let owner = match target {
            Target::Application(name) => Owner::Application(name),
            Target::User(email) => Owner::User(email),
            Target::Session(nonce) => Owner::Session(nonce),
            Target::Service(client_id) => Owner::Service(client_id),
        };
        self.logins.end(target);
        let services = self.services.end(target);
        let mut book = self.book();
        book.endings.add(&owner, ended, now);
        let concerned = book.by_nonce.iter_mut().filter(|(nonce, record)| match target {
            Target::Application(name) => matches!(&record.scope, Scope::Application(of) if of == name),
            Target::User(email) => record.email == *email,
            Target::Session(wanted) => *nonce == wanted,
            Target::Service(_) => false,
        });
        let mut count = services;
        for (_, record) in concerned.filter(|(_, record)| !record.is_over(now)) {
            count += usize::from(record.ended.is_none());
            record.end(ended);
        }
        drop(book);
        self.changed.notify_one();
        count
    }

    /// Keeps a person whose sessions were revoked from logging in again for a while.
    pub(crate) fn block(&self, email: &str, now: i64) {
        let mut book = self.book();
        book.blocked.retain(|_, until| *until > now);
        if book.blocked.len() < CAPACITY {
            book.blocked.insert(email.to_owned(), now.saturating_add(BLOCKED_SECONDS));
        }
        drop(book);
        self.changed.notify_one();
    }

    pub(crate) fn is_blocked(&self, email: &str, now: i64) -> bool {
        self.book().blocked.get(email).is_some_and(|until| (until - BLOCKED_SECONDS..*until).contains(&now))
    }

    /// Those that run, the latest first.
    pub(crate) fn overviews(&self, now: i64) -> Vec<SessionOverview> {
        let book = self.book();
        let mut running: Vec<_> = book.by_nonce.iter().filter(|(_, record)| !record.is_over(now)).collect();
        running.sort_by_key(|(_, record)| std::cmp::Reverse(record.number));
        running.into_iter().map(|(nonce, record)| record.overview(nonce)).collect()
    }

    /// All sessions are over, and revocations are gone.
    pub(crate) fn clear(&self) {
        let mut book = self.book();
        let Book { by_nonce, mut endings, .. } = std::mem::take(&mut *book);
        endings.keep_sessions();
        for nonce in by_nonce.keys() {
            endings.add(&Owner::Session(nonce), Ended::Now, 0);
        }
        book.endings = endings;
        drop(book);
        self.logins.clear();
        self.services.clear();
        self.changed.notify_one();
    }

    /// What is to be kept over a restart, as JSON.
    pub(crate) fn saved(&self) -> Vec<u8> {
        serde_json::to_vec(&*self.book()).unwrap_or_default()
    }

    /// Goes on with what was kept.
    pub(crate) fn restore(&self, saved: &[u8]) -> Result<(), serde_json::Error> {
        *self.book() = serde_json::from_slice(saved)?;
        Ok(())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Forgets sessions that expired, and if that is not enough, the oldest one.
    fn make_room(&mut self, now: i64) {
        if self.by_nonce.len() < CAPACITY {
            return;
        }
        self.by_nonce.retain(|_, record| record.expires > now);
        if self.by_nonce.len() >= CAPACITY {
            let oldest = self.by_nonce.iter().min_by_key(|(_, record)| record.number);
            if let Some((nonce, record)) = oldest.map(|(nonce, record)| (nonce.clone(), record.ended)) {
                self.by_nonce.remove(&nonce);
                if let Some(ended) = record {
                    self.endings.add(&Owner::Session(&nonce), ended, now);
                }
            }
        }
    }
}

impl Record {
    fn is_over(&self, now: i64) -> bool {
        self.expires <= now || self.is_ended(now)
    }

    fn overview(&self, nonce: &str) -> SessionOverview {
        SessionOverview {
            nonce: nonce.to_owned(),
            email: self.email.clone(),
            application: match &self.scope {
                Scope::Global => String::new(),
                Scope::Application(name) => name.clone(),
            },
            issued: self.issued,
            expires: self.expires,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(sessions: &Sessions, email: &str, scope: Scope) -> String {
        sessions.begin(Begun { scope, email, issued: 100, expires: 200 })
    }

    fn claims(nonce: &str, email: &str, issued: i64) -> AppClaims {
        let claims = serde_json::json!({"identity_nonce": nonce, "email": email, "iat": issued});
        serde_json::from_value(claims).unwrap()
    }

    fn app(name: &str) -> Scope {
        Scope::Application(name.into())
    }

    #[test]
    fn the_sessions_of_a_person_end_everywhere() {
        let sessions = Sessions::default();
        let wiki = begin(&sessions, "ada@example.com", app("wiki"));
        let global = begin(&sessions, "ada@example.com", Scope::Global);
        let other = begin(&sessions, "grace@example.com", app("wiki"));
        assert_eq!(sessions.overviews(150).len(), 3);
        assert_eq!(sessions.end(&Target::User("ada@example.com".into()), 0, 150), 2);
        assert!(sessions.is_ended(&claims(&wiki, "ada@example.com", 100), Some("wiki"), 150));
        assert!(sessions.is_ended(&claims(&global, "ada@example.com", 100), None, 150));
        assert!(!sessions.is_ended(&claims(&other, "grace@example.com", 100), Some("wiki"), 150));
        assert!(sessions.global_session("ada@example.com", 150).is_none());
        let again = begin(&sessions, "ada@example.com", app("wiki"));
        assert!(!sessions.is_ended(&claims(&again, "ada@example.com", 150), Some("wiki"), 150));
        assert_eq!(sessions.end(&Target::User("ada@example.com".into()), 0, 150), 1);
    }

    #[test]
    fn an_end_can_take_time_and_is_not_put_off() {
        let sessions = Sessions::default();
        let nonce = begin(&sessions, "ada@example.com", app("wiki"));
        let claims = claims(&nonce, "ada@example.com", 100);
        sessions.end(&Target::Session(nonce), 25, 110);
        sessions.end(&Target::Application("wiki".into()), 25, 120);
        assert!(!sessions.is_ended(&claims, Some("wiki"), 134));
        assert!(sessions.is_ended(&claims, Some("wiki"), 135));
    }

    #[test]
    fn tokens_without_a_session_end_by_their_time() {
        let sessions = Sessions::default();
        let minted = claims("minted", "ada@example.com", 100);
        assert!(!sessions.is_ended(&minted, Some("wiki"), 150));
        sessions.end(&Target::Application("wiki".into()), 0, 150);
        assert!(sessions.is_ended(&minted, Some("wiki"), 150));
        assert!(!sessions.is_ended(&minted, Some("other"), 150));
        sessions.end(&Target::Session("minted".into()), 0, 150);
        assert!(sessions.is_ended(&minted, Some("other"), 150));
    }

    #[test]
    fn somebody_revoked_is_kept_out_for_a_minute() {
        let sessions = Sessions::default();
        sessions.block("ada@example.com", 100);
        assert!(sessions.is_blocked("ada@example.com", 159) && !sessions.is_blocked("ada@example.com", 160));
        assert!(!sessions.is_blocked("grace@example.com", 100));
    }

    #[test]
    fn they_outlive_a_restart() {
        let sessions = Sessions::default();
        let nonce = begin(&sessions, "ada@example.com", Scope::Global);
        sessions.end(&Target::User("grace@example.com".into()), 0, 150);
        let after = Sessions::default();
        after.restore(&sessions.saved()).unwrap();
        assert_eq!(after.overviews(150), sessions.overviews(150));
        assert_eq!(after.binding(&nonce), sessions.binding(&nonce));
        assert!(after.is_ended(&claims("minted", "grace@example.com", 100), None, 150));
        assert!(after.restore(b"{}").is_err());
    }

    #[test]
    fn their_number_is_bounded_and_what_was_ended_stays_so() {
        let sessions = Sessions::default();
        let first = begin(&sessions, "ada@example.com", app("wiki"));
        sessions.end(&Target::Session(first.clone()), 0, 100);
        for _ in 0..CAPACITY + 5 {
            begin(&sessions, "grace@example.com", Scope::Global);
        }
        assert_eq!(sessions.book().by_nonce.len(), CAPACITY);
        assert!(sessions.is_ended(&claims(&first, "ada@example.com", 100), Some("wiki"), 150));
    }
}
