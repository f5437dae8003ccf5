//! A place for one entry, and the sets that places come in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use arc_swap::{ArcSwapOption, Guard};

use crate::cache::Entry;

pub(super) const WAYS: usize = 8;
const HOTTEST: u8 = 3;

#[repr(align(64))]
pub(super) struct Set<V> {
    pub(super) places: [Place<V>; WAYS],
}

pub(super) struct Place<V> {
    /// What distinguishes the tokens of a set; 0 where none lies.
    tag: AtomicU32,
    heat: AtomicU8,
    entry: ArcSwapOption<Entry<V>>,
}

/// An entry that stays while it is looked at, without its count being touched.
pub(crate) struct Hit<V>(Guard<Option<Arc<Entry<V>>>>);

impl<V> Set<V> {
    pub(super) fn empty() -> Set<V> {
        Set { places: std::array::from_fn(|_| Place::empty()) }
    }

    pub(super) fn empty_places(&self) -> impl Iterator<Item = &Place<V>> {
        self.places.iter().filter(|place| place.tag.load(Relaxed) == 0)
    }
}

impl<V> Place<V> {
    fn empty() -> Place<V> {
        Place { tag: AtomicU32::new(0), heat: AtomicU8::new(0), entry: ArcSwapOption::empty() }
    }

    pub(super) fn find(&self, tag: u32, token: &[u8]) -> Option<Hit<V>> {
        if self.tag.load(Relaxed) != tag {
            return None;
        }
        let found = Hit(self.entry.load());
        if !found.entry()?.is_of(token) {
            return None;
        }
        let heat = self.heat.load(Relaxed);
        if heat < HOTTEST {
            self.heat.store(heat + 1, Relaxed);
        }
        Some(found)
    }

    /// Whatever the tag says: of two writers at one place, the later may have hidden what the other put.
    pub(super) fn is_empty(&self) -> bool {
        self.entry.load().is_none()
    }

    pub(super) fn holds(&self, found: &Hit<V>) -> bool {
        let here = Hit(self.entry.load());
        here.entry().zip(found.entry()).is_some_and(|(here, entry)| Arc::ptr_eq(here, entry))
    }

    /// How hot it was.
    pub(super) fn cool(&self) -> u8 {
        let heat = self.heat.load(Relaxed);
        self.heat.store(heat.saturating_sub(1), Relaxed);
        heat
    }

    pub(super) fn fill(&self, tag: u32, entry: &Arc<Entry<V>>) -> bool {
        let before = self.entry.compare_and_swap(&None::<Arc<Entry<V>>>, Some(Arc::clone(entry)));
        let is_mine = before.is_none();
        if is_mine {
            self.heat.store(0, Relaxed);
            self.tag.store(tag, Relaxed);
        }
        is_mine
    }

    pub(super) fn clear(&self) -> Option<Arc<Entry<V>>> {
        self.tag.store(0, Relaxed);
        self.entry.swap(None)
    }
}

impl<V> Hit<V> {
    pub(crate) fn entry(&self) -> Option<&Arc<Entry<V>>> {
        self.0.as_ref()
    }

    pub(crate) fn share(self) -> Option<Arc<Entry<V>>> {
        Guard::into_inner(self.0)
    }
}
