//! The C entry points of revocations, in memory.
#![allow(unsafe_code, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
// The promises that these blocks lean on are those of c_entry.rs.

use std::ptr::null;

use cfaccess_c_api::*;

use super::c_call::{fallible, produce, text_of};
use super::c_program::Program;

const EMPTY: &[u8] = br#"{"entries":[]}"#;

/// In memory, or with a URL that names no store: a file or a server would outlive the input.
pub fn open(place: usize, program: &mut Program) -> *mut cfaccess_revocations {
    let url = program.text("memory:");
    let is_memory = url.as_ref().is_none_or(|url| url.as_bytes().starts_with(b"memory"));
    let url = url.filter(|_| is_memory);
    let url = url.as_ref().map_or(null(), |text| text.as_ptr());
    let options = null();
    produce(place, &[], |out, error| unsafe {
        cfaccess_revocations_open(url, c"acme".as_ptr(), options, out, error)
    })
}

pub fn set(config: *mut cfaccess_config, revocations: *mut cfaccess_revocations, place: usize) {
    fallible(place, &[], |error| unsafe { cfaccess_config_set_revocations(config, revocations, error) });
}

/// A revocation, a block or a lift, with some of the options. No message shows the value.
pub fn write(revocations: *mut cfaccess_revocations, place: usize, program: &mut Program) {
    let (action, kind, which) = (program.byte() % 3, i32::from(program.byte() % 8), program.byte());
    let value = program.text("user@example.com");
    let shown = value.as_ref().map_or(&[][..], |text| text.as_bytes()).to_owned();
    let value = value.as_ref().map_or(null(), |text| text.as_ptr());
    let options = produce(0, &[], |out, error| unsafe { cfaccess_revoke_options_new(out, error) });
    let setters = [
        cfaccess_revoke_options_set_at,
        cfaccess_revoke_options_set_margin,
        cfaccess_revoke_options_set_until,
    ];
    for (bit, set) in setters.into_iter().enumerate() {
        if which >> bit & 1 != 0 {
            let number = program.number();
            fallible(place, &[], |error| unsafe { set(options, number, error) });
        }
    }
    if which & 8 != 0 {
        let reason = program.text("why");
        let reason = reason.as_ref().map_or(null(), |text| text.as_ptr());
        fallible(place, &[], |error| unsafe { cfaccess_revoke_options_set_reason(options, reason, error) });
    }
    let mut good_from = -1;
    let status = fallible(place, &[&shown], |error| unsafe {
        match action {
            0 => cfaccess_revocations_revoke(revocations, kind, value, options, &mut good_from, error),
            1 => cfaccess_revocations_block(revocations, kind, value, options, &mut good_from, error),
            _ => cfaccess_revocations_lift(revocations, kind, value, options, error),
        }
    });
    if action < 2 {
        assert_eq!(good_from > 0, status == CFACCESS_STATUS_OK, "only what was written is good again");
    }
    unsafe { cfaccess_revoke_options_free(options) };
}

pub fn import(revocations: *mut cfaccess_revocations, place: usize, program: &mut Program) {
    let json = program.bytes(EMPTY);
    fallible(place, &[], |error| unsafe {
        cfaccess_revocations_import(revocations, json.ptr(), json.len(), error)
    });
}

/// What is listed can be imported.
pub fn list(revocations: *mut cfaccess_revocations, place: usize, program: &mut Program) {
    let kind = i32::from(program.byte() % 8);
    let limit = program.number();
    let json = produce(place, &[], |out, error| unsafe {
        cfaccess_revocations_list(revocations, kind, 0, null(), limit, out, error)
    });
    if !json.is_null() {
        let text = text_of(json);
        let status = fallible(0, &[], |error| unsafe {
            cfaccess_revocations_import(revocations, text.as_ptr().cast(), text.len(), error)
        });
        assert_eq!(status, CFACCESS_STATUS_OK);
    }
    unsafe { cfaccess_string_free(json) };
}
