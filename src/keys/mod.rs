//! The public keys of one Access team.

mod document;
mod jwk;
mod public_key;
mod source;

use std::path::Path;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

pub(crate) use document::KeySet;
pub use document::SkippedKey;
pub(crate) use public_key::PublicKey;

use crate::status::Refusal;

/// The public keys of one Access team, shared by any number of verifiers and threads.
///
/// A clone is another handle on the same keys. The set inside is replaced whole, never edited:
/// a verification under way goes on with the set that it began with.
#[derive(Clone)]
pub struct Keys {
    shared: Arc<Shared>,
}

struct Shared {
    source: &'static str,
    in_force: ArcSwap<KeySet>,
}

/// What a [`Keys`] holds, for logs and health pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysStatus {
    /// Where the keys came from at first: `json` or `file`.
    pub source: &'static str,
    /// The keys in force, in the order of their `kid`.
    pub keys: Vec<KeyStatus>,
    /// The entries of the document in force that are not used, in its order.
    pub skipped: Vec<SkippedKey>,
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

impl Keys {
    /// Reads the document that Access serves at `/cdn-cgi/access/certs` (a JWK Set, RFC 7517).
    ///
    /// Entries that cannot be used are left out and told by [`Keys::status`].
    ///
    /// # Errors
    /// `KEYS_INVALID` if it is no JWK Set, is over 1 MiB or has over 32 entries;
    /// `NO_USABLE_KEYS` if no entry can be used.
    pub fn from_json(document: &[u8]) -> Result<Keys, Refusal> {
        Ok(Keys::new("json", KeySet::parse(document)?))
    }

    /// Reads the same document from a file.
    ///
    /// # Errors
    /// As [`Keys::from_json`], and `KEYS_UNAVAILABLE` if the file cannot be read.
    pub fn from_file(path: &Path) -> Result<Keys, Refusal> {
        Ok(Keys::new("file", KeySet::parse(&source::read_file(path)?)?))
    }

    /// Replaces the whole set at once, while other threads verify.
    ///
    /// # Errors
    /// As [`Keys::from_json`]; the keys in force then stay as they were.
    pub fn load_json(&self, document: &[u8]) -> Result<(), Refusal> {
        self.shared.in_force.store(Arc::new(KeySet::parse(document)?));
        Ok(())
    }

    /// What is in force now.
    pub fn status(&self) -> KeysStatus {
        let set = self.in_force();
        let keys = set.keys().map(|(key_id, key)| KeyStatus {
            key_id: key_id.as_str().to_owned(),
            sha256: key.sha256_hex(),
            bits: key.bits(),
        });
        KeysStatus { source: self.shared.source, keys: keys.collect(), skipped: set.skipped().to_vec() }
    }

    pub(crate) fn in_force(&self) -> Guard<Arc<KeySet>> {
        self.shared.in_force.load()
    }

    fn new(source: &'static str, set: KeySet) -> Keys {
        Keys { shared: Arc::new(Shared { source, in_force: ArcSwap::from_pointee(set) }) }
    }
}

impl KeysStatus {
    /// The status as a JSON object with the members `source`, `keys` (each `kid`, `sha256`, `bits`)
    /// and `skipped` (each `kid`, which may be null, and `reason`).
    pub fn to_json(&self) -> String {
        let keys = self
            .keys
            .iter()
            .map(|key| serde_json::json!({"kid": key.key_id, "sha256": key.sha256, "bits": key.bits}));
        let skipped =
            self.skipped.iter().map(|key| serde_json::json!({"kid": key.key_id, "reason": key.reason}));
        serde_json::json!({
            "source": self.source,
            "keys": keys.collect::<Vec<_>>(),
            "skipped": skipped.collect::<Vec<_>>(),
        })
        .to_string()
    }
}
