//! What the fuzz targets do with an input, and what must be true afterwards.
//!
//! `tests/corpus.rs` runs the same functions over the committed corpus.

pub mod c_entry;
pub mod keys;
pub mod request;
pub mod token;

mod c_cache;
mod c_call;
mod c_calls;
mod c_program;
mod c_remote;
mod c_revocations;
mod genuine;
mod invariants;
