//! What the fuzz targets do with an input, and what must hold then.
//!
//! `tests/corpus.rs` runs the same functions over the committed corpus.

pub mod c_entry;
pub mod keys;
pub mod request;
pub mod token;

mod c_api;
mod c_cache;
mod c_program;
mod c_remote;
mod genuine;
mod invariants;
