use std::ffi::{c_char, c_void};
use std::time::Duration;

use super::arguments::{Out, absolute_path, milliseconds_of, not_null};
use super::boundary::quietly;
use super::callback::{cfaccess_log_function, cfaccess_release_function, log_function};
use super::error::{cfaccess_error, fallible};
use crate::revocation::{RevocationOptions, WhenStale};
use crate::status::{Refusal, Status};

/// How the revocations of a team are kept current: built step by step, then copied into revocations. The
/// defaults serve, and `memory:` has no use for them. For one thread at a time.
pub struct cfaccess_revocation_options(pub(super) RevocationOptions);

/// Begins with the defaults.
///
/// @param out_options  owned, freed with cfaccess_revocation_options_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_new(
    out_options: *mut *mut cfaccess_revocation_options,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_options = unsafe { Out::new(out_options) }?;
        out_options.give(Box::new(cfaccess_revocation_options(RevocationOptions::default())));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// The time within which a revocation is in force in every process. The store is asked again at half of it,
/// in the background; from it on they wait for the answer. Bounds are checked by cfaccess_revocations_open().
///
/// @param options       changed on success only
/// @param milliseconds  100 to 60,000; 2,000 unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_set_interval(
    options: Option<&mut cfaccess_revocation_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_duration(options, "interval", milliseconds, out_error, |options| &mut options.interval) }
}

/// How long one answer of the store may take, and how long a call may wait for it. A store that does not
/// answer holds up the callers of a process once. Bounds are checked by cfaccess_revocations_open().
///
/// @param options       changed on success only
/// @param milliseconds  100 to 60,000; 1,000 unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_set_timeout(
    options: Option<&mut cfaccess_revocation_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_duration(options, "timeout", milliseconds, out_error, |options| &mut options.timeout) }
}

/// How long the revocations that are known count while the store does not answer. Bounds are checked by
/// cfaccess_revocations_open().
///
/// @param options       changed on success only
/// @param milliseconds  at least the interval, at most 86,400,000 (a day); 300,000 unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_set_max_stale(
    options: Option<&mut cfaccess_revocation_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_duration(options, "max_stale", milliseconds, out_error, |options| &mut options.max_stale) }
}

/// Tokens for which no revocation is known are refused with #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE while nothing
/// current is known of the store. The default.
pub const CFACCESS_WHEN_STALE_REFUSE: i32 = 0;
/// They are accepted: an outage of the store must not become one of the application, even if a revocation does
/// not reach it.
pub const CFACCESS_WHEN_STALE_CONTINUE: i32 = 1;

/// What happens to tokens once `max_stale` has passed since the store last answered, or if it never did.
/// Tokens that are known to be revoked are refused either way.
///
/// @param options     changed on success only
/// @param when_stale  one of CFACCESS_WHEN_STALE_*; default #CFACCESS_WHEN_STALE_REFUSE
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG for another number;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_set_when_stale(
    options: Option<&mut cfaccess_revocation_options>,
    when_stale: i32,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let when_stale = match when_stale {
            CFACCESS_WHEN_STALE_REFUSE => WhenStale::Refuse,
            CFACCESS_WHEN_STALE_CONTINUE => WhenStale::Continue,
            _ => return Err(Refusal::new(Status::InvalidConfig, "when_stale is unknown")),
        };
        not_null(options)?.0.when_stale = when_stale;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Trusts the certificate authorities of a PEM file in addition to the platform's, for a store at `rediss://`.
///
/// @param options    changed on success only
/// @param path       NUL-terminated, copied; a relative path starts at the working directory of this call;
///                   read by cfaccess_revocations_open()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_set_ca_file(
    options: Option<&mut cfaccess_revocation_options>,
    path: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let path = unsafe { absolute_path(path) }?;
        not_null(options)?.0.ca_file = Some(path);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Tells a function of the caller's what happens to the store: that it does not answer, answers again, or has
/// lost entries.
///
/// @param options    changed on success only
/// @param log        called on any thread, never while the library holds a lock
/// @param user_data  handed to `log`; the library's from now on if the call succeeds
/// @param release    gets `user_data` back once options and revocations are freed, their verifiers too, and the
///                   store is not being read; may be NULL
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocation_options_set_log(
    options: Option<&mut cfaccess_revocation_options>,
    log: cfaccess_log_function,
    user_data: *mut c_void,
    release: cfaccess_release_function,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let options = not_null(options)?;
        // SAFETY: the caller's promise.
        options.0.log = Some(unsafe { log_function(log, user_data, release) }?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Frees options. Revocations made from them keep their copy.
///
/// @param options  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_revocation_options_free(options: Option<Box<cfaccess_revocation_options>>) {
    quietly(|| drop(options));
}

/// # Safety
/// `out_error` is NULL or valid for writing.
unsafe fn set_duration(
    options: Option<&mut cfaccess_revocation_options>,
    name: &str,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
    place: fn(&mut RevocationOptions) -> &mut Duration,
) -> Status {
    let body = || {
        *place(&mut not_null(options)?.0) = milliseconds_of(name, milliseconds)?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
