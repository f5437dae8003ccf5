//! What keys report about themselves.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use super::document::{KeySet, SkippedKey};
use super::endpoint::Endpoint;
use crate::refresh::Refresher;
use crate::time::Tick;

/// The state of a [`Keys`](super::Keys), for logs and health pages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysStatus {
    /// Where the keys come from: `json`, `file` or `remote`.
    pub source: &'static str,
    /// How long ago the endpoint last confirmed the keys in force; `None` if it never did, and for
    /// keys from JSON or a file.
    pub age: Option<Duration>,
    /// The keys in force, in the order of their `kid`.
    pub keys: Vec<KeyStatus>,
    /// The entries of the document in force that are not used, in its order.
    pub skipped: Vec<SkippedKey>,
    /// Why the last fetch, or the copy on disk, failed, in one line; `None` since the last success.
    pub last_error: Option<String>,
    /// When the next fetch is due: it begins with the first verification after that.
    pub next_refresh: Option<Duration>,
    /// Fetches begun.
    pub fetches: u64,
    /// Fetches that brought no usable keys.
    pub failures: u64,
    /// Fetches that were answered with HTTP 304.
    pub not_modified: u64,
    /// How often a key was needed that could not be fetched at once.
    pub suppressed: u64,
}

/// A key in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// The key's `kid`.
    pub key_id: String,
    /// SHA-256 of the key's DER SubjectPublicKeyInfo in lower-case hex; Access uses it as `kid`.
    pub sha256: String,
    /// The length of the modulus in bits.
    pub bits: usize,
}

impl KeysStatus {
    pub(super) fn fixed(source: &'static str, set: &KeySet) -> KeysStatus {
        KeysStatus {
            source,
            age: None,
            keys: set.keys().map(KeyStatus::of).collect(),
            skipped: set.skipped().to_vec(),
            last_error: None,
            next_refresh: None,
            fetches: 0,
            failures: 0,
            not_modified: 0,
            suppressed: 0,
        }
    }

    pub(super) fn live(source: &'static str, refresher: &Refresher<Endpoint>) -> KeysStatus {
        let now = Tick::now();
        let state = refresher.state(now);
        let nothing = KeySet::empty(refresher.source.team.realm());
        let counts = state.counts();
        KeysStatus {
            age: state.age(now),
            last_error: state.last_error().map(Cow::into_owned),
            next_refresh: Some(state.refresh_in(now)),
            fetches: counts.fetches,
            failures: counts.failures,
            not_modified: counts.not_modified,
            suppressed: refresher.suppressed(),
            ..KeysStatus::fixed(source, if state.is_in_force(now) { &state.value().set } else { &nothing })
        }
    }

    /// The status as a JSON object with a member for each field; durations in seconds, and each key
    /// with `kid`, `sha256` and `bits`, each skipped entry with `kid` (which may be null) and `reason`.
    pub fn to_json(&self) -> String {
        let keys = self.keys.iter().map(KeyStatus::to_json);
        let skipped = self.skipped.iter().map(|entry| json!({"kid": entry.key_id, "reason": entry.reason}));
        json!({
            "source": self.source,
            "age": self.age.map(|age| age.as_secs_f64()),
            "keys": keys.collect::<Value>(),
            "skipped": skipped.collect::<Value>(),
            "last_error": self.last_error,
            "next_refresh": self.next_refresh.map(|left| left.as_secs_f64()),
            "fetches": self.fetches,
            "failures": self.failures,
            "not_modified": self.not_modified,
            "suppressed": self.suppressed,
        })
        .to_string()
    }
}

impl KeyStatus {
    fn of((key_id, key): (&crate::token::KeyId<'static>, &super::PublicKey)) -> KeyStatus {
        KeyStatus { key_id: key_id.as_str().to_owned(), sha256: key.sha256_hex(), bits: key.bits() }
    }

    fn to_json(&self) -> Value {
        json!({"kid": self.key_id, "sha256": self.sha256, "bits": self.bits})
    }
}
