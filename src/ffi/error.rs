use std::ffi::{CString, c_char};

use super::arguments::Out;
use super::boundary::{contained, quietly};
use crate::status::{Refusal, Status};

/// Why a call was refused: a status and a message. Owned by the caller, freed with
/// cfaccess_error_free(). Immutable, so any number of threads may read it.
pub struct cfaccess_error {
    status: Status,
    message: CString,
}

impl cfaccess_error {
    pub(super) fn new(refusal: Refusal) -> Box<cfaccess_error> {
        let message = CString::new(refusal.message()).unwrap_or_default();
        Box::new(cfaccess_error { status: refusal.status(), message })
    }
}

/// Runs the body of a function that can fail: a refusal becomes its status and an error object, and
/// so does a panic.
///
/// # Safety
/// `out_error` is NULL or valid for writing a pointer.
pub(super) unsafe fn fallible(
    out_error: *mut *mut cfaccess_error,
    body: impl FnOnce() -> Result<(), Refusal>,
) -> Status {
    // SAFETY: the caller's promise.
    let out_error = unsafe { Out::if_wanted(out_error) };
    let refusal = match contained(body) {
        Ok(Ok(())) => return Status::Ok,
        Ok(Err(refusal)) => refusal,
        Err(_) => Refusal::new(Status::Internal, "an internal error was caught; the call was refused"),
    };
    let status = refusal.status();
    if let Some(out_error) = out_error {
        out_error.give(cfaccess_error::new(refusal));
    }
    status
}

/// The status of an error, the same that the call returned.
///
/// @param error  borrowed
/// @return the status; #CFACCESS_STATUS_NULL_ARGUMENT for NULL
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_error_status(error: Option<&cfaccess_error>) -> Status {
    error.map_or(Status::NullArgument, |error| error.status)
}

/// The cause in words, for logs: one printable ASCII line of at most 256 characters that never contains
/// a token, a signature or a key. The wording is not stable; branch on the status.
///
/// @param error  borrowed
/// @return NUL-terminated, owned by the error; an empty string for NULL, never NULL
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_error_message(error: Option<&cfaccess_error>) -> *const c_char {
    error.map_or(c"".as_ptr(), |error| error.message.as_ptr())
}

/// Frees an error.
///
/// @param error  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_error_free(error: Option<Box<cfaccess_error>>) {
    quietly(|| drop(error));
}
