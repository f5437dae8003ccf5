//! The key in use, the one before it, and the document that publishes both.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;

use super::{Document, KeyError, SigningKey};
use crate::state::{State, StateError};

/// In the state folder: one or two keys as PEM, the one in use first.
const FILE: &str = "keys";

/// The keys of now. Replaced whole.
pub(crate) struct KeyRing {
    now: ArcSwap<Ring>,
    /// Held by whoever replaces the keys.
    kept: Mutex<Arc<State>>,
    /// Never published.
    foreign: OnceLock<SigningKey>,
}

struct Ring {
    current: Arc<SigningKey>,
    previous: Option<Arc<SigningKey>>,
    document: Arc<Document>,
    /// The one that was published until the keys were last replaced.
    before: Option<Arc<Document>>,
}

impl KeyRing {
    /// Two new keys, which are kept nowhere.
    #[cfg(test)]
    pub(crate) fn generate() -> Result<KeyRing, KeyError> {
        KeyRing::open(Arc::new(State::in_memory()))
    }

    /// The keys of the state folder; two new ones if it has none.
    pub(crate) fn open(state: Arc<State>) -> Result<KeyRing, KeyError> {
        let mut made = None;
        let pem = state.read_or_create(FILE, || {
            let ring = Ring::generate()?;
            let pem = ring.to_pem();
            made = Some(ring);
            Ok::<_, KeyError>(pem)
        })?;
        let ring = match made {
            Some(ring) => ring,
            None => Ring::from_pem(&pem)?,
        };
        Ok(KeyRing { now: ArcSwap::from_pointee(ring), kept: Mutex::new(state), foreign: OnceLock::new() })
    }

    /// The key that signs.
    pub(crate) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&self.now.load().current)
    }

    /// The key that signed before, as long as it is published.
    pub(crate) fn previous(&self) -> Option<Arc<SigningKey>> {
        self.now.load().previous.clone()
    }

    /// A published key.
    pub(crate) fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        let ring = self.now.load();
        [Some(&ring.current), ring.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.kid == kid)
            .map(Arc::clone)
    }

    /// A new key signs from now on; the one before stays published. Takes a tenth of a second and more.
    pub(crate) fn rotate(&self) -> Result<(), KeyError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let next = Arc::new(SigningKey::generate()?);
        self.replace(&kept, Ring::new(next, Some(self.current())))
    }

    /// The key before the current one is no longer published.
    pub(crate) fn retire_previous(&self) -> Result<(), KeyError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.replace(&kept, Ring::new(self.current(), None))
    }

    pub(crate) fn document(&self) -> Arc<Document> {
        Arc::clone(&self.now.load().document)
    }

    /// What was published until the keys were last replaced; what is published now if they never were.
    pub(crate) fn document_before(&self) -> Arc<Document> {
        let ring = self.now.load();
        Arc::clone(ring.before.as_ref().unwrap_or(&ring.document))
    }

    /// A key that is in no document, the same as long as this ring lives.
    pub(crate) fn foreign(&self) -> Result<&SigningKey, KeyError> {
        if let Some(key) = self.foreign.get() {
            return Ok(key);
        }
        let key = SigningKey::generate()?;
        Ok(self.foreign.get_or_init(|| key))
    }

    /// Kept first, so that no token outlives a crash without its key.
    fn replace(&self, kept: &State, mut ring: Ring) -> Result<(), KeyError> {
        kept.write(FILE, &ring.to_pem())?;
        ring.before = Some(self.document());
        self.now.store(Arc::new(ring));
        Ok(())
    }
}

impl Ring {
    fn new(current: Arc<SigningKey>, previous: Option<Arc<SigningKey>>) -> Ring {
        let document = Arc::new(Document::of(&current, previous.as_deref()));
        Ring { current, previous, document, before: None }
    }

    /// Both at the same time, since each takes a tenth of a second and more.
    fn generate() -> Result<Ring, KeyError> {
        let (one, other) = thread::scope(|scope| {
            let other = scope.spawn(SigningKey::generate);
            (SigningKey::generate(), other.join())
        });
        let other = other.map_err(|_| KeyError("a signing key could not be made".into()))?;
        Ok(Ring::new(Arc::new(one?), Some(Arc::new(other?))))
    }

    fn to_pem(&self) -> Vec<u8> {
        let mut pem = String::new();
        for key in [Some(&self.current), self.previous.as_ref()].into_iter().flatten() {
            pem.push_str("-----BEGIN PRIVATE KEY-----\n");
            for (at, character) in STANDARD.encode(&key.private_der).chars().enumerate() {
                if at > 0 && at % 64 == 0 {
                    pem.push('\n');
                }
                pem.push(character);
            }
            pem.push_str("\n-----END PRIVATE KEY-----\n");
        }
        pem.into_bytes()
    }

    fn from_pem(pem: &[u8]) -> Result<Ring, KeyError> {
        let unusable = || KeyError("the state folder's keys cannot be read".into());
        let mut keys = Vec::new();
        for der in PrivatePkcs8KeyDer::pem_slice_iter(pem) {
            let der = der.map_err(|_| unusable())?;
            keys.push(Arc::new(SigningKey::from_private_der(der.secret_pkcs8_der())?));
        }
        let mut keys = keys.into_iter();
        match (keys.next(), keys.next(), keys.next()) {
            (Some(current), previous, None) => Ok(Ring::new(current, previous)),
            _ => Err(unusable()),
        }
    }
}

impl From<StateError> for KeyError {
    fn from(error: StateError) -> KeyError {
        KeyError(error.0)
    }
}
