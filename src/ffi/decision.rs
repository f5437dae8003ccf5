use std::ffi::CStr;

use super::boundary::quietly;
use super::claims::{CView, address_of, cfaccess_claims};
use super::request::cfaccess_header;
use super::text::cfaccess_str;
use crate::cache::Verified;
use crate::guard::{Answer, Decision};
use crate::status::Status;

/// The request does not reach the application, and gets the answer of the decision.
pub const CFACCESS_DECISION_REFUSED: u32 = 0;
/// The request goes to the application unverified: the caller is unknown.
pub const CFACCESS_DECISION_OPEN: u32 = 1;
/// The request goes to the application with the claims.
pub const CFACCESS_DECISION_ALLOWED: u32 = 2;

/// What happens to a request. Treat an unknown kind as a refusal. Read-only; owned by the caller and freed once, with
/// cfaccess_decision_free(); everything in it is valid until then. Members are only ever added at the end: those beyond
/// `struct_size` do not exist.
#[repr(C)]
pub struct cfaccess_decision {
    /// The size of this struct in the library, in bytes.
    pub struct_size: usize,
    /// One of CFACCESS_DECISION_*.
    pub kind: u32,
    /// Why it is refused; #CFACCESS_STATUS_OK if it is not.
    pub status: Status,
    /// The HTTP status of the answer: that of `status`, or 302 if a browser is sent to log in; 0 unless it is refused.
    pub http_status: u32,
    /// Who is calling: owned by the decision, not to be freed; NULL unless it is allowed.
    pub claims: *const cfaccess_claims,
    /// The `id` of the claims; 0 unless it is allowed.
    pub claims_id: u64,
    /// The value of Cf-Access-Authenticated-User-Email for the application. It replaces every such header of the
    /// request, also those with underscores for hyphens. Absent means that the application gets no such header.
    pub email: cfaccess_str,
    /// Why it is refused, for logs: as cfaccess_error_message(). Absent unless it is refused.
    pub message: cfaccess_str,
    /// A line for the operator's log, present when requests begin to be refused with an HTTP status of 500 or more.
    /// Absent while that lasts, and if cfaccess_guard_config_set_log() has set a function, which receives it instead.
    pub warning: cfaccess_str,
    /// The number of `headers`.
    pub headers_len: usize,
    /// The headers of the answer; each name and value is NUL-terminated, too. Content-Length is one of them, for
    /// servers that do not add it themselves. Later versions may add others.
    pub headers: *const cfaccess_header,
    /// The content of the answer; empty for a redirect and for HEAD. Absent unless it is refused.
    pub body: cfaccess_str,
    /// If it is refused, the number of the route that was found, in the order in which they were added, from 0: its keys
    /// or its revocations are being fetched where the status is pending. -1 if none was found, and unless it is refused.
    pub route: i64,
}

/// A decision with what it points into, at the same address.
#[repr(C)]
struct Owned {
    decision: cfaccess_decision,
    claims: Option<Verified<CView>>,
    headers: Vec<cfaccess_header>,
    texts: String,
}

struct Constant(cfaccess_decision);

// SAFETY: it is never changed and points only to what is never changed.
unsafe impl Sync for Constant {}

/// The decision when even the answer to an internal error cannot be made.
static LAST_RESORT: Constant = Constant(cfaccess_decision {
    status: Status::Internal,
    http_status: 500,
    message: constant(c"an internal error was caught; the request was refused"),
    body: constant(c"{\"status\":\"INTERNAL\",\"message\":\"internal error\"}\n"),
    ..EMPTY
});

const EMPTY: cfaccess_decision = cfaccess_decision {
    struct_size: size_of::<cfaccess_decision>(),
    kind: CFACCESS_DECISION_REFUSED,
    status: Status::Ok,
    http_status: 0,
    claims: std::ptr::null(),
    claims_id: 0,
    email: cfaccess_str::ABSENT,
    message: cfaccess_str::ABSENT,
    warning: cfaccess_str::ABSENT,
    headers_len: 0,
    headers: std::ptr::null(),
    body: cfaccess_str::ABSENT,
    route: -1,
};

const fn constant(text: &CStr) -> cfaccess_str {
    cfaccess_str { ptr: text.as_ptr(), len: text.count_bytes() }
}

pub(super) fn last_resort() -> *mut cfaccess_decision {
    (&raw const LAST_RESORT.0).cast_mut()
}

/// Gives a decision to C; it comes back through `cfaccess_decision_free`.
pub(super) fn into_raw(decision: Decision<CView>) -> *mut cfaccess_decision {
    let email = decision.email().map_or(cfaccess_str::ABSENT, cfaccess_str::new);
    let owned = match decision {
        Decision::Open => {
            let decision = cfaccess_decision { kind: CFACCESS_DECISION_OPEN, ..EMPTY };
            Owned { decision, claims: None, headers: Vec::new(), texts: String::new() }
        }
        Decision::Allowed(verified) => {
            let decision = cfaccess_decision {
                kind: CFACCESS_DECISION_ALLOWED,
                claims: address_of(&verified),
                claims_id: verified.id(),
                email,
                ..EMPTY
            };
            Owned { decision, claims: Some(verified), headers: Vec::new(), texts: String::new() }
        }
        Decision::Refused(answer) => refused(&answer),
    };
    Box::into_raw(Box::new(owned)).cast()
}

#[cold]
fn refused(answer: &Answer) -> Owned {
    // One buffer with a NUL after each string; it does not move once it is written.
    let headers = answer.headers.iter().flat_map(|(name, value)| [*name, value]);
    let others = [answer.refusal.message(), answer.warning.as_deref().unwrap_or_default(), &answer.body];
    let texts: String = headers.chain(others).flat_map(|text| [text, "\0"]).collect();
    let mut strings = texts.split_terminator('\0').map(cfaccess_str::new);
    let mut next = || strings.next().unwrap_or(cfaccess_str::ABSENT);
    let headers: Vec<_> = answer
        .headers
        .iter()
        .map(|_| {
            let (name, value) = (next(), next());
            cfaccess_header { name: name.ptr, name_len: name.len, value: value.ptr, value_len: value.len }
        })
        .collect();
    let (message, warning, body) = (next(), next(), next());
    let decision = cfaccess_decision {
        status: answer.refusal.status(),
        http_status: answer.http_status.into(),
        message,
        warning: if answer.warning.is_some() { warning } else { cfaccess_str::ABSENT },
        headers_len: headers.len(),
        headers: headers.as_ptr(),
        body,
        route: answer.route.map_or(-1, |route| i64::try_from(route).unwrap_or(-1)),
        ..EMPTY
    };
    Owned { decision, claims: None, headers, texts }
}

/// Frees a decision, and the claims in it.
///
/// @param decision  owned, invalid afterwards; NULL is fine
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_decision_free(decision: *mut cfaccess_decision) {
    quietly(|| {
        if !decision.is_null() && decision != last_resort() {
            // SAFETY: `into_raw` made it, and the caller promises to give it back once.
            drop(unsafe { Box::from_raw(decision.cast::<Owned>()) });
        }
    });
}
