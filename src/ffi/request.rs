use std::ffi::c_char;

use super::arguments::{bytes, not_null, slice};
use super::claims::{CView, cfaccess_claims, give_claims};
use super::error::cfaccess_error;
use super::verifier::{cfaccess_verifier, timestamp};
use crate::cache::Verified;
use crate::request::Header;
use crate::status::{Refusal, Status};
use crate::verifier::Verifier;

/// A header of a request: name and value, each a pointer and a length, without NUL.
#[repr(C)]
pub struct cfaccess_header {
    /// The name, compared without regard to case; NULL only if name_len is 0.
    pub name: *const c_char,
    /// Its length in bytes.
    pub name_len: usize,
    /// The value, as received; NULL only if value_len is 0.
    pub value: *const c_char,
    /// Its length in bytes.
    pub value_len: usize,
}

/// Verifies the token of a request, given as its headers, now.
///
/// The token is the value of Cf-Access-Jwt-Assertion; if that header is absent and the
/// configuration accepts the cookie, the value of the cookie CF_Authorization. Of up to four different
/// cookies the first that verifies is used, if all that verify name one principal. NO_TOKEN if there is no
/// token or it is empty, MALFORMED if there is more than one header, or if none of several different cookies
/// can be used, REVOKED or BLOCKED instead if one of them was. If the request has the header
/// Cf-Access-Authenticated-User-Email, it must equal the verified
/// e-mail address without regard to ASCII case, and be empty for a service, unless the configuration says
/// otherwise; if not, IDENTITY_MISMATCH, after all other checks. No other header is read.
///
/// @param verifier     borrowed
/// @param headers      borrowed during the call, in any order; NULL only if headers_len is 0
/// @param headers_len  their number
/// @param out_claims   owned, freed with cfaccess_claims_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify(), and the refusals above; #CFACCESS_STATUS_INVALID_ARGUMENT if a
///         length is larger than any object in memory
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_verify_request(
    verifier: Option<&cfaccess_verifier>,
    headers: *const cfaccess_header,
    headers_len: usize,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { verify_request(verifier, headers, headers_len, Verifier::verify_request, out_claims, out_error) }
}

/// Verifies as cfaccess_verifier_verify_request(), but never waits, as cfaccess_verifier_try_verify().
///
/// @param verifier     borrowed
/// @param headers      as in cfaccess_verifier_verify_request()
/// @param headers_len  as in cfaccess_verifier_verify_request()
/// @param out_claims   owned, freed with cfaccess_claims_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify_request(), #CFACCESS_STATUS_KEYS_PENDING and
///         #CFACCESS_STATUS_REVOCATIONS_PENDING
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_try_verify_request(
    verifier: Option<&cfaccess_verifier>,
    headers: *const cfaccess_header,
    headers_len: usize,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verify = Verifier::try_verify_request;
    // SAFETY: the caller's promise.
    unsafe { verify_request(verifier, headers, headers_len, verify, out_claims, out_error) }
}

/// Verifies as cfaccess_verifier_verify_request() would at another time, for tests and replays.
///
/// @param verifier     borrowed
/// @param headers      as in cfaccess_verifier_verify_request()
/// @param headers_len  as in cfaccess_verifier_verify_request()
/// @param now          seconds since 1970, from 0 to 2^53 - 1
/// @param out_claims   owned, freed with cfaccess_claims_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify_request(); #CFACCESS_STATUS_INVALID_ARGUMENT if `now` is out of range
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_verify_request_at(
    verifier: Option<&cfaccess_verifier>,
    headers: *const cfaccess_header,
    headers_len: usize,
    now: i64,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verify = |verifier: &Verifier<CView>, headers: &[Header<'_>]| {
        verifier.verify_request_at(headers, timestamp(now)?)
    };
    // SAFETY: the caller's promise.
    unsafe { verify_request(verifier, headers, headers_len, verify, out_claims, out_error) }
}

/// Verifies as cfaccess_verifier_verify_request_at(), but never waits, as cfaccess_verifier_try_verify().
///
/// @param verifier     borrowed
/// @param headers      as in cfaccess_verifier_verify_request()
/// @param headers_len  how many
/// @param now          seconds since 1970, from 0 to 2^53 - 1
/// @param out_claims   owned, freed with cfaccess_claims_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_verifier_verify_request_at(), #CFACCESS_STATUS_KEYS_PENDING and
///         #CFACCESS_STATUS_REVOCATIONS_PENDING
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_verifier_try_verify_request_at(
    verifier: Option<&cfaccess_verifier>,
    headers: *const cfaccess_header,
    headers_len: usize,
    now: i64,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verify = |verifier: &Verifier<CView>, headers: &[Header<'_>]| {
        verifier.try_verify_request_at(headers, timestamp(now)?)
    };
    // SAFETY: the caller's promise.
    unsafe { verify_request(verifier, headers, headers_len, verify, out_claims, out_error) }
}

/// # Safety
/// `headers` is NULL or valid for reading `headers_len` headers, each of them valid as described; the
/// out-pointers are NULL or valid for writing.
unsafe fn verify_request(
    verifier: Option<&cfaccess_verifier>,
    headers: *const cfaccess_header,
    headers_len: usize,
    verify: impl FnOnce(&Verifier<CView>, &[Header<'_>]) -> Result<Verified<CView>, Refusal>,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let verified = || {
        // SAFETY: the caller's promise.
        let headers = unsafe { headers_of(headers, headers_len) }?;
        verify(&not_null(verifier)?.verifier, &headers)
    };
    // SAFETY: the caller's promise.
    unsafe { give_claims(verified, out_claims, out_error) }
}

/// # Safety
/// As `verify_request`, for as long as the result lives.
unsafe fn headers_of<'a>(
    headers: *const cfaccess_header,
    headers_len: usize,
) -> Result<Vec<Header<'a>>, Refusal> {
    // SAFETY: the caller's promise.
    let headers: &[cfaccess_header] = unsafe { slice(headers, headers_len) }?;
    let parts = headers.iter().map(|header| {
        // SAFETY: the caller's promise.
        let name = unsafe { bytes(header.name, header.name_len) }?;
        // SAFETY: the caller's promise.
        let value = unsafe { bytes(header.value, header.value_len) }?;
        Ok((name, value))
    });
    parts.collect()
}
