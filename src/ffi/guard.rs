use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use super::arguments::{Out, bytes, not_null};
use super::boundary::{contained, quietly};
use super::claims::CView;
use super::decision::{cfaccess_decision, into_raw, last_resort};
use super::error::{cfaccess_error, fallible};
use super::guard_config::cfaccess_guard_config;
use super::guard_request::{cfaccess_request, with_joined, with_request};
use super::verifier::timestamp;
use crate::guard::{Answer, Decision, Guard, GuardRequest, HEADERS_READ};
use crate::status::{Refusal, Status};

/// Decides which requests reach an application, and how the others are answered. Any number of threads may use one at
/// once.
///
/// A decision takes these steps in order, and the first one that settles it counts:
/// 1. An open path goes to the application, whatever token the request carries.
/// 2. The route is found by host and path: NO_ROUTE, or UNCLEAN_PATH where paths decide between routes.
/// 3. A preflight request goes to the application if the configuration allows it.
/// 4. The verifier of the route verifies the headers, as cfaccess_verifier_verify_request() does.
/// 5. The origin is checked if the configuration asks for it: CROSS_ORIGIN.
///
/// What cannot be read unambiguously is refused, never guessed. A path is unclean if an application, a proxy or a file
/// system could take it for another one: if it has an empty segment, "." or ".." (also before ";"), an encoded slash or
/// backslash, a control character, an escape that remains after decoding, or bytes that are not UTF-8. An unclean path
/// is never open. If a host has a single route for all paths, such a request is verified like any other.
pub struct cfaccess_guard(Guard<CView>);

/// Freezes a configuration into a guard.
///
/// @param config     copied, may be changed or freed afterwards
/// @param out_guard  owned, freed with cfaccess_guard_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if there is no route, or an origin is trusted and none
///         checked; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_new(
    config: Option<&cfaccess_guard_config>,
    out_guard: *mut *mut cfaccess_guard,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_guard = unsafe { Out::new(out_guard) }?;
        out_guard.give(Box::new(cfaccess_guard(Guard::new(not_null(config)?.0.clone())?)));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Decides on a request now. If keys are fetched and the key of its token is missing, it waits for the fetch, for at
/// most the timeout of the keys; no other request waits.
///
/// There always is a decision: a wrong argument is a refusal with #CFACCESS_STATUS_NULL_ARGUMENT or
/// #CFACCESS_STATUS_INVALID_ARGUMENT, an internal error one with #CFACCESS_STATUS_INTERNAL.
///
/// @param guard    borrowed
/// @param request  borrowed during the call
/// @return owned, freed with cfaccess_decision_free(); never NULL
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_decide(
    guard: Option<&cfaccess_guard>,
    request: *const cfaccess_request,
) -> *mut cfaccess_decision {
    // SAFETY: the caller's promise.
    unsafe { decide(guard, request, |guard, request| Ok(guard.decide(request))) }
}

/// Decides like cfaccess_guard_decide(), but never waits: while the key of its token is being fetched, the request is
/// refused with #CFACCESS_STATUS_KEYS_PENDING, and while revocations are being read with
/// #CFACCESS_STATUS_REVOCATIONS_PENDING. For event loops: while cfaccess_status_is_pending() says so, set the request
/// aside and try again every 25 ms; it ends within the timeout of the keys or the revocations. Here these two do not
/// count as refusals in cfaccess_verifier_stats().
///
/// @param guard    borrowed
/// @param request  borrowed during the call
/// @return as cfaccess_guard_decide()
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_try_decide(
    guard: Option<&cfaccess_guard>,
    request: *const cfaccess_request,
) -> *mut cfaccess_decision {
    // SAFETY: the caller's promise.
    unsafe { decide(guard, request, |guard, request| Ok(guard.try_decide(request))) }
}

/// Decides as cfaccess_guard_decide() would at another time, for tests and replays.
///
/// @param guard    borrowed
/// @param request  borrowed during the call
/// @param now      seconds since 1970, from 0 to 2^53 - 1
/// @return as cfaccess_guard_decide(); refused with #CFACCESS_STATUS_INVALID_ARGUMENT if `now` is out of range
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_decide_at(
    guard: Option<&cfaccess_guard>,
    request: *const cfaccess_request,
    now: i64,
) -> *mut cfaccess_decision {
    // SAFETY: the caller's promise.
    unsafe { decide(guard, request, |guard, request| Ok(guard.decide_at(request, timestamp(now)?))) }
}

/// Looks up the cached claims with which a decision would allow the request now. For wrappers that keep their own
/// conversion of claims, by `claims_id`, and the e-mail to pass on: it never waits, and there is nothing to free.
///
/// The request is joined: method, scheme, host, path and raw target, as in cfaccess_request, then the name and value of
/// each header, each followed by a NUL. An empty scheme, host or raw target is unknown. A part that contains a NUL
/// changes the number of parts, and the request is refused.
///
/// @param guard         borrowed
/// @param joined        borrowed during the call; NULL only if joined_len is 0
/// @param joined_len    in bytes
/// @param joined_parts  the number of parts before they were joined: 5, and 2 for each header
/// @return the `claims_id`; 0 if cfaccess_guard_decide() must be called, and for NULL
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_lookup(
    guard: Option<&cfaccess_guard>,
    joined: *const c_char,
    joined_len: usize,
    joined_parts: usize,
) -> u64 {
    quietly(|| {
        // SAFETY: the caller's promise.
        let joined = unsafe { bytes(joined, joined_len) };
        let (Some(guard), Ok(joined)) = (guard, joined) else { return 0 };
        let id = with_joined(joined, joined_parts, |request| guard.0.lookup(request));
        id.ok().flatten().unwrap_or_default()
    })
}

/// The names of the headers that a decision depends on, in lower case. Others need not be passed. Call it with 0, 1, 2
/// and so on until it returns NULL.
///
/// @param index  from 0
/// @return static, NUL-terminated; NULL past the last
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_guard_header(index: usize) -> *const c_char {
    static NAMES: OnceLock<Vec<CString>> = OnceLock::new();
    let names =
        NAMES.get_or_init(|| HEADERS_READ.iter().filter_map(|name| CString::new(*name).ok()).collect());
    names.get(index).map_or(std::ptr::null(), |name| name.as_ptr())
}

/// Frees a guard. No other thread may be using it.
///
/// @param guard  owned, invalid afterwards; NULL is fine
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_guard_free(guard: Option<Box<cfaccess_guard>>) {
    quietly(|| drop(guard));
}

/// # Safety
/// `request` is NULL or valid for reading as its documentation says, during the call.
unsafe fn decide(
    guard: Option<&cfaccess_guard>,
    request: *const cfaccess_request,
    decide: impl FnOnce(&Guard<CView>, &GuardRequest<'_>) -> Result<Decision<CView>, Refusal>,
) -> *mut cfaccess_decision {
    let decided = contained(|| {
        let guard = &not_null(guard)?.0;
        // SAFETY: the caller's promise.
        let decision = unsafe { with_request(request, |request| decide(guard, request)) }??;
        Ok(into_raw(decision))
    });
    let refusal = match decided {
        Ok(Ok(decision)) => return decision,
        Ok(Err(refusal)) => refusal,
        Err(_) => Refusal::new(Status::Internal, "an internal error was caught; the request was refused"),
    };
    let answer = contained(|| into_raw(Decision::Refused(Box::new(Answer::to_a_fault(refusal)))));
    answer.unwrap_or_else(|_| last_resort())
}
