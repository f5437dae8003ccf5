//! A verified token with its claims: shared by the cache and everybody who was handed the claims.

use std::ops::Deref;
use std::sync::Arc;

use crate::cache::KeptToken;
use crate::claims::Claims;
use crate::keys::FoundKey;
use crate::revocation::Clearance;

/// The claims of a verified token, shared: a clone increments a reference count, and a cache hit hands out the
/// same claims again.
pub struct Verified<V = ()>(Arc<Entry<V>>);

/// A verified token, with what is checked again on each hit. In this order, what a hit reads lies together.
///
/// It never moves once it is in its [`Arc`]. The C ABI relies on that: a C pointer to claims is the address of the
/// claims inside `view`, and the entry is found again by their offset in this struct.
#[repr(C)]
pub(crate) struct Entry<V> {
    pub(crate) token: KeptToken,
    pub(crate) key: FoundKey,
    pub(crate) clearance: Clearance,
    pub(crate) id: u64,
    pub(crate) claims: Claims,
    pub(crate) view: V,
}

/// The form in which a language reads claims, made once for each token.
pub trait View: Send + Sync + Sized {
    /// Makes the view of these claims. Their strings stay where they are; the view itself is still moved.
    fn of(claims: &Claims, id: u64) -> Self;

    /// Called once, after the entry is in its `Arc`, to fill in pointers into the view itself.
    fn settle(&mut self) {}

    /// The memory that it owns besides its own size, in bytes.
    fn heap_size(&self) -> usize {
        0
    }
}

impl View for () {
    fn of(_claims: &Claims, _id: u64) {}
}

impl<V: View> Verified<V> {
    pub(crate) fn new(
        claims: Claims,
        id: u64,
        key: FoundKey,
        clearance: Clearance,
        token: KeptToken,
    ) -> Verified<V> {
        let view = V::of(&claims, id);
        let mut entry = Arc::new(Entry { token, key, clearance, id, claims, view });
        // Always the case: nobody else has the new entry yet.
        if let Some(entry) = Arc::get_mut(&mut entry) {
            entry.view.settle();
        }
        Verified(entry)
    }
}

impl<V> Verified<V> {
    /// Identifies these claims in this process: a cache hit returns claims with the same id. Never 0, and never
    /// used again.
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
    /// Whether it is the entry of this very token, to the last byte.
    pub(crate) fn is_of(&self, token: &[u8]) -> bool {
        self.token.is(token, || self.claims.payload())
    }
}

impl<V: View> Entry<V> {
    /// The memory that it takes in all, in bytes.
    pub(crate) fn size(&self) -> usize {
        const COUNTS: usize = 2 * size_of::<usize>();
        let heap = self.token.heap_size()
            + self.clearance.heap_size()
            + self.claims.heap_size()
            + self.view.heap_size();
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
