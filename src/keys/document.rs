//! From a key document to the keys that can be used (RFC 7517 section 5).

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::jwk::{self, Unusable};
use super::mark;
use super::public_key::PublicKey;
use crate::json::{self, Object, Value};
use crate::status::{Refusal, Status};
use crate::team::Realm;
use crate::token::KeyId;

/// The largest document, in bytes.
pub(crate) const DOCUMENT_MAX: usize = 1 << 20;
/// The most entries a document may have, usable or not.
const ENTRIES_MAX: usize = 32;

/// An entry of a key document that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// Its `kid`, if that is well-formed.
    pub key_id: Option<String>,
    /// Why it is not used, in one line.
    pub reason: &'static str,
}

/// The keys of one document, prepared, each `kid` once.
pub(crate) struct KeySet {
    realm: Realm,
    /// In the order of their `kid`.
    keys: Vec<(KeyId<'static>, Arc<PublicKey>)>,
    skipped: Vec<SkippedKey>,
}

impl KeySet {
    pub(crate) fn parse(document: &[u8]) -> Result<KeySet, Refusal> {
        if document.len() > DOCUMENT_MAX {
            return Err(invalid(format!("the key document has more than {DOCUMENT_MAX} bytes")));
        }
        let entries = entries_of(document)?;
        if entries.len() > ENTRIES_MAX {
            return Err(invalid(format!(
                "the key document has {} entries, at most {ENTRIES_MAX} are taken",
                entries.len()
            )));
        }

        let realm = mark::realm_of(&entries)?;
        let parsed: Vec<_> = entries.into_iter().map(jwk::parse).collect();
        let usable: Vec<_> = parsed.iter().filter_map(|entry| entry.as_ref().ok()).collect();
        let contested: Vec<KeyId<'static>> = usable
            .iter()
            .filter(|(key_id, key)| usable.iter().any(|(other_id, other)| other_id == key_id && other != key))
            .map(|(key_id, _)| key_id.clone())
            .collect();

        let mut set = KeySet::empty(realm);
        for entry in parsed {
            match entry {
                Ok((key_id, _)) if contested.contains(&key_id) => {
                    set.skip(Unusable { key_id: Some(key_id), reason: "another key has the same kid" });
                }
                Ok((key_id, key)) => set.keys.push((key_id, Arc::new(key))),
                Err(unusable) => set.skip(unusable),
            }
        }
        set.keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        set.keys.dedup_by(|(one, _), (other, _)| one == other);
        if set.keys.is_empty() {
            return Err(Refusal::new(Status::NoUsableKeys, set.why_none()));
        }
        Ok(set)
    }

    /// Reads what is to be used in place of keys of this realm.
    pub(crate) fn parse_for(realm: Realm, document: &[u8]) -> Result<KeySet, Refusal> {
        let set = KeySet::parse(document)?;
        if set.realm == realm { Ok(set) } else { Err(invalid(mark::foreign(set.realm))) }
    }

    pub(crate) fn empty(realm: Realm) -> KeySet {
        KeySet { realm, keys: Vec::new(), skipped: Vec::new() }
    }

    /// Whose keys they are.
    pub(crate) fn realm(&self) -> Realm {
        self.realm
    }

    /// This set, with what `known` has learnt of the keys that are in both.
    pub(crate) fn in_place_of(&self, known: &Arc<KeySet>) -> Arc<KeySet> {
        if self.keys == known.keys && self.skipped == known.skipped {
            return Arc::clone(known);
        }
        let learnt = |(key_id, key): &(KeyId<'static>, Arc<PublicKey>)| {
            let same = known.find(key_id).filter(|same| *same == key);
            (key_id.clone(), Arc::clone(same.unwrap_or(key)))
        };
        let keys = self.keys.iter().map(learnt).collect();
        Arc::new(KeySet { realm: self.realm, keys, skipped: self.skipped.clone() })
    }

    /// The key with exactly this `kid`.
    pub(crate) fn find(&self, key_id: &KeyId<'_>) -> Option<&Arc<PublicKey>> {
        let index = self.keys.binary_search_by(|(known, _)| known.as_str().cmp(key_id.as_str())).ok()?;
        self.keys.get(index).map(|(_, key)| key)
    }

    /// The key that exactly this header, still encoded, led to before.
    pub(crate) fn find_by_header(&self, encoded: &[u8]) -> Option<&Arc<PublicKey>> {
        self.keys.iter().map(|(_, key)| key).find(|key| key.remembers_header(encoded))
    }

    /// Whether this very key is in it.
    pub(crate) fn contains(&self, key: &Arc<PublicKey>) -> bool {
        self.keys.iter().any(|(_, known)| Arc::ptr_eq(known, key))
    }

    pub(crate) fn keys(&self) -> impl ExactSizeIterator<Item = (&KeyId<'static>, &PublicKey)> {
        self.keys.iter().map(|(key_id, key)| (key_id, &**key))
    }

    pub(crate) fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    fn skip(&mut self, unusable: Unusable) {
        let key_id = unusable.key_id.map(|key_id| key_id.as_str().to_owned());
        self.skipped.push(SkippedKey { key_id, reason: unusable.reason });
    }

    fn why_none(&self) -> String {
        match self.skipped.first() {
            None => "the key document has no entries".to_owned(),
            Some(first) => {
                format!("none of {} entries can be used; the first: {}", self.skipped.len(), first.reason)
            }
        }
    }
}

/// The document's `keys`. Its other members (`public_cert`, `public_certs`) are ignored.
fn entries_of(document: &[u8]) -> Result<Vec<Value<'_>>, Refusal> {
    let Ok(value) = json::text(document).and_then(json::parse) else {
        return Err(invalid("the key document is not strict JSON"));
    };
    let Value::Object(mut members) = value else {
        return Err(invalid("the key document is not a JSON object"));
    };
    if Object::repeats_a_name(&members) {
        return Err(invalid("the key document repeats a name"));
    }
    match members.take("keys") {
        Some(Value::Array(entries)) => Ok(entries),
        _ => Err(invalid("the key document has no list named keys")),
    }
}

fn invalid(what: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(Status::KeysInvalid, what)
}

/// Reads at most one byte more than a document may have, so that the reader of documents sees one
/// that is too large without anybody holding all of it.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Refusal> {
    let read = || {
        let mut document = Vec::new();
        File::open(path)?.take(DOCUMENT_MAX as u64 + 1).read_to_end(&mut document)?;
        Ok(document)
    };
    read().map_err(|error: std::io::Error| {
        Refusal::new(Status::KeysUnavailable, format!("cannot read the key file {}: {error}", path.display()))
    })
}
