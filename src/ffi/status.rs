use std::ffi::{CStr, c_char};

use crate::status::Status;

/// The name of a status, the same in every language: "EXPIRED".
///
/// @param status  any number
/// @return static, NUL-terminated, never NULL; "UNKNOWN_STATUS" for a number this library does not know
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_status_name(status: i32) -> *const c_char {
    static_text(status, Status::c_name, c"UNKNOWN_STATUS")
}

/// What a status means, in one line.
///
/// @param status  any number
/// @return static, NUL-terminated, never NULL
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_status_description(status: i32) -> *const c_char {
    static_text(status, Status::c_description, c"unknown status")
}

/// The HTTP status that an origin should answer with: 200 for OK, 401 if a new login may help, 403 if it does
/// not, 503 while keys or revocations cannot be obtained, 500 for errors in the program.
///
/// @param status  any number
/// @return 200, 401, 403, 500 or 503; 500 for a number this library does not know
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_status_http(status: i32) -> i32 {
    Status::from_number(status).map_or(500, |status| i32::from(status.http_status()))
}

/// Whether a call that got this status may be repeated, as something that it needs is being fetched:
/// #CFACCESS_STATUS_KEYS_PENDING and #CFACCESS_STATUS_REVOCATIONS_PENDING. For event loops, which set a request aside
/// and try again every 25 ms; what is being fetched is there, or has failed, within the timeout of keys or revocations.
///
/// @param status  any number
/// @return 1 or 0; 0 for a number this library does not know
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_status_is_pending(status: i32) -> i32 {
    Status::from_number(status).map_or(0, |status| i32::from(status.is_pending()))
}

fn static_text(number: i32, of: fn(Status) -> &'static CStr, unknown: &'static CStr) -> *const c_char {
    Status::from_number(number).map_or(unknown, of).as_ptr()
}
