//! The C ABI: one noun a file, and the only place with `unsafe`.
//!
//! What holds for every function is written at the top of the header (`include/preamble.h`).
//! The names are C's, not Rust's. What a caller owes a function stands in its `@param` lines, which
//! reach the header; a section of its own for it would be C's reader's second copy.
#![allow(unsafe_code, non_camel_case_types, clippy::missing_safety_doc)]

mod arguments;
mod boundary;
mod callback;
mod claims;
mod config;
mod error;
mod keys;
mod remote;
mod request;
mod status;
pub(crate) mod system;
mod text;
mod verifier;
mod version;
