use std::ffi::{CString, c_char};
use std::sync::Arc;

use super::arguments::{Out, bytes, not_null, point_in_time};
use super::boundary::quietly;
use super::claims::{CView, cfaccess_claims, give_claims};
use super::config::cfaccess_config;
use super::error::{cfaccess_error, fallible};
use super::keys::cfaccess_keys;
use crate::cache::Verified;
use crate::status::{Refusal, Status};
use crate::time::Timestamp;
use crate::verifier::Verifier;

/// Finds out who is calling: a frozen configuration with the keys of its team. Any number of threads may
/// use one at once.
pub struct cfaccess_verifier {
    pub(super) verifier: Arc<Verifier<CView>>,
    warnings: Vec<CString>,
}

/// Freezes a configuration into a verifier.
///
/// @param config        copied; may be changed or freed afterwards
/// @param keys          shared; the handle may be freed afterwards
/// @param out_verifier  owned, freed with cfaccess_verifier_free()
/// @param out_error     owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if there is no audience, if the keys or
///         the revocations are those of another team, or if the keys are those of a local Access and the team is
///         not `cfaccess-local`, or the other way round; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_new(
    config: Option<&cfaccess_config>,
    keys: Option<&cfaccess_keys>,
    out_verifier: *mut *mut cfaccess_verifier,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_verifier = unsafe { Out::new(out_verifier) }?;
        let config = not_null(config)?.0.clone();
        let keys = not_null(keys)?.0.clone();
        let verifier = Arc::new(Verifier::with_view(config, keys)?);
        let warnings =
            verifier.warnings().iter().filter_map(|line| CString::new(line.as_str()).ok()).collect();
        out_verifier.give(Box::new(cfaccess_verifier { verifier, warnings }));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Warnings about what looks wrong in the configuration but may be intended, such as an audience that is not
/// 64 hex digits, or the team of a local Access. Call it with 0, 1, 2 and so on until it returns NULL.
///
/// @param verifier  borrowed
/// @param index     from 0
/// @return one line, NUL-terminated, owned by the verifier; NULL after the last one, and for NULL
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_verifier_warning(
    verifier: Option<&cfaccess_verifier>,
    index: usize,
) -> *const c_char {
    let warning = verifier.and_then(|verifier| verifier.warnings.get(index));
    warning.map_or(std::ptr::null(), |warning| warning.as_ptr())
}

/// Verifies an application token, the value of the request header Cf-Access-Jwt-Assertion, at the current
/// time.
///
/// The checks run in this order, and the first that fails decides the status. No claim is read before the
/// signature is known to be valid.
/// 1. form: NO_TOKEN, OPAQUE_TOKEN, MALFORMED, TOO_LARGE
/// 2. header: MALFORMED, UNSUPPORTED_ALGORITHM, UNSUPPORTED_HEADER; of the header, its form and `alg` are
///    checked first, then unsupported members, then `typ` and `kid`
/// 3. key and signature: UNKNOWN_KEY, or KEYS_UNAVAILABLE or KEYS_PENDING while it cannot be told whether the
///    key is known; BAD_SIGNATURE
/// 4. claims: MALFORMED_CLAIMS, MISSING_CLAIM, INVALID_CLAIM
/// 5. policy: WRONG_ISSUER, WRONG_AUDIENCE, WRONG_TOKEN_TYPE, EXPIRED, NOT_YET_VALID, SESSION_TOO_LONG,
///    SESSION_TOO_OLD, AMBIGUOUS_IDENTITY, SERVICE_NOT_ALLOWED
/// 6. revocation, if the configuration has any: REVOKED, BLOCKED; REVOCATIONS_UNAVAILABLE or REVOCATIONS_PENDING
///    while it cannot be told
///
/// If keys are fetched, a token whose key is not in force waits for the fetch, for at most the timeout of the
/// keys. While keys are in force only two callers of a process wait for another key; the rest is refused at once
/// with KEYS_PENDING. A token that is good otherwise waits for revocations that are due, for at most their timeout, see
/// cfaccess_revocations_open(). No other token waits.
///
/// @param verifier    borrowed
/// @param token       borrowed during the call, need not be NUL-terminated; NULL only if token_len is 0
/// @param token_len   in bytes; more than 16,384 is TOO_LARGE, 0 is NO_TOKEN
/// @param out_claims  owned, freed with cfaccess_claims_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; one of the statuses above; #CFACCESS_STATUS_NULL_ARGUMENT;
///         #CFACCESS_STATUS_INVALID_ARGUMENT if token_len is larger than any object in memory;
///         #CFACCESS_STATUS_INTERNAL
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_verify(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { verify(verifier, token, token_len, Verifier::verify, out_claims, out_error) }
}

/// Verifies as cfaccess_verifier_verify(), but never waits: while the token's key is being fetched it is
/// refused with KEYS_PENDING, and while revocations are being read with REVOCATIONS_PENDING. Then it can be tried
/// again, see cfaccess_status_is_pending(). For event loops.
///
/// @param verifier    borrowed
/// @param token       as in cfaccess_verifier_verify()
/// @param token_len   as in cfaccess_verifier_verify()
/// @param out_claims  owned, freed with cfaccess_claims_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify(), #CFACCESS_STATUS_KEYS_PENDING and #CFACCESS_STATUS_REVOCATIONS_PENDING
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_try_verify(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { verify(verifier, token, token_len, Verifier::try_verify, out_claims, out_error) }
}

/// Verifies as cfaccess_verifier_verify() would at another time, for tests and replays.
///
/// @param verifier    borrowed
/// @param token       as in cfaccess_verifier_verify()
/// @param token_len   as in cfaccess_verifier_verify()
/// @param now         seconds since 1970, from 0 to 2^53 - 1
/// @param out_claims  owned, freed with cfaccess_claims_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify(); #CFACCESS_STATUS_INVALID_ARGUMENT if `now` is out of range
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_verify_at(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
    now: i64,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verify_at = |verifier: &Verifier<CView>, token: &[u8]| verifier.verify_at(token, timestamp(now)?);
    // SAFETY: the caller's promise.
    unsafe { verify(verifier, token, token_len, verify_at, out_claims, out_error) }
}

/// Verifies as cfaccess_verifier_verify_at(), but never waits, as cfaccess_verifier_try_verify().
///
/// @param verifier    borrowed
/// @param token       as in cfaccess_verifier_verify()
/// @param token_len   as in cfaccess_verifier_verify()
/// @param now         seconds since 1970, from 0 to 2^53 - 1
/// @param out_claims  owned, freed with cfaccess_claims_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify_at(), #CFACCESS_STATUS_KEYS_PENDING and
///         #CFACCESS_STATUS_REVOCATIONS_PENDING
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_try_verify_at(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
    now: i64,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verify_at = |verifier: &Verifier<CView>, token: &[u8]| verifier.try_verify_at(token, timestamp(now)?);
    // SAFETY: the caller's promise.
    unsafe { verify(verifier, token, token_len, verify_at, out_claims, out_error) }
}

/// Explains to people why a token is refused: a JSON object with the list `checks` of every check that can be
/// made, each with `check`, `result` ("passed" or "failed"), `expected` and `found`, and if it failed
/// `status` and `message`; `warnings` are those of cfaccess_verifier_warning(). It is not a verdict, and no member
/// says whether the token is accepted. Claims are shown whether or not the signature is valid; the signature is never shown.
///
/// @param verifier   borrowed
/// @param token      as in cfaccess_verifier_verify()
/// @param token_len  as in cfaccess_verifier_verify()
/// @param now        seconds since 1970, from 0 to 2^53 - 1
/// @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_NULL_ARGUMENT or #CFACCESS_STATUS_INVALID_ARGUMENT;
///         none of them says anything about the token
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_explain(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
    now: i64,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        // SAFETY: the caller's promise.
        let token = unsafe { bytes(token, token_len) }?;
        out_json.give_text(not_null(verifier)?.verifier.explain(token, timestamp(now)?))
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Looks up the claims that were returned before for this very token, if they are still valid: time, keys,
/// session and revocations are checked as by cfaccess_verifier_verify(). For wrappers that keep claims in a form of their
/// own, by `id`: it never waits, and there is nothing to free.
///
/// @param verifier   borrowed
/// @param token      as in cfaccess_verifier_verify()
/// @param token_len  as in cfaccess_verifier_verify()
/// @return the `id` of the claims; 0 whenever cfaccess_verifier_verify() should be called instead, and for NULL
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_lookup(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
) -> u64 {
    quietly(|| {
        // SAFETY: the caller's promise.
        let token = unsafe { bytes(token, token_len) };
        let id = verifier.zip(token.ok()).and_then(|(verifier, token)| verifier.verifier.lookup(token));
        id.unwrap_or_default()
    })
}

/// What a verifier has done since it was created, as a JSON object: `verified` (tokens accepted after a
/// verification), `hits` (tokens accepted from the cache), `refusals` (an object of counts by the name of the
/// status), `evictions` (cached tokens that were removed to make room), `entries` (tokens in the cache now),
/// `bytes` (the memory that they take) and `warnings` (those of cfaccess_verifier_warning()). Later versions only add
/// members.
///
/// @param verifier   borrowed
/// @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_stats(
    verifier: Option<&cfaccess_verifier>,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        out_json.give_text(not_null(verifier)?.verifier.stats().to_json())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Frees a handle on a verifier, which no other thread may be using. Guards made from it go on with it.
///
/// @param verifier  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_verifier_free(verifier: Option<Box<cfaccess_verifier>>) {
    quietly(|| drop(verifier));
}

pub(super) fn timestamp(now: i64) -> Result<Timestamp, Refusal> {
    point_in_time("now", now)
}

/// # Safety
/// `token` is NULL or valid for reading `token_len` bytes; the out-pointers are NULL or valid for writing.
unsafe fn verify(
    verifier: Option<&cfaccess_verifier>,
    token: *const c_char,
    token_len: usize,
    verify: impl FnOnce(&Verifier<CView>, &[u8]) -> Result<Verified<CView>, Refusal>,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verified = || {
        // SAFETY: the caller's promise.
        let token = unsafe { bytes(token, token_len) }?;
        verify(&not_null(verifier)?.verifier, token)
    };
    // SAFETY: the caller's promise.
    unsafe { give_claims(verified, out_claims, out_error) }
}
