//! The public keys of one Access team.

use std::path::Path;
use std::sync::Arc;

use arc_swap::Guard;

use super::document::{self, KeySet};
use super::endpoint::{Document, Endpoint};
use super::found_key::FoundKey;
use super::options::RemoteOptions;
use super::public_key::PublicKey;
use super::status::KeysStatus;
use crate::refresh::{Current, Help, Refresher, State};
use crate::status::{Refusal, Status};
use crate::team::{Realm, Team};
use crate::time::{Reading, Tick};
use crate::token::KeyId;

/// The public keys of one Access team, shared by any number of verifiers and threads.
///
/// A clone is another handle on the same keys. The set inside is replaced whole, never edited:
/// a verification in progress finishes with the set that it began with.
#[derive(Clone)]
pub struct Keys {
    source: &'static str,
    current: Arc<Current<Document>>,
    refresher: Option<Arc<Refresher<Endpoint>>>,
}

/// The set of keys that one verification goes by.
pub(crate) struct InForce(Guard<Arc<State<Document>>>);

/// What a verification does if its key must be fetched first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Wait,
    /// It is refused with `KEYS_PENDING` while the fetch is in progress.
    None,
}

impl Keys {
    /// Reads the document that Access serves at `/cdn-cgi/access/certs` (a JWK Set, RFC 7517).
    ///
    /// Entries that cannot be used are left out and reported by [`Keys::status`].
    ///
    /// The keys of a local Access are marked: each entry has the member `"cfaccess_local": true`. A verifier takes them
    /// for the team `cfaccess-local` only, and that team takes no others.
    ///
    /// # Errors
    /// `KEYS_INVALID` if it is no JWK Set, is over 1 MiB or has over 32 entries, if some entries are marked and others
    /// are not, or if the mark has another value than `true`;
    /// `NO_USABLE_KEYS` if no entry can be used.
    pub fn from_json(document: &[u8]) -> Result<Keys, Refusal> {
        Ok(Keys::fixed("json", KeySet::parse(document)?))
    }

    /// Reads the same document from a file.
    ///
    /// # Errors
    /// As [`Keys::from_json`], and `KEYS_UNAVAILABLE` if the file cannot be read.
    pub fn from_file(path: &Path) -> Result<Keys, Refusal> {
        Ok(Keys::fixed("file", KeySet::parse(&document::read_file(path)?)?))
    }

    /// Fetches the team's keys from `https://<team>.cloudflareaccess.com/cdn-cgi/access/certs` and
    /// keeps them current. The first verification begins the first fetch, unless
    /// [`Keys::connect`] did.
    ///
    /// The team is named as in [`Config::new`](crate::Config::new).
    ///
    /// Proxies are read from the environment now, as curl reads them: the first of `https_proxy`,
    /// `HTTPS_PROXY`, `all_proxy` and `ALL_PROXY` that is not empty, in the form that
    /// [`Proxy::new`](crate::Proxy::new) reads, unless `no_proxy` or else `NO_PROXY` names the host or a
    /// parent domain of it, or is `*`. `HTTP_PROXY` is not used. Certificate authorities are read from the
    /// platform's store now, or from `SSL_CERT_FILE` and `SSL_CERT_DIR` if one of them is set.
    ///
    /// The team `cfaccess-local` is that of a local Access. Its keys are fetched in plain HTTP, through no proxy, from
    /// [`RemoteOptions::local`], or else from the address in the environment variable `CFACCESS_LOCAL`, which is read
    /// now and for this team alone; an empty one counts as none. With a `ca_file` instead they are fetched over HTTPS,
    /// and that file alone is trusted. A fetch brings no keys if they are not marked as [`Keys::from_json`] says, and
    /// for other teams if they are.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if the team, an option or a proxy of the environment is wrong, certificate
    /// authorities cannot be read, or the `cache_file` cannot be used; if `local` is set for another team than
    /// `cfaccess-local`; and if that team has no address of a local Access, or one beside a `ca_file` or a `fetch`.
    pub fn remote(team: &str, options: RemoteOptions) -> Result<Keys, Refusal> {
        let refresher = Endpoint::refresher(Team::parse(team)?, options)?;
        Ok(Keys { source: "remote", current: refresher.current(), refresher: Some(Arc::new(refresher)) })
    }

    /// Makes sure that keys are in force before the first token comes: fetches them now and waits, unless some
    /// are. Keys from JSON or a file always are. The thread of the fetch has ended when this returns, unless the
    /// fetch was given up.
    ///
    /// # Errors
    /// `KEYS_UNAVAILABLE` with the reason; later verifications try again.
    pub fn connect(&self) -> Result<(), Refusal> {
        let Some(refresher) = &self.refresher else { return Ok(()) };
        if self.in_force().is_some() {
            return Ok(());
        }
        if let Help::InProgress(attempt) = refresher.help() {
            refresher.wait(&attempt);
        }
        self.in_force().map(drop).ok_or_else(|| self.unavailable())
    }

    /// As [`Keys::connect`], but never waits.
    ///
    /// # Errors
    /// As [`Keys::connect`], and `KEYS_PENDING` while the keys are being fetched.
    pub fn try_connect(&self) -> Result<(), Refusal> {
        let Some(refresher) = &self.refresher else { return Ok(()) };
        if self.in_force().is_some() {
            return Ok(());
        }
        match refresher.help() {
            Help::InProgress(_) => Err(self.pending()),
            Help::None => self.in_force().map(drop).ok_or_else(|| self.unavailable()),
        }
    }

    /// Whether a fetch is in progress that has not reached its timeout. Never waits.
    pub fn is_fetching(&self) -> bool {
        self.refresher.as_ref().is_some_and(|refresher| refresher.is_fetching())
    }

    /// Asks whether a caller may wait for a fetch in a way of its own. While keys are in force, only a few callers
    /// of a process may at once. If it may, it says when it is done by [`Keys::end_wait`]. Never waits.
    pub fn begin_wait(&self) -> bool {
        let limited = self.in_force().is_some();
        self.refresher.as_ref().is_none_or(|refresher| refresher.begin_wait(limited))
    }

    /// Called once after each [`Keys::begin_wait`] that said yes.
    pub fn end_wait(&self) {
        if let Some(refresher) = &self.refresher {
            refresher.end_wait();
        }
    }

    /// Begins a fetch without waiting for it, unless keys are in force or a fetch is in progress.
    pub fn begin(&self) {
        if let Some(refresher) = &self.refresher
            && self.in_force().is_none()
        {
            refresher.refresh(Tick::now());
        }
    }

    /// Called when a verifier is made.
    pub(crate) fn prefetch(&self) {
        if self.refresher.as_ref().is_some_and(|refresher| refresher.source.prefetch) {
            self.begin();
        }
    }

    /// Begins no further fetch, and waits for those in progress, for at most the timeout. Afterwards no function
    /// of [`RemoteOptions`] is called any more; one that still runs then is not waited for. Keys in force stay in
    /// force until they are stale. Must not be called from such a function.
    pub fn close(&self) {
        if let Some(refresher) = &self.refresher {
            refresher.close();
        }
    }

    /// Replaces the whole set at once, while other threads verify.
    ///
    /// # Errors
    /// As [`Keys::from_json`]; the keys in force then stay as they were. `KEYS_INVALID` for keys of a local Access in
    /// place of others, and the other way round. `INVALID_ARGUMENT` for keys that are fetched.
    pub fn load_json(&self, document: &[u8]) -> Result<(), Refusal> {
        if self.refresher.is_some() {
            return Err(Refusal::new(Status::InvalidArgument, "these keys are fetched, not loaded"));
        }
        let set = KeySet::parse_for(self.realm(), document)?.in_place_of(&self.current.load().value().set);
        let document = Arc::new(Document::of(set));
        self.current.update(|state| state.loaded(&document));
        Ok(())
    }

    /// What is in force now.
    pub fn status(&self) -> KeysStatus {
        match &self.refresher {
            None => KeysStatus::fixed(self.source, &self.current.load().value().set),
            Some(refresher) => KeysStatus::live(self.source, refresher),
        }
    }

    /// Whose keys they are, which never changes: every set that comes into force is of one realm.
    pub(crate) fn realm(&self) -> Realm {
        self.current.load().value().set.realm()
    }

    /// The team that they are fetched for.
    pub(crate) fn team(&self) -> Option<&Team> {
        self.refresher.as_ref().map(|refresher| &refresher.source.team)
    }

    /// The set in force, if there is one. Once it is old a refresh begins, for which the caller does not wait.
    pub(crate) fn in_force(&self) -> Option<InForce> {
        let state = self.current.load();
        if let Some(refresher) = &self.refresher {
            let now = Tick::now();
            if !state.is_in_force(now) {
                return None;
            }
            if state.is_old(now) {
                refresher.refresh(now);
            }
        }
        Some(InForce(state))
    }

    /// The key of this name, fetched where that may help and patience allows.
    pub(crate) fn find(&self, key_id: &KeyId<'_>, patience: Patience) -> Result<FoundKey, Refusal> {
        let Some(refresher) = &self.refresher else {
            return self.find_in(self.in_force().as_ref(), key_id);
        };
        if let Some(key) = self.in_force().and_then(|keys| keys.find(key_id)) {
            return Ok(key);
        }
        match (refresher.help(), patience) {
            (Help::None, _) => {}
            (Help::InProgress(_), Patience::None) => return Err(self.pending()),
            (Help::InProgress(attempt), Patience::Wait) => {
                if !self.begin_wait() {
                    // The fetch may have ended since, which makes those who still wait too many.
                    return self.in_force().and_then(|keys| keys.find(key_id)).ok_or_else(|| self.pending());
                }
                refresher.wait(&attempt);
                self.end_wait();
            }
        }
        self.find_in(self.in_force().as_ref(), key_id)
    }

    /// The key of this name in the set in force.
    pub(crate) fn find_in(
        &self,
        in_force: Option<&InForce>,
        key_id: &KeyId<'_>,
    ) -> Result<FoundKey, Refusal> {
        let keys = in_force.ok_or_else(|| self.unavailable())?;
        keys.find(key_id).ok_or_else(|| self.unknown(key_id))
    }

    /// Whether a key that verified a signature is still in force.
    pub(crate) fn still_contain(&self, key: &FoundKey, reading: &Reading) -> bool {
        self.current.is_unchanged_since(key.generation(), reading) || self.contain_after_a_change(key)
    }

    #[cold]
    fn contain_after_a_change(&self, key: &FoundKey) -> bool {
        let Some(keys) = self.in_force().filter(|keys| keys.set().contains(&key.public_key)) else {
            return false;
        };
        key.renew(keys.0.generation());
        true
    }

    /// The refusal of a token whose key is not in force.
    fn unknown(&self, key_id: &KeyId<'_>) -> Refusal {
        let shown = if key_id.is_hex() { key_id.as_str() } else { "(not hex)" };
        let confirmed = self.age_in_words().map(|age| ["; keys ", &age].concat()).unwrap_or_default();
        let message = ["no key in force has the token's kid ", shown, &confirmed].concat();
        Refusal::new(Status::UnknownKey, message)
    }

    /// The refusal of any token while no keys are in force.
    fn unavailable(&self) -> Refusal {
        let host = self.team().map(Team::host).unwrap_or_default();
        let age = self.age_in_words().unwrap_or_default();
        let state = self.refresher.as_ref().map(|refresher| refresher.state(Tick::now()));
        let reason = state.as_ref().and_then(|state| state.last_error());
        let reason = reason.as_deref().unwrap_or("they are not fetched yet");
        Refusal::new(Status::KeysUnavailable, format!("no keys of {host} are in force, {age}: {reason}"))
    }

    fn pending(&self) -> Refusal {
        let host = self.team().map(Team::host).unwrap_or_default();
        Refusal::new(Status::KeysPending, ["the keys of ", host, " are being fetched"].concat())
    }

    fn age_in_words(&self) -> Option<String> {
        self.refresher.as_ref()?;
        let words = match self.current.load().age(Tick::now()) {
            Some(age) => format!("last confirmed {} s ago", age.as_secs()),
            None => "never confirmed".to_owned(),
        };
        Some(words)
    }

    fn fixed(source: &'static str, set: KeySet) -> Keys {
        let current = Current::new(State::fixed(Document::of(Arc::new(set))));
        Keys { source, current: Arc::new(current), refresher: None }
    }
}

impl InForce {
    /// The key that exactly this header, still encoded, led to before.
    pub(crate) fn find_by_header(&self, encoded: &[u8]) -> Option<FoundKey> {
        self.set().find_by_header(encoded).map(|key| self.found_key(key))
    }

    fn find(&self, key_id: &KeyId<'_>) -> Option<FoundKey> {
        self.set().find(key_id).map(|key| self.found_key(key))
    }

    fn found_key(&self, key: &Arc<PublicKey>) -> FoundKey {
        FoundKey::new(Arc::clone(key), self.0.generation())
    }

    pub(crate) fn set(&self) -> &KeySet {
        &self.0.value().set
    }
}
