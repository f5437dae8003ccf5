//! A set of places for entries, read and written without anybody waiting.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::verified::Entry;
use crate::thread_number;

/// With the lock, the pointers to this many entries fill one cache line of 64 bytes.
pub(super) const WAYS: usize = 6;
/// A power of two. Threads with a copy of their own do not slow each other down when they read the same entry.
const COPIES: usize = 4;
const HOTTEST: u8 = 3;
/// A lock is held for some tens of nanoseconds, unless its thread is interrupted meanwhile.
const ATTEMPTS: usize = 16;

/// What is in a place is in its first copy, and in another one only if it is in the first, too.
///
/// Aligned so that the places and the first copy are in a pair of cache lines, which processors fetch together.
#[repr(C, align(128))]
pub(super) struct Set<V> {
    places: [Place; WAYS],
    copies: [Copy<V>; COPIES],
}

/// What is read of a place without its lock, and written while the first copy is locked, but for the heat.
struct Place {
    /// Distinguishes the tokens of a set; 0 if the place is vacant.
    tag: AtomicU32,
    heat: AtomicU8,
    /// Whether another copy than the first may hold the entry, too.
    is_copied: AtomicBool,
}

type Entries<V> = [Option<Arc<Entry<V>>>; WAYS];

#[repr(align(64))]
struct Copy<V>(RwLock<Entries<V>>);

/// What was read of an entry, and the place where it is.
pub(super) struct Found<T> {
    pub(super) way: usize,
    pub(super) value: T,
    is_in_own_copy: bool,
}

impl<V> Set<V> {
    pub(super) fn vacant() -> Set<V> {
        Set {
            places: std::array::from_fn(|_| Place {
                tag: AtomicU32::new(0),
                heat: AtomicU8::new(0),
                is_copied: AtomicBool::new(false),
            }),
            copies: std::array::from_fn(|_| Copy(RwLock::new([const { None }; WAYS]))),
        }
    }

    /// Reads the entry of this token, if it is here.
    pub(super) fn read<T>(
        &self,
        tag: u32,
        token: &[u8],
        read: &impl Fn(&Arc<Entry<V>>) -> T,
    ) -> Option<Found<T>> {
        let ways = self.places.iter().enumerate().filter(|(_, place)| place.tag.load(Relaxed) == tag);
        ways.map(|(way, _)| way).find_map(|way| self.read_way(way, token, read))
    }

    fn read_way<T>(&self, way: usize, token: &[u8], read: &impl Fn(&Arc<Entry<V>>) -> T) -> Option<Found<T>> {
        let own = own_copy();
        for step in 0..COPIES {
            let entries = self.copies.get(own ^ step).and_then(Copy::try_read);
            if let Some(entry) = entries.as_ref().and_then(|entries| entries.get(way)?.as_ref()) {
                let is_in_own_copy = step == 0;
                return entry.is_of(token).then(|| Found { way, value: read(entry), is_in_own_copy });
            }
        }
        None
    }

    /// Called after each hit, so that the entry stays longer and is read faster.
    pub(super) fn warm<T>(&self, found: &Found<T>) {
        if let Some(place) = self.places.get(found.way) {
            let heat = place.heat.load(Relaxed);
            if heat < HOTTEST {
                place.heat.store(heat + 1, Relaxed);
            }
        }
        if !found.is_in_own_copy {
            self.copy_to_own(found.way);
        }
    }

    /// Nobody takes the entry meanwhile, since the first copy is locked.
    #[cold]
    fn copy_to_own(&self, way: usize) -> Option<()> {
        let first = self.first().try_read()?;
        let entry = first.get(way)?.as_ref()?;
        let mut own = self.copies.get(own_copy())?.try_write()?;
        self.places.get(way)?.is_copied.store(true, Relaxed);
        *own.get_mut(way)? = Some(Arc::clone(entry));
        Some(())
    }

    /// Puts an entry into a vacant place. Whether it is there now: not if there was none, or if the set is in use.
    pub(super) fn try_put(&self, tag: u32, entry: &Arc<Entry<V>>) -> bool {
        let Some(mut first) = self.first().try_write() else { return false };
        let mut places = self.places.iter().zip(first.iter_mut());
        let Some((place, vacant)) = places.find(|(_, entry)| entry.is_none()) else { return false };
        *vacant = Some(Arc::clone(entry));
        place.heat.store(0, Relaxed);
        place.tag.store(tag, Relaxed);
        true
    }

    /// Takes the entry out of a place if it is this one, or any. Nothing is taken of a place that is in use.
    pub(super) fn try_take(&self, way: usize, id: Option<u64>) -> Option<Arc<Entry<V>>> {
        let place = self.places.get(way)?;
        let mut first = self.first().try_write()?;
        let taken = first.get_mut(way)?;
        if id.is_some_and(|id| taken.as_ref().is_some_and(|entry| entry.id != id)) {
            return None;
        }
        if place.is_copied.load(Relaxed) {
            for other in self.copies.iter().skip(1) {
                *other.try_write()?.get_mut(way)? = None;
            }
            place.is_copied.store(false, Relaxed);
        }
        place.tag.store(0, Relaxed);
        taken.take()
    }

    pub(super) fn occupied(&self) -> usize {
        (0..WAYS).filter(|&way| self.is_occupied(way)).count()
    }

    pub(super) fn is_occupied(&self, way: usize) -> bool {
        self.places.get(way).is_some_and(|place| place.tag.load(Relaxed) != 0)
    }

    pub(super) fn heat(&self, way: usize) -> u8 {
        self.places.get(way).map_or(0, |place| place.heat.load(Relaxed))
    }

    pub(super) fn cool_down(&self, way: usize) {
        if let Some(place) = self.places.get(way) {
            place.heat.store(place.heat.load(Relaxed).saturating_sub(1), Relaxed);
        }
    }

    fn first(&self) -> &Copy<V> {
        let [first, ..] = &self.copies;
        first
    }
}

impl<V> Copy<V> {
    fn try_read(&self) -> Option<RwLockReadGuard<'_, Entries<V>>> {
        attempt(|| self.0.try_read().ok())
    }

    fn try_write(&self) -> Option<RwLockWriteGuard<'_, Entries<V>>> {
        attempt(|| self.0.try_write().ok())
    }
}

fn attempt<T>(mut get: impl FnMut() -> Option<T>) -> Option<T> {
    get().or_else(|| {
        (0..ATTEMPTS).find_map(|_| {
            std::hint::spin_loop();
            get()
        })
    })
}

fn own_copy() -> usize {
    thread_number::of_this_thread().unwrap_or(0) % COPIES
}
