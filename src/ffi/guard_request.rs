//! A request as C passes it.

use std::ffi::c_char;

use super::arguments::{bytes, slice};
use super::request::cfaccess_header;
use crate::guard::GuardRequest;
use crate::request::Header;
use crate::status::{Refusal, Status};

/// A request as the server received it. Zero the whole struct, then set `struct_size` and what is known: NULL means
/// unknown. Strings need no final NUL, and are used during the call only.
///
/// Members are only ever added at the end.
#[repr(C)]
pub struct cfaccess_request {
    /// sizeof(cfaccess_request): tells the library which members the caller knows.
    pub struct_size: usize,
    /// The method, in its original case.
    pub method: *const c_char,
    /// Its length in bytes.
    pub method_len: usize,
    /// "http", "https", "ws" or "wss". The last two mark the handshake of a WebSocket, for servers that hide its
    /// Upgrade header.
    pub scheme: *const c_char,
    /// Its length in bytes.
    pub scheme_len: usize,
    /// The host with its port, if the server has removed it from the headers; NULL if it is one of them.
    pub host: *const c_char,
    /// Its length in bytes.
    pub host_len: usize,
    /// The path that the application routes on: percent-decoded, as bytes of UTF-8, without the query and without a
    /// prefix that the server or a mount has stripped. Empty means "/".
    pub path: *const c_char,
    /// Its length in bytes.
    pub path_len: usize,
    /// The target of the request line, undecoded, with or without the query.
    pub raw_target: *const c_char,
    /// Its length in bytes.
    pub raw_target_len: usize,
    /// The headers, in any order; at least those that cfaccess_guard_header() lists. NULL only if there are none.
    pub headers: *const cfaccess_header,
    /// Their number.
    pub headers_len: usize,
    /// The same request joined, see cfaccess_guard_lookup(). If it is not NULL, none of the members above is read
    /// except `struct_size`.
    pub joined: *const c_char,
    /// Its length in bytes.
    pub joined_len: usize,
    /// The number of its parts.
    pub joined_parts: usize,
}

/// Up to this many headers need no allocation; few requests have more.
const FEW: usize = 24;

/// Method, scheme, host, path and target.
const BEFORE_HEADERS: usize = 5;

const NO_HEADER: Header<'static> = (b"", b"");

/// # Safety
/// `request` is NULL or valid for reading as its documentation says, during the call.
pub(super) unsafe fn with_request<T>(
    request: *const cfaccess_request,
    body: impl FnOnce(&GuardRequest<'_>) -> T,
) -> Result<T, Refusal> {
    if request.is_null() {
        return Err(Refusal::new(Status::NullArgument, "a required argument is NULL"));
    }
    // SAFETY: not NULL, and its first member is always there, by the caller's promise.
    let size = unsafe { request.cast::<usize>().read() };
    if size < size_of::<cfaccess_request>() {
        return Err(Refusal::new(Status::InvalidArgument, "struct_size of the request is not its size"));
    }
    // SAFETY: it has at least the members that are known here, and is not changed meanwhile.
    let request = unsafe { &*request };
    if !request.joined.is_null() {
        // SAFETY: the caller's promise.
        let joined = unsafe { bytes(request.joined, request.joined_len) }?;
        return with_joined(joined, request.joined_parts, body);
    }
    // SAFETY: the caller's promise.
    let headers = unsafe { slice(request.headers, request.headers_len) }?;
    let pairs = headers.iter().map(|header| {
        // SAFETY: the caller's promise.
        let name = unsafe { bytes(header.name, header.name_len) }?;
        // SAFETY: the caller's promise.
        let value = unsafe { bytes(header.value, header.value_len) }?;
        Ok((name, value))
    });
    let (mut few, mut many) = ([NO_HEADER; FEW], Vec::new());
    let headers = fill(headers.len(), pairs, &mut few, &mut many)?;
    // SAFETY: the caller's promise.
    let method = unsafe { bytes(request.method, request.method_len) }?;
    // SAFETY: the caller's promise.
    let scheme = unsafe { optional(request.scheme, request.scheme_len) }?;
    // SAFETY: the caller's promise.
    let host = unsafe { optional(request.host, request.host_len) }?;
    // SAFETY: the caller's promise.
    let path = unsafe { bytes(request.path, request.path_len) }?;
    // SAFETY: the caller's promise.
    let raw_target = unsafe { optional(request.raw_target, request.raw_target_len) }?;
    Ok(body(&GuardRequest { method, scheme, host, path, raw_target, headers }))
}

/// Reads a joined request. A NUL within a part shows in the number of parts.
pub(super) fn with_joined<T>(
    joined: &[u8],
    parts: usize,
    body: impl FnOnce(&GuardRequest<'_>) -> T,
) -> Result<T, Refusal> {
    let of_headers = parts.checked_sub(BEFORE_HEADERS).filter(|parts| parts.is_multiple_of(2));
    let headers = of_headers.ok_or_else(odd_parts)? / 2;
    let mut parts = Parts(joined);
    let method = parts.take()?;
    let scheme = Some(parts.take()?).filter(|scheme| !scheme.is_empty());
    let host = Some(parts.take()?).filter(|host| !host.is_empty());
    let path = parts.take()?;
    let raw_target = Some(parts.take()?).filter(|target| !target.is_empty());
    let pairs = (0..headers).map(|_| Ok((parts.take()?, parts.take()?)));
    let (mut few, mut many) = ([NO_HEADER; FEW], Vec::new());
    let headers = fill(headers, pairs, &mut few, &mut many)?;
    if !parts.0.is_empty() {
        // Not a mistake of the program: any client can send a path that contains a NUL once it is decoded.
        return Err(Refusal::new(Status::UncleanPath, "the request contains a NUL"));
    }
    Ok(body(&GuardRequest { method, scheme, host, path, raw_target, headers }))
}

/// The rest of a joined request.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self) -> Result<&'a [u8], Refusal> {
        let end = memchr::memchr(0, self.0).and_then(|end| self.0.split_at_checked(end));
        let (part, rest) = end.ok_or_else(odd_parts)?;
        self.0 = rest.get(1..).unwrap_or_default();
        Ok(part)
    }
}

fn odd_parts() -> Refusal {
    Refusal::new(Status::InvalidArgument, "the joined request does not have the parts that it should")
}

fn fill<'a, 'b>(
    len: usize,
    mut pairs: impl Iterator<Item = Result<Header<'a>, Refusal>>,
    few: &'b mut [Header<'a>; FEW],
    many: &'b mut Vec<Header<'a>>,
) -> Result<&'b [Header<'a>], Refusal> {
    if len > FEW {
        for pair in pairs {
            many.push(pair?);
        }
        return Ok(many);
    }
    for (place, pair) in few.iter_mut().zip(pairs.by_ref()) {
        *place = pair?;
    }
    Ok(few.get(..len).unwrap_or_default())
}

/// # Safety
/// As [`bytes`].
unsafe fn optional<'a>(ptr: *const c_char, len: usize) -> Result<Option<&'a [u8]>, Refusal> {
    if ptr.is_null() {
        return if len == 0 {
            Ok(None)
        } else {
            Err(Refusal::new(Status::NullArgument, "a required argument is NULL"))
        };
    }
    // SAFETY: the caller's promise.
    unsafe { bytes(ptr, len) }.map(Some)
}
