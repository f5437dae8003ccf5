//! The C entry points of keys that are fetched, by a function of the fuzzer's: nothing goes over a network.
#![allow(unsafe_code, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
// The promises are those of c_entry.rs, and: user data is a `Served` of its own for each function, freed by
// its release alone.

use std::ffi::{CString, c_char, c_void};
use std::ptr::null;

use cfaccess_c_api::*;

use super::c_call::{OK, fallible, produce, text_of};
use super::c_program::Program;
use super::genuine;
use super::invariants::check_message;

/// What a fetch returns.
struct Served {
    document: Vec<u8>,
    piece: usize,
    outcome: i32,
}

impl Served {
    fn read(program: &mut Program) -> *mut c_void {
        let outcome = i32::from(program.byte() % 2);
        let piece = usize::from(program.byte()) * 16 + 1;
        let document = program.bytes(genuine::DOCUMENT).as_slice().to_vec();
        Box::into_raw(Box::new(Served { document, piece, outcome })).cast()
    }
}

unsafe extern "C" fn fetch(
    user_data: *mut c_void,
    url: *const c_char,
    document: *mut cfaccess_document,
) -> i32 {
    let url = text_of(url);
    assert!(url.starts_with("https://") && url.ends_with(".cloudflareaccess.com/cdn-cgi/access/certs"));
    let served = unsafe { &*user_data.cast::<Served>() };
    for piece in served.document.chunks(served.piece) {
        let written = fallible(0, &[], |error| unsafe {
            cfaccess_document_write(document, piece.as_ptr().cast(), piece.len(), error)
        });
        assert_eq!(written, OK, "no document of a fuzzer has a mebibyte");
    }
    served.outcome
}

unsafe extern "C" fn log(_user_data: *mut c_void, level: i32, line: *const c_char) {
    assert!(level == 1 || level == 2);
    check_message(&text_of(line), &[]);
}

unsafe extern "C" fn release(user_data: *mut c_void) {
    drop(unsafe { Box::from_raw(user_data.cast::<Served>()) });
}

pub fn new_options(place: usize) -> *mut cfaccess_remote_options {
    produce(place, &[], |out, error| unsafe { cfaccess_remote_options_new(out, error) })
}

pub fn set_duration(options: *mut cfaccess_remote_options, place: usize, program: &mut Program) {
    let set = match program.byte() % 4 {
        0 => cfaccess_remote_options_set_timeout,
        1 => cfaccess_remote_options_set_refresh_after,
        2 => cfaccess_remote_options_set_cooldown,
        _ => cfaccess_remote_options_set_max_stale,
    };
    let milliseconds = program.number();
    fallible(place, &[], |error| unsafe { set(options, milliseconds, error) });
}

/// Paths where nothing is and nothing can be put.
pub fn set_path(options: *mut cfaccess_remote_options, place: usize, program: &mut Program) {
    let set = match program.byte() % 2 {
        0 => cfaccess_remote_options_set_ca_file,
        _ => cfaccess_remote_options_set_cache_file,
    };
    let folder = env!("CARGO_MANIFEST_DIR");
    let path = program.text("keys.json").map(|name| {
        CString::new(format!("{folder}/nothing is here/{}", name.to_string_lossy())).expect("no NUL")
    });
    let path = path.as_ref().map_or(null(), |path| path.as_ptr());
    fallible(place, &[], |error| unsafe { set(options, path, error) });
}

/// User data that the library refuses stays ours.
pub fn set_fetch(options: *mut cfaccess_remote_options, place: usize, program: &mut Program) {
    let served = Served::read(program);
    let set = fallible(place, &[], |error| unsafe {
        cfaccess_remote_options_set_fetch(options, Some(fetch), served, Some(release), error)
    });
    if set != OK {
        unsafe { release(served) };
    }
}

pub fn set_log(options: *mut cfaccess_remote_options, place: usize, program: &mut Program) {
    let served = Served::read(program);
    let set = fallible(place, &[], |error| unsafe {
        cfaccess_remote_options_set_log(options, Some(log), served, Some(release), error)
    });
    if set != OK {
        unsafe { release(served) };
    }
}

/// Never without options that name a function: the defaults would use the network.
pub fn new_keys(
    options: *mut cfaccess_remote_options,
    place: usize,
    program: &mut Program,
) -> *mut cfaccess_keys {
    let team = program.text("acme").filter(|_| !options.is_null());
    let team = team.as_ref().map_or(null(), |team| team.as_ptr());
    set_fetch(options, 0, program);
    produce(place, &[], |out, error| unsafe { cfaccess_keys_remote(team, options, out, error) })
}

pub fn connect(keys: *mut cfaccess_keys, place: usize) {
    fallible(place, &[], |error| unsafe { cfaccess_keys_connect(keys, error) });
}

/// So that a fetch of one program ends before the next.
pub fn close(keys: *mut cfaccess_keys) {
    unsafe { cfaccess_keys_close(keys) };
}
