use std::ffi::c_char;

use super::arguments::{Out, argument_text, not_null, point_in_time};
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use crate::revocation::RevokeOptions;
use crate::status::Status;
use crate::time::Timestamp;

/// How a revocation, a block or a lift is made: built step by step, and used by any number of calls. The defaults
/// serve. An option that a call has no use for is refused by it with #CFACCESS_STATUS_INVALID_ARGUMENT. For one
/// thread at a time.
#[derive(Default)]
pub struct cfaccess_revoke_options {
    pub(super) revoke: RevokeOptions,
    pub(super) until: Option<Timestamp>,
}

/// Begins with the defaults.
///
/// @param out_options  owned, freed with cfaccess_revoke_options_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revoke_options_new(
    out_options: *mut *mut cfaccess_revoke_options,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        unsafe { Out::new(out_options) }?.give(Box::default());
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Revokes tokens that were issued up to this time, rather than up to now and the margin: for a leak that is
/// noticed late. For cfaccess_revocations_revoke() only, which refuses a time in the future.
///
/// @param options    changed on success only
/// @param seconds    since 1970, from 0 to 2^53 - 1
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_ARGUMENT or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revoke_options_set_at(
    options: Option<&mut cfaccess_revoke_options>,
    seconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(options)?.revoke.at = Some(point_in_time("at", seconds)?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// How much later than now tokens are still revoked: times of issue are whole seconds, and the revocation is in
/// force everywhere only after the interval. For cfaccess_revocations_revoke() only, which checks the bounds.
///
/// @param options    changed on success only
/// @param seconds    0 to 300; 2 unless set
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revoke_options_set_margin(
    options: Option<&mut cfaccess_revoke_options>,
    seconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(options)?.revoke.margin = Some(seconds);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// When a block ends by itself; by default it does not. For cfaccess_revocations_block() only, which refuses a
/// time in the past.
///
/// @param options    changed on success only
/// @param seconds    since 1970, from 0 to 2^53 - 1
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_ARGUMENT or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revoke_options_set_until(
    options: Option<&mut cfaccess_revoke_options>,
    seconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(options)?.until = Some(point_in_time("until", seconds)?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Why, for the audit of the store.
///
/// @param options    changed on success only
/// @param reason     NUL-terminated, copied: one line of at most 256 bytes, which the call checks
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if it is not UTF-8;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revoke_options_set_reason(
    options: Option<&mut cfaccess_revoke_options>,
    reason: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_text(options, reason, out_error, |options| &mut options.note.reason) }
}

/// Who, for the audit of the store.
///
/// @param options    changed on success only
/// @param made_by    NUL-terminated, copied: one line of at most 256 bytes, which the call checks
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if it is not UTF-8;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revoke_options_set_made_by(
    options: Option<&mut cfaccess_revoke_options>,
    made_by: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_text(options, made_by, out_error, |options| &mut options.note.made_by) }
}

/// Frees options.
///
/// @param options  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_revoke_options_free(options: Option<Box<cfaccess_revoke_options>>) {
    quietly(|| drop(options));
}

/// # Safety
/// `text` is NULL or NUL-terminated, `out_error` NULL or valid for writing.
unsafe fn set_text(
    options: Option<&mut cfaccess_revoke_options>,
    text: *const c_char,
    out_error: *mut *mut cfaccess_error,
    place: fn(&mut RevokeOptions) -> &mut String,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let text = unsafe { argument_text(text) }?;
        text.clone_into(place(&mut not_null(options)?.revoke));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
