//! The floor of a cache hit: the simplest table that finds a verified token again, and nothing else. Neither
//! time nor key nor session is checked.

use std::hash::BuildHasher;
use std::sync::{Arc, RwLock};

use foldhash::quality::RandomState;
use hashbrown::HashTable;

const SHARDS: usize = 16;
const HASHED_BYTES: usize = 32;

/// Verified tokens in shards, each with its own lock.
pub struct Table {
    shards: [RwLock<HashTable<Arc<Entry>>>; SHARDS],
    hasher: RandomState,
}

/// A verified token with its claims.
pub struct Entry {
    token: Box<[u8]>,
    /// Stands for the claims.
    pub email: String,
}

impl Table {
    /// With one token in it.
    pub fn with(token: &[u8], email: &str) -> Table {
        let shards = std::array::from_fn(|_| RwLock::new(HashTable::new()));
        let table = Table { shards, hasher: RandomState::default() };
        let entry = Arc::new(Entry { token: token.into(), email: email.to_owned() });
        let mut shard = table.shard(table.hash(token)).write().expect("no panic");
        shard.insert_unique(table.hash(token), entry, |entry| table.hash(&entry.token));
        drop(shard);
        table
    }

    /// The whole token is compared, and one reference count is incremented.
    pub fn find(&self, token: &[u8]) -> Option<Arc<Entry>> {
        let hash = self.hash(token);
        let shard = self.shard(hash).read().expect("no panic");
        shard.find(hash, |entry| *entry.token == *token).cloned()
    }

    /// Hashes the end of the signature, which is as good as random.
    fn hash(&self, token: &[u8]) -> u64 {
        self.hasher.hash_one(token.last_chunk::<HASHED_BYTES>().expect("a whole token"))
    }

    /// Chosen by bits that the table in the shard does not use.
    fn shard(&self, hash: u64) -> &RwLock<HashTable<Arc<Entry>>> {
        &self.shards[(hash >> 40) as usize % SHARDS]
    }
}
