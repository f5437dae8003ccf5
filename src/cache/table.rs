//! The places of all entries: where a token lies, and who must go when room is needed.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use foldhash::quality::RandomState;

use super::Occupancy;
use super::place::{Hit, Place, Set, WAYS};
use crate::cache::{Entry, View};

/// Twice the places that may be taken: then hardly ever both sets of a token are full.
const SPARE: usize = 2;
/// So many entries are looked at for a cold one before the coldest of them must go.
const LOOKS_PER_EVICTION: usize = 128;
const HASHED_BYTES: usize = 32;

pub(super) struct Table<V> {
    /// A power of two of them.
    sets: Box<[Set<V>]>,
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
    /// At most so many entries, and so many bytes.
    pub(super) fn new(entries_max: usize, bytes_max: usize, hasher: RandomState) -> Table<V> {
        // More than fit into the bytes need no place.
        let room = entries_max.min(bytes_max / size_of::<Entry<V>>());
        let sets = (room.saturating_mul(SPARE) / WAYS).max(2).next_power_of_two();
        Table {
            sets: (0..sets).map(|_| Set::empty()).collect(),
            hasher,
            entries_max,
            bytes_max,
            entries: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            evictions: AtomicU64::new(0),
            hand: AtomicUsize::new(0),
        }
    }

    pub(super) fn find(&self, token: &[u8]) -> Option<Hit<V>> {
        let address = self.address(token)?;
        self.sets_of(&address)
            .find_map(|set| set.places.iter().find_map(|place| place.find(address.tag, token)))
    }

    /// Keeps the entry of this token, unless somebody else was faster.
    pub(super) fn keep(&self, token: &[u8], entry: &Arc<Entry<V>>) {
        let size = entry.size();
        let Some(address) = self.address(token) else { return };
        if size > self.bytes_max || self.find(token).is_some() {
            return;
        }
        self.entries.fetch_add(1, Relaxed);
        self.bytes.fetch_add(size, Relaxed);
        if !(self.make_room() && self.put(&address, entry)) {
            self.uncount(size);
        }
    }

    /// Gives up an entry that will not be accepted again.
    pub(super) fn forget(&self, found: &Hit<V>) {
        let Some(address) = found.entry().and_then(|entry| self.address(entry.token.end())) else { return };
        for place in self.sets_of(&address).flat_map(|set| &set.places) {
            if place.holds(found) {
                self.clear(place);
            }
        }
    }

    pub(super) fn occupancy(&self) -> Occupancy {
        Occupancy {
            entries: self.entries.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            evictions: self.evictions.load(Relaxed),
        }
    }

    /// For which the end of the token is enough.
    fn address(&self, token: &[u8]) -> Option<Address> {
        let mask = self.sets.len().checked_sub(1)?;
        let end = token.last_chunk::<HASHED_BYTES>()?;
        // As two numbers, which are hashed faster than as many bytes.
        let (first, last) =
            (u128::from_ne_bytes(*end.first_chunk()?), u128::from_ne_bytes(*end.last_chunk()?));
        let hash = self.hasher.hash_one((first, last));
        let high = hash >> 32;
        Some(Address { sets: [hash as usize & mask, high as usize & mask], tag: high as u32 | 1 })
    }

    fn sets_of(&self, address: &Address) -> impl Iterator<Item = &Set<V>> {
        address.sets.into_iter().filter_map(|index| self.sets.get(index))
    }

    /// Puts an entry into an empty place of the emptier set, or into the coldest place of both.
    fn put(&self, address: &Address, entry: &Arc<Entry<V>>) -> bool {
        let emptier = self.sets_of(address).max_by_key(|set| set.empty_places().count());
        if emptier.is_some_and(|set| set.empty_places().any(|place| place.fill(address.tag, entry))) {
            return true;
        }
        let places = self.sets_of(address).flat_map(|set| &set.places);
        let Some(coldest) = places.min_by_key(|place| place.cool()) else { return false };
        self.give_up(coldest);
        coldest.fill(address.tag, entry)
    }

    fn make_room(&self) -> bool {
        while self.entries.load(Relaxed) > self.entries_max || self.bytes.load(Relaxed) > self.bytes_max {
            if !self.evict() {
                return false;
            }
        }
        true
    }

    fn evict(&self) -> bool {
        let mut coldest = None;
        let mut looks = 0;
        for _ in 0..self.sets.len() * WAYS {
            let Some(place) = self.next_place() else { return false };
            if place.is_empty() {
                continue;
            }
            let heat = place.cool();
            if heat == 0 && self.give_up(place) {
                return true;
            }
            if coldest.is_none_or(|(least, _)| heat < least) {
                coldest = Some((heat, place));
            }
            looks += 1;
            if looks == LOOKS_PER_EVICTION {
                break;
            }
        }
        coldest.is_some_and(|(_, place)| self.give_up(place))
    }

    fn next_place(&self) -> Option<&Place<V>> {
        let position = self.hand.fetch_add(1, Relaxed);
        self.sets.get(position / WAYS % self.sets.len())?.places.get(position % WAYS)
    }

    /// Makes room for others.
    fn give_up(&self, place: &Place<V>) -> bool {
        let was_there = self.clear(place);
        if was_there {
            self.evictions.fetch_add(1, Relaxed);
        }
        was_there
    }

    fn clear(&self, place: &Place<V>) -> bool {
        let cleared = place.clear();
        if let Some(entry) = &cleared {
            self.uncount(entry.size());
        }
        cleared.is_some()
    }

    fn uncount(&self, size: usize) {
        self.entries.fetch_sub(1, Relaxed);
        self.bytes.fetch_sub(size, Relaxed);
    }
}
