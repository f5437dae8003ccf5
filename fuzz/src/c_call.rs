//! One call of the C ABI, and what must be true of its outputs.
#![allow(unsafe_code, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
// The promises that these blocks lean on are those of c_entry.rs.

use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

use cfaccess_c_api::*;

use super::invariants::check_message;

pub const OK: cfaccess_status = CFACCESS_STATUS_OK;

/// Where a call writes an output, or NULL.
pub type Place<T> = *mut *mut T;

/// Calls with a place for an error that contains a dangling pointer, or with NULL, and checks the error.
pub fn fallible(place: usize, inputs: &[&[u8]], call: impl FnOnce(Place<cfaccess_error>) -> i32) -> i32 {
    let mut error: *mut cfaccess_error = std::ptr::dangling_mut::<u64>().cast();
    if place & 2 != 0 {
        return call(null_mut());
    }
    let status = call(&mut error);
    assert_eq!(status == OK, error.is_null(), "there is an error on a refusal only");
    if !error.is_null() {
        assert_eq!(unsafe { cfaccess_error_status(error) }, status);
        check_message(&text_of(unsafe { cfaccess_error_message(error) }), inputs);
    }
    unsafe { cfaccess_error_free(error) };
    status
}

/// The same for a function with another output.
pub fn produce<T>(
    place: usize,
    inputs: &[&[u8]],
    call: impl FnOnce(Place<T>, Place<cfaccess_error>) -> i32,
) -> *mut T {
    let mut out: *mut T = std::ptr::dangling_mut::<u64>().cast();
    let wanted = place & 1 == 0;
    let given: Place<T> = if wanted { &mut out } else { null_mut() };
    let status = fallible(place, inputs, |error| call(given, error));
    if !wanted {
        assert_ne!(status, OK, "there was no place for the output");
        return null_mut();
    }
    assert_eq!(status == OK, !out.is_null(), "there is an output on success only");
    out
}

pub fn text_of(text: *const c_char) -> String {
    unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8").to_owned()
}
