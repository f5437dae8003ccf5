use std::ffi::{c_char, c_void};
use std::path::PathBuf;
use std::time::Duration;

use super::arguments::{Out, c_string, config_text, not_null, path_of};
use super::boundary::quietly;
use super::callback::{
    cfaccess_fetch_function, cfaccess_log_function, cfaccess_release_function, fetch_function, log_function,
};
use super::error::{cfaccess_error, fallible};
use super::keys::cfaccess_keys;
use crate::keys::{Keys, Proxy, RemoteOptions};
use crate::status::{Refusal, Status};

/// How the keys of a team are fetched and kept current: built step by step, then copied into keys. The
/// defaults serve. One thread at a time.
pub struct cfaccess_remote_options(RemoteOptions);

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
/// TLS.
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

/// Fetches a team's keys from https://<team>.cloudflareaccess.com/cdn-cgi/access/certs and keeps them current,
/// on threads that end with each fetch. The first verification begins the first fetch, unless
/// cfaccess_keys_connect() did.
///
/// Keys are fetched again ahead of age, and when a token names a key that is not there, but never more often
/// than once a cooldown. A caller whose key is there never waits. While the endpoint fails, the keys in force
/// stay so until `max_stale` has passed since it last confirmed them; then every token is refused with
/// #CFACCESS_STATUS_KEYS_UNAVAILABLE until it answers again.
///
/// Proxies are read from the environment during this call, as curl reads them: the first of https_proxy,
/// HTTPS_PROXY, all_proxy and ALL_PROXY that is not empty, unless no_proxy or else NO_PROXY names the host or
/// a parent domain of it (`cloudflareaccess.com`), or is `*`. cfaccess_remote_options_set_proxy() says what a
/// proxy looks like. HTTP_PROXY is not used.
///
/// Certificate authorities are read from the platform's store during this call; SSL_CERT_FILE (a PEM file)
/// and SSL_CERT_DIR (folders of PEM files) take its place if one of them is set. No redirect is followed.
///
/// The name lookup of the system cannot be cut short. Nothing waits for one that hangs, but its thread stays
/// until it ends, also after cfaccess_keys_close() and cfaccess_keys_free(): at most one thread for each
/// keys.
///
/// @param team       NUL-terminated, as in cfaccess_config_new()
/// @param options    copied, may be changed or freed afterwards; NULL for the defaults
/// @param out_keys   owned, freed with cfaccess_keys_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if the team, an option or a proxy of the
///         environment is wrong, certificate authorities cannot be read, or the cache file cannot be used;
///         the message names which; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_remote(
    team: *const c_char,
    options: Option<&cfaccess_remote_options>,
    out_keys: *mut *mut cfaccess_keys,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_keys = unsafe { Out::new(out_keys) }?;
        // SAFETY: the caller's promise.
        let team = unsafe { config_text(team) }?;
        let options = options.map(|options| options.0.clone()).unwrap_or_default();
        out_keys.give(Box::new(cfaccess_keys(Keys::remote(team, options)?)));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Sees to it that there are keys before the first token comes: fetches them now and waits, unless some are in
/// force. Keys from JSON or a file always are.
///
/// @param keys       borrowed
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_KEYS_UNAVAILABLE with the reason, and later verifications try
///         again; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_connect(
    keys: Option<&cfaccess_keys>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(keys)?.0.connect()) }
}

/// Connects as cfaccess_keys_connect(), but never waits. For event loops.
///
/// @param keys       borrowed
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_keys_connect(), and #CFACCESS_STATUS_KEYS_PENDING while the keys are being fetched
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_try_connect(
    keys: Option<&cfaccess_keys>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(keys)?.0.try_connect()) }
}

/// Whether a fetch is in progress that has not reached its timeout. After #CFACCESS_STATUS_KEYS_PENDING, a caller
/// that waits in its own way asks this again and again, and then repeats its call. It never waits.
///
/// @param keys  borrowed
/// @return 1 or 0; 0 for NULL
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_keys_is_fetching(keys: Option<&cfaccess_keys>) -> i32 {
    quietly(|| i32::from(keys.is_some_and(|keys| keys.0.is_fetching())))
}

/// Asks whether a caller that got #CFACCESS_STATUS_KEYS_PENDING may wait for the fetch in a way of its own. While
/// keys are in force, only two callers of a process may wait at once, so that tokens with made-up keys cannot hold
/// up a whole server; this counts them together with those that wait inside of the library. It never waits.
///
/// @param keys  borrowed
/// @return 1 if it may, and calls cfaccess_keys_end_wait() once when it has waited; 0 if enough callers wait, and for
///         NULL
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_keys_begin_wait(keys: Option<&cfaccess_keys>) -> i32 {
    quietly(|| i32::from(keys.is_some_and(|keys| keys.0.begin_wait())))
}

/// Ends a wait that cfaccess_keys_begin_wait() has allowed.
///
/// @param keys  borrowed; NULL is fine
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_keys_end_wait(keys: Option<&cfaccess_keys>) {
    quietly(|| {
        if let Some(keys) = keys {
            keys.0.end_wait();
        }
    });
}

/// Begins no further fetch, and waits for those in progress, for at most the timeout. Afterwards no function of the
/// options is called any more; one that still runs then is not waited for, and its user data is released when it
/// returns. Keys in force stay in force until they are stale. Not to be called from such a function.
///
/// @param keys  borrowed; NULL is fine
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_keys_close(keys: Option<&cfaccess_keys>) {
    quietly(|| {
        if let Some(keys) = keys {
            keys.0.close();
        }
    });
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
        let path = path_of(unsafe { c_string(path) }?)?;
        // An empty path has no absolute form; it is refused when it is used.
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        *place(&mut not_null(options)?.0) = Some(absolute);
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
        let not_negative = u64::try_from(milliseconds).map_err(|_| {
            Refusal::new(
                Status::InvalidConfig,
                format!("{name} is {milliseconds} ms; expected no less than 0"),
            )
        })?;
        *place(&mut not_null(options)?.0) = Duration::from_millis(not_negative);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
