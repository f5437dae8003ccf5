use std::ffi::c_char;

use super::arguments::{Out, bytes, c_string, not_null, path_of};
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use crate::keys::Keys;
use crate::status::Status;

/// The public keys of one Access team, shared by any number of verifiers and threads.
pub struct cfaccess_keys(pub(super) Keys);

/// Reads the document that Access serves at /cdn-cgi/access/certs: a JWK Set (RFC 7517), of which
/// `keys` is used. Each entry is checked and prepared on its own; an unusable one is skipped and
/// reported by cfaccess_keys_status().
///
/// The keys of a local Access are marked: each entry has the member `"cfaccess_local": true`. A verifier takes them for
/// the team `cfaccess-local` only, and that team takes no others.
///
/// @param json       borrowed during the call; NULL only if json_len is 0
/// @param json_len   in bytes, at most 1 MiB
/// @param out_keys   owned, freed with cfaccess_keys_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_KEYS_INVALID if it is not a JWK Set, too large, has
///         more than 32 entries, some of them marked and others not, or one with another value than true in the mark; #CFACCESS_STATUS_NO_USABLE_KEYS; #CFACCESS_STATUS_NULL_ARGUMENT;
///         #CFACCESS_STATUS_INVALID_ARGUMENT if json_len is larger than any object in memory
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_from_json(
    json: *const c_char,
    json_len: usize,
    out_keys: *mut *mut cfaccess_keys,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_keys = unsafe { Out::new(out_keys) }?;
        // SAFETY: the caller's promise.
        let json = unsafe { bytes(json, json_len) }?;
        out_keys.give(Box::new(cfaccess_keys(Keys::from_json(json)?)));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Reads the same document from a file.
///
/// @param path       NUL-terminated, borrowed during the call
/// @param out_keys   owned, freed with cfaccess_keys_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_keys_from_json(), and #CFACCESS_STATUS_KEYS_UNAVAILABLE if the file cannot be read
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_from_file(
    path: *const c_char,
    out_keys: *mut *mut cfaccess_keys,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_keys = unsafe { Out::new(out_keys) }?;
        // SAFETY: the caller's promise.
        let path = unsafe { c_string(path) }?;
        out_keys.give(Box::new(cfaccess_keys(Keys::from_file(path_of(path)?)?)));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Replaces the whole set at once, also while other threads verify: each verification uses one set from
/// start to end. On failure the keys in force stay.
///
/// @param keys       borrowed
/// @param json       borrowed during the call; NULL only if json_len is 0
/// @param json_len   in bytes, at most 1 MiB
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_keys_from_json(); #CFACCESS_STATUS_KEYS_INVALID also for keys of a local Access in place of
///         others, and the other way round; #CFACCESS_STATUS_INVALID_ARGUMENT also for keys that are fetched
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_load_json(
    keys: Option<&cfaccess_keys>,
    json: *const c_char,
    json_len: usize,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let json = unsafe { bytes(json, json_len) }?;
        not_null(keys)?.0.load_json(json)
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// The keys in force now, as a JSON object: `source` ("json", "file" or "remote"), `keys` (each `kid`,
/// `sha256` of its DER SubjectPublicKeyInfo, `bits`), `skipped` (each `kid`, which may be null, and
/// `reason`); for keys that are fetched, `age` (seconds since the endpoint last confirmed them, null if
/// never), `last_error` (a line, null since the last success), `next_refresh` (seconds until a fetch is due),
/// `fetches` started, `failures`, `not_modified` (HTTP 304) and `suppressed` (how often a key was needed but
/// a fetch could not start at once). Later versions only add members.
///
/// @param keys       borrowed
/// @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_status(
    keys: Option<&cfaccess_keys>,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        out_json.give_text(not_null(keys)?.0.status().to_json())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Begins a fetch without waiting for it, unless keys are in force or a fetch is in progress. For event loops, before
/// the first request comes; until the fetch ends, functions that never wait return #CFACCESS_STATUS_KEYS_PENDING.
///
/// @param keys       borrowed
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT; neither says whether the fetch succeeds
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_keys_begin(
    keys: Option<&cfaccess_keys>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(keys)?.0.begin();
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Frees a handle on keys. Verifiers made from it keep using the keys.
///
/// @param keys  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_keys_free(keys: Option<Box<cfaccess_keys>>) {
    quietly(|| drop(keys));
}
