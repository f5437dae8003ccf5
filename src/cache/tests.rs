//! The cache alone: bounds, floods, threads.

use std::cell::Cell;
use std::hash::BuildHasher;
use std::sync::{Arc, Barrier};
use std::thread;

use super::table::Table;
use super::*;
use crate::cache::KeptToken;
use crate::claims::{Claims, Payload};
use crate::config::Config;
use crate::keys::{FoundKey, Keys, Patience};
use crate::revocation::Clearance;
use crate::token::{KeyId, Token};

/// Makes entries that differ in their token only: no signature is checked here.
struct Maker {
    claims: Claims,
    keys: Keys,
    key_id: String,
}

impl Maker {
    fn new() -> Maker {
        let config = Config::new("acme").expect("a team");
        let payload = br#"{"aud":"a","email":"a@b","exp":9,"iat":1,"iss":"i","sub":"s","type":"app"}"#;
        let payload = Payload::parse(payload).expect("a payload");
        let document = std::fs::read("tests/vectors/acme.jwks.json").expect("a document");
        let keys = Keys::from_json(&document).expect("keys");
        let key_id = keys.status().keys[0].key_id.clone();
        Maker { claims: Claims::new(&config, &payload).expect("claims"), keys, key_id }
    }

    fn key(&self) -> FoundKey {
        let key_id = KeyId::parse(self.key_id.as_str().into()).expect("a kid");
        self.keys.find(&key_id, Patience::None).expect("a key")
    }

    fn keep(&self, cache: &Cache<()>, number: u64) {
        cache.keep(&token(number), &self.entry(number));
    }

    fn entry(&self, number: u64) -> Arc<Entry<()>> {
        let token = KeptToken::new(&Token::parse(&token(number)).expect("a token"));
        let clearance = Clearance::none();
        Arc::new(Entry {
            token,
            key: self.key(),
            clearance,
            id: number + 1,
            claims: self.claims.clone(),
            view: (),
        })
    }
}

/// Ends as differently as a signature does.
fn token(number: u64) -> Vec<u8> {
    let hash = foldhash::fast::FixedState::with_seed(7).hash_one(number);
    format!("QUJD.{number:0>40}.{hash:032x}").into_bytes()
}

/// What a look at the entry of this number finds that is judged so.
fn find(cache: &Cache<()>, number: u64, judgement: Judgement) -> Option<u64> {
    cache.find(&token(number), |_| judgement, |entry| entry.id)
}

fn finds(cache: &Cache<()>, number: u64) -> bool {
    find(cache, number, Judgement::Good) == Some(number + 1)
}

/// Whether it is there, without a hit.
fn keeps(cache: &Cache<()>, number: u64) -> bool {
    let is_there = Cell::new(false);
    let judge = |_: &Entry<()>| {
        is_there.set(true);
        Judgement::NotNow
    };
    assert_eq!(cache.find(&token(number), judge, |entry| entry.id), None);
    is_there.get()
}

#[test]
fn an_entry_is_found_by_its_whole_token() {
    let (cache, maker) = (Cache::new(100, usize::MAX), Maker::new());
    maker.keep(&cache, 1);

    assert!(finds(&cache, 1));
    let find = |token: &[u8]| cache.find(token, |_| Judgement::Good, |entry| entry.id);
    let mut other = token(1);
    other[0] = b'x';
    assert_eq!(find(&other), None, "it ends the same");
    assert_eq!(find(&token(1)[1..]), None, "it is a part");
    assert_eq!(find(b""), None);
}

#[test]
fn keeping_twice_is_keeping_once() {
    let (cache, maker) = (Cache::new(100, usize::MAX), Maker::new());
    maker.keep(&cache, 1);
    let once = cache.occupancy();

    maker.keep(&cache, 1);

    assert_eq!(cache.occupancy(), once);
    assert_eq!(once.entries, 1);
    assert_eq!(once.bytes, maker.entry(1).size());
}

#[test]
fn an_entry_that_is_over_leaves_when_it_is_found() {
    let (cache, maker) = (Cache::new(100, usize::MAX), Maker::new());
    maker.keep(&cache, 1);

    assert_eq!(find(&cache, 1, Judgement::Over), None);

    assert!(!keeps(&cache, 1));
    assert_eq!(cache.occupancy(), Occupancy { entries: 0, bytes: 0, evictions: 0 });
}

#[test]
fn an_entry_that_is_over_leaves_for_every_thread_that_has_read_it() {
    let (cache, maker) = (Cache::new(100, usize::MAX), Maker::new());
    maker.keep(&cache, 1);
    let all_have_read = Barrier::new(9);
    let one_has_given_it_up = Barrier::new(9);

    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                assert!(finds(&cache, 1));
                all_have_read.wait();
                one_has_given_it_up.wait();
                assert!(!keeps(&cache, 1));
            });
        }
        all_have_read.wait();
        assert_eq!(find(&cache, 1, Judgement::Over), None);
        one_has_given_it_up.wait();
    });

    assert_eq!(cache.occupancy().entries, 0);
}

#[test]
fn only_hits_keep_an_entry_from_making_room() {
    let maker = Maker::new();
    let (mut hit, mut refused) = (0, 0);
    // Each cache has an order of its own in which it looks for room.
    for _ in 0..100 {
        let cache = Cache::new(10, usize::MAX);
        (0..10).for_each(|number| maker.keep(&cache, number));
        for _ in 0..10 {
            assert!(finds(&cache, 3));
            assert_eq!(find(&cache, 4, Judgement::NotNow), None);
        }
        (10..19).for_each(|number| maker.keep(&cache, number));
        hit += u32::from(keeps(&cache, 3));
        refused += u32::from(keeps(&cache, 4));
    }

    assert_eq!(hit, 100, "kept, as it was hit");
    assert!(refused < 50, "{refused} of 100 kept, although it was refused each time");
}

#[test]
fn an_entry_outlives_its_eviction_for_those_who_hold_it() {
    let (cache, maker) = (Cache::new(1, usize::MAX), Maker::new());
    maker.keep(&cache, 1);
    let held = cache.find(&token(1), |_| Judgement::Good, Arc::clone).expect("an entry");

    (2..100).for_each(|number| maker.keep(&cache, number));

    assert!(!finds(&cache, 1));
    assert!(held.is_of(&token(1)));
    assert_eq!(Arc::strong_count(&held), 1, "the cache holds it no more");
}

#[test]
fn nothing_is_kept_where_a_bound_is_0() {
    let maker = Maker::new();
    for cache in [Cache::new(0, usize::MAX), Cache::new(100, 0)] {
        assert!(!cache.is_on());
        maker.keep(&cache, 1);
        assert!(!finds(&cache, 1));
    }
}

#[test]
fn the_bounds_hold_and_what_fits_stays() {
    let maker = Maker::new();
    let size = maker.entry(1).size();
    for (entries_max, bytes_max, room) in
        [(1, usize::MAX, 1), (1_000, usize::MAX, 1_000), (10_000, 500 * size + 1, 500)]
    {
        let cache = Cache::new(entries_max, bytes_max);
        for number in 0..3 * room {
            maker.keep(&cache, number);
            assert!(cache.occupancy().entries <= entries_max && cache.occupancy().bytes <= bytes_max);
        }
        let found = (0..3 * room).filter(|&number| finds(&cache, number)).count();
        assert_eq!(found, cache.occupancy().entries);
        assert!(found as u64 * 100 >= room * 99, "{found} of {room}");
    }
}

#[test]
fn a_cache_keeps_as_many_entries_as_it_may() {
    let maker = Maker::new();
    for entries_max in [1, 2, 7, 100, 50_000] {
        let cache = Cache::new(entries_max, usize::MAX);
        (0..entries_max as u64).for_each(|number| maker.keep(&cache, number));
        assert_eq!(cache.occupancy().entries, entries_max);
        assert_eq!(cache.occupancy().evictions, 0);
    }
}

#[test]
fn a_hit_in_a_cache_that_is_rather_empty_reads_one_set() {
    let (table, maker) = (Table::new(3_000, usize::MAX), Maker::new());
    (0..300).for_each(|number| table.keep(&token(number), &maker.entry(number)));

    let in_first = (0..300).filter(|&number| table.is_in_first_set(&token(number))).count();

    assert!(in_first >= 290, "{in_first} of 300");
}

#[test]
fn an_entry_larger_than_all_room_is_not_kept() {
    let maker = Maker::new();
    let cache = Cache::new(100, maker.entry(1).size() - 1);
    maker.keep(&cache, 1);
    assert!(!finds(&cache, 1));
    assert_eq!(cache.occupancy().bytes, 0);
}

const FLOOD: u64 = 1_000_000;
const HOT: u64 = 100;

/// Looks for the hot sessions in turn, one for each ten tokens of the flood, and keeps those that are gone.
/// Returns how many were.
fn flood(cache: &Cache<()>, maker: &Maker, tokens: std::ops::Range<u64>, entries_max: usize) -> u64 {
    let mut misses = 0;
    for number in tokens {
        maker.keep(cache, number);
        let session = FLOOD + number / 10 % HOT;
        if number % 10 == 0 && !finds(cache, session) {
            misses += 1;
            maker.keep(cache, session);
        }
        assert!(cache.occupancy().entries <= entries_max && cache.occupancy().bytes <= 64 << 20);
    }
    misses
}

#[test]
#[ignore = "slow: `make test` runs it, or --include-ignored"]
fn hot_sessions_outlive_a_flood_of_a_million_tokens() {
    let (cache, maker) = (Cache::new(10_000, 64 << 20), Maker::new());
    (FLOOD..FLOOD + HOT).for_each(|session| maker.keep(&cache, session));

    let misses = flood(&cache, &maker, 0..FLOOD, 10_000);

    assert!(misses * 100 < FLOOD / 10, "{misses} were missed");
    assert!(cache.occupancy().evictions >= FLOOD - 10_000);
}

#[test]
#[ignore = "slow: `make test` runs it, or --include-ignored"]
fn hot_sessions_outlive_a_flood_from_four_sides() {
    let (cache, maker) = (Cache::new(10_000, 64 << 20), Maker::new());
    (FLOOD..FLOOD + HOT).for_each(|session| maker.keep(&cache, session));

    let misses: u64 = thread::scope(|scope| {
        let sides = [0, 1, 2, 3].map(|side| {
            let tokens = side * FLOOD / 4..(side + 1) * FLOOD / 4;
            // Each may just be about to make room for one.
            scope.spawn(|| flood(&cache, &maker, tokens, 10_000 + 4))
        });
        sides.into_iter().map(|side| side.join().expect("a flood")).sum()
    });

    assert!(misses * 100 < FLOOD / 10, "{misses} were missed");
    assert!(cache.occupancy().entries <= 10_000);
}

#[test]
fn threads_that_keep_and_find_at_once_leave_the_counts_right() {
    let (cache, maker) = (Cache::new(200, usize::MAX), Maker::new());
    thread::scope(|scope| {
        for thread in 0..4 {
            let (cache, maker) = (&cache, &maker);
            scope.spawn(move || {
                for number in 0..20_000 {
                    let number = number * (thread + 1) % 1_000;
                    if !finds(cache, number) {
                        maker.keep(cache, number);
                    } else if number % 7 == 0 {
                        find(cache, number, Judgement::Over);
                    }
                }
            });
        }
    });

    let kept = (0..1_000).filter(|&number| finds(&cache, number)).count();
    assert_eq!(cache.occupancy().entries, kept);
    assert_eq!(cache.occupancy().bytes, kept * maker.entry(1).size());
    assert!(kept <= 200);
}
