//! The places of all entries: where a token lies, and which entry is given up when room is needed.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use foldhash::quality::RandomState;
use once_cell::race::OnceBox;

use super::cache::{Judgement, Occupancy};
use super::set::{Found, Set, WAYS};
use super::verified::{Entry, View};

/// How many sets are made at once, when the first of them is needed. It takes a few microseconds, so threads that need
/// the same ones first each make them, and nobody waits.
const SEGMENT: usize = 32;
/// Twice the places that may be taken: then hardly ever both sets of a token are full.
const SPARE: usize = 2;
/// With up to this many entries in it, the first set of a token is not too full, whatever is in the second. If this were
/// 4, most caches of 100,000 entries would evict one although there is room.
const FILLED_FIRST: usize = 2;
/// How many entries are examined for a cold one before the coldest of them is evicted.
const LOOKS_PER_EVICTION: usize = 128;
const HASHED_BYTES: usize = 32;

pub(super) struct Table<V> {
    segments: Box<[OnceBox<[Set<V>; SEGMENT]>]>,
    /// Made with the verifier, since the first one of a process takes a lock.
    hasher: RandomState,
    entries_max: usize,
    bytes_max: usize,
    entries: AtomicUsize,
    bytes: AtomicUsize,
    evictions: AtomicU64,
    hand: AtomicUsize,
}

/// Where a token lies if it is here.
#[derive(Clone, Copy)]
struct Address {
    sets: [usize; 2],
    tag: u32,
}

impl<V: View> Table<V> {
    pub(super) fn new(entries_max: usize, bytes_max: usize) -> Table<V> {
        // More than fit into the bytes need no place.
        let room = entries_max.min(bytes_max / size_of::<Entry<V>>());
        let segments = (room.saturating_mul(SPARE) / WAYS / SEGMENT + 1).min(u32::MAX as usize / SEGMENT);
        Table {
            segments: (0..segments).map(|_| OnceBox::new()).collect(),
            hasher: RandomState::default(),
            entries_max,
            bytes_max,
            entries: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            evictions: AtomicU64::new(0),
            hand: AtomicUsize::new(0),
        }
    }

    /// What `take` makes of the entry of this token, if `judge` calls it good. An entry that is over is given up.
    pub(super) fn find<T>(
        &self,
        token: &[u8],
        judge: impl Fn(&Entry<V>) -> Judgement,
        take: impl Fn(&Arc<Entry<V>>) -> T,
    ) -> Option<T> {
        let read = |entry: &Arc<Entry<V>>| match judge(entry) {
            Judgement::Good => Ok(take(entry)),
            judgement => Err((judgement, entry.id)),
        };
        let address = self.address(token)?;
        let (set, found) = self.read(&address, token, &read)?;
        match found.value {
            Ok(_) => set.warm(&found),
            Err((Judgement::Over, id)) => {
                self.try_take(set, found.way, Some(id));
            }
            Err(_) => {}
        }
        found.value.ok()
    }

    /// Keeps the entry of this token, unless it is there already, or its places are in use.
    pub(super) fn keep(&self, token: &[u8], entry: &Arc<Entry<V>>) {
        let size = entry.size();
        let Some(address) = self.address(token) else { return };
        if size > self.bytes_max || self.read(&address, token, &|_| ()).is_some() {
            return;
        }
        self.entries.fetch_add(1, Relaxed);
        self.bytes.fetch_add(size, Relaxed);
        if !(self.make_room() && self.put(&address, entry)) {
            self.uncount(size);
        }
    }

    pub(super) fn occupancy(&self) -> Occupancy {
        Occupancy {
            entries: self.entries.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            evictions: self.evictions.load(Relaxed),
        }
    }

    fn read<T>(
        &self,
        address: &Address,
        token: &[u8],
        read: &impl Fn(&Arc<Entry<V>>) -> T,
    ) -> Option<(&Set<V>, Found<T>)> {
        address.sets.into_iter().find_map(|index| {
            let set = self.set(index)?;
            Some((set, set.read(address.tag, token, read)?))
        })
    }

    /// Only the last bytes of the token are hashed: nobody can choose those of a token that verifies.
    fn address(&self, token: &[u8]) -> Option<Address> {
        let end = token.last_chunk::<HASHED_BYTES>()?;
        // As two numbers, which are hashed faster than as many bytes.
        let (first, last) =
            (u128::from_ne_bytes(*end.first_chunk()?), u128::from_ne_bytes(*end.last_chunk()?));
        let hash = self.hasher.hash_one((first, last));
        let sets = (self.segments.len() * SEGMENT) as u64;
        // A number below 2^32, scaled to the number of sets, which is no power of two.
        let scaled = |number: u32| ((u64::from(number) * sets) >> u32::BITS) as usize;
        let (low, high) = (hash as u32, (hash >> u32::BITS) as u32);
        Some(Address { sets: [scaled(low), scaled(high)], tag: low.wrapping_add(high) | 1 })
    }

    #[cfg(test)]
    pub(super) fn is_in_first_set(&self, token: &[u8]) -> bool {
        let address = self.address(token).expect("a token");
        self.set(address.sets[0]).is_some_and(|set| set.read(address.tag, token, &|_| ()).is_some())
    }

    fn set(&self, index: usize) -> Option<&Set<V>> {
        self.segments.get(index / SEGMENT)?.get()?.get(index % SEGMENT)
    }

    /// The set, made together with its segment if it is not there yet.
    fn make_set(&self, index: usize) -> Option<&Set<V>> {
        let make = || (0..SEGMENT).map(|_| Set::vacant()).collect::<Box<[_]>>().try_into();
        let segment = self.segments.get(index / SEGMENT)?.get_or_try_init(make);
        segment.ok()?.get(index % SEGMENT)
    }

    /// Puts an entry into a vacant place of the first set, which hits read first, or of the second if the first is
    /// fuller; or in place of the coldest entry of both.
    fn put(&self, address: &Address, entry: &Arc<Entry<V>>) -> bool {
        let mut indexes = address.sets;
        // Sets that are not made yet are vacant, and one of them is enough.
        indexes.sort_by_key(|index| self.set(*index).map_or(0, Set::occupied).max(FILLED_FIRST));
        let mut sets = indexes.iter().filter_map(|index| self.make_set(*index));
        if sets.any(|set| set.try_put(address.tag, entry)) {
            return true;
        }
        let sets = indexes.iter().filter_map(|index| self.set(*index));
        let places = sets.flat_map(|set| (0..WAYS).map(move |way| (set, way)));
        let coldest = places.clone().min_by_key(|(set, way)| set.heat(*way));
        places.for_each(|(set, way)| set.cool_down(way));
        coldest.is_some_and(|(set, way)| self.evict(set, way) && set.try_put(address.tag, entry))
    }

    fn make_room(&self) -> bool {
        while self.entries.load(Relaxed) > self.entries_max || self.bytes.load(Relaxed) > self.bytes_max {
            if !self.evict_a_cold_one() {
                return false;
            }
        }
        true
    }

    fn evict_a_cold_one(&self) -> bool {
        let mut coldest: Option<(u8, &Set<V>, usize)> = None;
        let mut looks = 0;
        for _ in 0..self.segments.len() * SEGMENT * WAYS {
            let Some((set, way)) = self.next_place() else { continue };
            let heat = set.heat(way);
            set.cool_down(way);
            if heat == 0 && self.evict(set, way) {
                return true;
            }
            if coldest.is_none_or(|(least, ..)| heat < least) {
                coldest = Some((heat, set, way));
            }
            looks += 1;
            if looks == LOOKS_PER_EVICTION {
                break;
            }
        }
        coldest.is_some_and(|(_, set, way)| self.evict(set, way))
    }

    /// The place that the hand points to next, if there is an entry in it.
    fn next_place(&self) -> Option<(&Set<V>, usize)> {
        let position = self.hand.fetch_add(1, Relaxed);
        let set = self.set(position / WAYS % (self.segments.len() * SEGMENT))?;
        let way = position % WAYS;
        set.is_occupied(way).then_some((set, way))
    }

    /// Gives up an entry to make room for others.
    fn evict(&self, set: &Set<V>, way: usize) -> bool {
        let is_taken = self.try_take(set, way, None);
        if is_taken {
            self.evictions.fetch_add(1, Relaxed);
        }
        is_taken
    }

    fn try_take(&self, set: &Set<V>, way: usize, id: Option<u64>) -> bool {
        let taken = set.try_take(way, id);
        if let Some(entry) = &taken {
            self.uncount(entry.size());
        }
        taken.is_some()
    }

    fn uncount(&self, size: usize) {
        self.entries.fetch_sub(1, Relaxed);
        self.bytes.fetch_sub(size, Relaxed);
    }
}
