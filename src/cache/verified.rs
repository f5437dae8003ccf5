//! A token that held, with what it says: shared by the cache and everybody it was handed to.

use std::ops::Deref;
use std::sync::Arc;

use crate::cache::KeptToken;
use crate::claims::Claims;
use crate::keys::FoundKey;

/// What a verified token says, shared: a clone costs a reference count, and a token that is seen again
/// gets the same.
pub struct Verified<V = ()>(Arc<Entry<V>>);

/// A verified token, with what is asked again each time it comes back.
pub(crate) struct Entry<V> {
    pub(crate) view: V,
    pub(crate) claims: Claims,
    pub(crate) id: u64,
    pub(crate) key: FoundKey,
    pub(crate) token: KeptToken,
}

/// The form in which a language gets claims, made once for each token.
pub trait View: Send + Sync + Sized {
    /// Made of the claims, whose strings have their final place, and of their id.
    fn of(claims: &Claims, id: u64) -> Self;

    /// Told once that the view itself has its final place, too.
    fn settle(&mut self) {}

    /// What it takes besides its own size, in bytes.
    fn heap_size(&self) -> usize {
        0
    }
}

impl View for () {
    fn of(_claims: &Claims, _id: u64) {}
}

impl<V: View> Verified<V> {
    pub(crate) fn new(claims: Claims, id: u64, key: FoundKey, token: KeptToken) -> Verified<V> {
        let view = V::of(&claims, id);
        let mut entry = Arc::new(Entry { view, claims, id, key, token });
        if let Some(entry) = Arc::get_mut(&mut entry) {
            entry.view.settle();
        }
        Verified(entry)
    }
}

impl<V> Verified<V> {
    /// Identifies these claims in this process: a token that is seen again, and is still valid, has the same.
    /// Never 0, and never reused.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    pub(crate) fn from_entry(entry: Arc<Entry<V>>) -> Verified<V> {
        Verified(entry)
    }

    pub(crate) fn entry(&self) -> &Arc<Entry<V>> {
        &self.0
    }

    pub(crate) fn into_entry(self) -> Arc<Entry<V>> {
        self.0
    }
}

impl<V> Entry<V> {
    /// Whether it is of this very token, to the last byte.
    pub(crate) fn is_of(&self, token: &[u8]) -> bool {
        self.token.is(token, self.claims.payload())
    }
}

impl<V: View> Entry<V> {
    /// What it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        const COUNTS: usize = 2 * size_of::<usize>();
        let heap = self.token.heap_size() + self.claims.heap_size() + self.view.heap_size();
        COUNTS + size_of::<Entry<V>>() + heap
    }
}

impl<V> Deref for Verified<V> {
    type Target = Claims;

    fn deref(&self) -> &Claims {
        &self.0.claims
    }
}

impl<V> Clone for Verified<V> {
    fn clone(&self) -> Verified<V> {
        Verified(Arc::clone(&self.0))
    }
}

impl<V> std::fmt::Debug for Verified<V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.claims.fmt(formatter)
    }
}
