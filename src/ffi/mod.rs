//! The C ABI: one noun in each file, and the only place with `unsafe`.
//!
//! What is true of every function is documented at the top of the header (`include/preamble.h`). Names are
//! C's, not Rust's. What a caller must ensure is in the `@param` lines, which become part of the header, so
//! there are no `# Safety` sections.
#![allow(unsafe_code, non_camel_case_types, clippy::missing_safety_doc)]

mod arguments;
mod boundary;
mod callback;
mod claims;
mod claims_json;
mod config;
mod decision;
mod error;
mod guard;
mod guard_config;
mod guard_request;
mod keys;
mod remote;
mod remote_options;
mod request;
mod revocation_options;
mod revocation_writes;
mod revocations;
mod revoke_options;
mod status;
pub(crate) mod system;
mod text;
mod verifier;
mod version;
