use std::ffi::c_char;

use super::arguments::{Out, config_text, not_null};
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use super::keys::cfaccess_keys;
use super::remote_options::cfaccess_remote_options;
use crate::keys::Keys;
use crate::status::Status;

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
/// The team `cfaccess-local` is that of a local Access. Its keys are fetched in plain HTTP, through no proxy, from the
/// address of cfaccess_remote_options_set_local(), or else from the one in the environment variable CFACCESS_LOCAL,
/// which is read during this call and for this team alone; an empty one counts as none. With a CA file instead they
/// are fetched over HTTPS, and that file alone is trusted. They must carry the mark of a local Access, and those of
/// other teams must not: a document that breaks this is refused like one that is not a JWK Set.
///
/// @param team       NUL-terminated, as in cfaccess_config_new()
/// @param options    copied, may be changed or freed afterwards; NULL for the defaults
/// @param out_keys   owned, freed with cfaccess_keys_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if the team, an option or a proxy of the
///         environment is wrong, the address of a local Access is given for another team, is missing or is given
///         beside a CA file or a fetch function, certificate authorities cannot be read, or the cache file cannot be
///         used; the message names which; #CFACCESS_STATUS_NULL_ARGUMENT
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
