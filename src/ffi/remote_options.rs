use std::ffi::{c_char, c_void};
use std::path::PathBuf;
use std::time::Duration;

use super::arguments::{Out, absolute_path, config_text, milliseconds_of, not_null};
use super::boundary::quietly;
use super::callback::{
    cfaccess_fetch_function, cfaccess_log_function, cfaccess_release_function, fetch_function, log_function,
};
use super::error::{cfaccess_error, fallible};
use crate::keys::{LocalAddress, Proxy, RemoteOptions};
use crate::status::Status;

/// How the keys of a team are fetched and kept current: built step by step, then copied into keys. The
/// defaults serve. One thread at a time.
pub struct cfaccess_remote_options(pub(super) RemoteOptions);

/// Begins with the defaults.
///
/// @param out_options  owned, freed with cfaccess_remote_options_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_new(
    out_options: *mut *mut cfaccess_remote_options,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_options = unsafe { Out::new(out_options) }?;
        out_options.give(Box::new(cfaccess_remote_options(RemoteOptions::default())));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Trusts the certificate authorities of a PEM file in addition to the platform's, for networks that re-sign
/// TLS. For the team `cfaccess-local` they are trusted in place of the platform's.
///
/// @param options    changed on success only
/// @param path       NUL-terminated, copied; a relative path starts at the working directory of this call;
///                   read by cfaccess_keys_remote()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_ca_file(
    options: Option<&mut cfaccess_remote_options>,
    path: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_path(options, path, out_error, |options| &mut options.ca_file) }
}

/// Uses a proxy in place of those of the environment, for programs whose environment is emptied, as nginx
/// does. Like them it is not used if NO_PROXY excepts the team's host.
///
/// @param options    changed on success only
/// @param url        NUL-terminated, copied: `[scheme://][user:password@]host[:port]`. The scheme is `http`
///                   (the default), `https`, `socks4`, `socks4a`, `socks5` or `socks5h`; `socks4` and
///                   `socks5` look up the endpoint's name here, the others at the proxy. The port is 443 for
///                   `https` and 1080 for the others unless given, as in curl. User and password are
///                   percent-encoded. An empty string means a direct connection, whatever the environment
///                   says
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if it is not of this form, with a message
///         that does not repeat it; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_proxy(
    options: Option<&mut cfaccess_remote_options>,
    url: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let url = unsafe { config_text(url) }?;
        not_null(options)?.0.proxy = Some(Proxy::new(url)?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Says where a local Access listens. It is for the team `cfaccess-local` and no other; without it and without a ca_file,
/// that team has the address in the environment variable CFACCESS_LOCAL.
///
/// @param options    changed on success only
/// @param url        NUL-terminated, copied: `http://127.0.0.1:PORT` or `http://[::1]:PORT`, with at most a slash after
///                   it
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if it is not of this form, with a message
///         that does not repeat it; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_local(
    options: Option<&mut cfaccess_remote_options>,
    url: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let url = unsafe { config_text(url) }?;
        not_null(options)?.0.local = Some(LocalAddress::new(url)?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Keeps a copy of the keys in a file, so that a restart during an outage works. It is replaced whole and
/// readable by its owner alone; one that is mounted by itself, and cannot be replaced, is written in place.
///
/// Whoever can write the copy chooses who is let in. cfaccess_keys_remote() refuses a path that is a symbolic
/// link or belongs to another user than this process's, and a folder that belongs to another user (root
/// excepted) or that others can write without the sticky bit; a group of this process may write both. A copy
/// that is corrupt, older than `max_stale` or writable by others is ignored, which cfaccess_keys_status()
/// reports, and replaced by the next fetch. Its age is written in it, so that it does not grow younger when
/// it is copied.
///
/// @param options    changed on success only
/// @param path       NUL-terminated, copied; a relative path starts at the working directory of this call;
///                   the file need not exist yet
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_cache_file(
    options: Option<&mut cfaccess_remote_options>,
    path: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_path(options, path, out_error, |options| &mut options.cache_file) }
}

/// How long a fetch may take, and how long a call may wait for one. Bounds are checked by
/// cfaccess_keys_remote().
///
/// @param options       changed on success only
/// @param milliseconds  100 to 60,000; 5,000 unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_timeout(
    options: Option<&mut cfaccess_remote_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_duration(options, "timeout", milliseconds, out_error, |options| &mut options.timeout) }
}

/// The age at which keys are fetched again, ahead of need. The endpoint's `Cache-Control: max-age` may make
/// it sooner, never later. Bounds are checked by cfaccess_keys_remote().
///
/// @param options       changed on success only
/// @param milliseconds  at least the cooldown; 3,600,000 (an hour) unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_refresh_after(
    options: Option<&mut cfaccess_remote_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe {
        set_duration(options, "refresh_after", milliseconds, out_error, |options| &mut options.refresh_after)
    }
}

/// The least time between the beginnings of two fetches, whatever caused them; up to a tenth is added at
/// random. Bounds are checked by cfaccess_keys_remote().
///
/// @param options       changed on success only
/// @param milliseconds  at least 1,000; 30,000 unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_cooldown(
    options: Option<&mut cfaccess_remote_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_duration(options, "cooldown", milliseconds, out_error, |options| &mut options.cooldown) }
}

/// How long keys stay in force that the endpoint no longer confirms. Bounds are checked by
/// cfaccess_keys_remote().
///
/// @param options       changed on success only
/// @param milliseconds  at least the age of a refresh, at most 518,400,000 (six days); 86,400,000 (a day)
///                      unless set
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_max_stale(
    options: Option<&mut cfaccess_remote_options>,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { set_duration(options, "max_stale", milliseconds, out_error, |options| &mut options.max_stale) }
}

/// Begins the first fetch when a verifier is made, rather than with the first token. Not for a program that forks its
/// workers afterwards: each of them fetches for itself anyway.
///
/// @param options    changed on success only
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_prefetch(
    options: Option<&mut cfaccess_remote_options>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(options)?.0.prefetch = true;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Fetches through a function of the caller's in place of the library's own HTTPS.
///
/// @param options    changed on success only
/// @param fetch      called on threads of the library
/// @param user_data  handed to `fetch`; the library's from now on if the call succeeds
/// @param release    gets `user_data` back once options and keys are freed, their verifiers too, and no
///                   fetch runs; may be NULL
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_fetch(
    options: Option<&mut cfaccess_remote_options>,
    fetch: cfaccess_fetch_function,
    user_data: *mut c_void,
    release: cfaccess_release_function,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let options = not_null(options)?;
        // SAFETY: the caller's promise.
        options.0.fetch = Some(unsafe { fetch_function(fetch, user_data, release) }?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Tells a function of the caller's what happens to the keys.
///
/// @param options    changed on success only
/// @param log        called on any thread, never while the library holds a lock
/// @param user_data  handed to `log`; the library's from now on if the call succeeds
/// @param release    gets `user_data` back, as in cfaccess_remote_options_set_fetch(); may be NULL
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_remote_options_set_log(
    options: Option<&mut cfaccess_remote_options>,
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

/// Frees options. Keys made from them keep their copy.
///
/// @param options  owned, invalid afterwards; NULL is fine
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_remote_options_free(options: Option<Box<cfaccess_remote_options>>) {
    quietly(|| drop(options));
}

/// # Safety
/// `path` is NULL or NUL-terminated, `out_error` NULL or valid for writing.
unsafe fn set_path(
    options: Option<&mut cfaccess_remote_options>,
    path: *const c_char,
    out_error: *mut *mut cfaccess_error,
    place: fn(&mut RemoteOptions) -> &mut Option<PathBuf>,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let path = unsafe { absolute_path(path) }?;
        *place(&mut not_null(options)?.0) = Some(path);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// # Safety
/// `out_error` is NULL or valid for writing.
unsafe fn set_duration(
    options: Option<&mut cfaccess_remote_options>,
    name: &str,
    milliseconds: i64,
    out_error: *mut *mut cfaccess_error,
    place: fn(&mut RemoteOptions) -> &mut Duration,
) -> Status {
    let body = || {
        *place(&mut not_null(options)?.0) = milliseconds_of(name, milliseconds)?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
