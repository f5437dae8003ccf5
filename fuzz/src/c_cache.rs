//! The C entry points of a verifier's cache.
#![allow(unsafe_code, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
// The promises that these blocks lean on are those of c_entry.rs.

use cfaccess_c_api::*;

use super::c_call::{fallible, produce, text_of};
use super::c_program::{Bytes, Program};
use super::genuine::{NOW, token};

/// The largest sizes are valid, but need more memory than a fuzzer may use.
const SIZE_MAX: i64 = 1 << 20;

/// A number of entries, or of bytes.
pub fn set_size(config: *mut cfaccess_config, place: usize, program: &mut Program) {
    let set = match program.byte() % 2 {
        0 => cfaccess_config_set_cache_entries,
        _ => cfaccess_config_set_cache_bytes,
    };
    let size = program.number();
    let size = if (0..=64 << 30).contains(&size) { size % SIZE_MAX } else { size };
    fallible(place, &[], |error| unsafe { set(config, size, error) });
}

/// Only a token that is accepted now can be found.
pub fn lookup(verifier: *mut cfaccess_verifier, token: &Bytes) {
    let id = unsafe { cfaccess_verifier_lookup(verifier, token.ptr(), token.len()) };
    if id != 0 {
        let claims = produce(0, &[], |out, error| unsafe {
            cfaccess_verifier_verify(verifier, token.ptr(), token.len(), out, error)
        });
        assert_eq!(unsafe { (*claims).id }, id);
        unsafe { cfaccess_claims_free(claims) };
    }
}

/// The genuine token twice: cached claims are returned twice and freed twice.
pub fn verify_twice(verifier: *mut cfaccess_verifier) {
    let token = Bytes::Some(token().into());
    let [first, second] = [(), ()].map(|()| {
        produce(0, &[token.as_slice()], |out, error| unsafe {
            cfaccess_verifier_verify_at(verifier, token.ptr(), token.len(), NOW, out, error)
        })
    });
    if !first.is_null() && !second.is_null() {
        assert_eq!(first == second, unsafe { (*first).id == (*second).id });
    }
    unsafe { cfaccess_claims_free(first) };
    unsafe { cfaccess_claims_free(second) };
}

pub fn stats(verifier: *mut cfaccess_verifier, place: usize) {
    let json = produce(place, &[], |out, error| unsafe { cfaccess_verifier_stats(verifier, out, error) });
    if !json.is_null() {
        let stats: serde_json::Value = serde_json::from_str(&text_of(json)).expect("JSON");
        assert!(stats["hits"].is_u64() && stats["refusals"].is_object());
    }
    unsafe { cfaccess_string_free(json) };
}
