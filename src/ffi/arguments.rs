//! The arguments of C, checked: out-pointers, borrowed bytes and strings.

use std::ffi::{CStr, c_char};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// The caller's place for a pointer: NULL at first, a value on success only.
pub(super) struct Out<T>(*mut *mut T);

impl<T> Out<T> {
    /// # Safety
    /// `place` is NULL or valid for writing a pointer until the value is given.
    pub(super) unsafe fn new(place: *mut *mut T) -> Result<Out<T>, Refusal> {
        // SAFETY: the caller's promise.
        not_null(unsafe { Out::if_wanted(place) })
    }

    /// None for NULL.
    ///
    /// # Safety
    /// As [`Out::new`].
    pub(super) unsafe fn if_wanted(place: *mut *mut T) -> Option<Out<T>> {
        if place.is_null() {
            return None;
        }
        // SAFETY: not NULL, and valid for writing by the caller's promise; what was there is not read.
        unsafe { place.write(std::ptr::null_mut()) };
        Some(Out(place))
    }

    /// Gives the value to the caller, who frees it with its `_free` function.
    pub(super) fn give(self, value: Box<T>) {
        self.give_raw(Box::into_raw(value));
    }

    pub(super) fn give_raw(self, value: *mut T) {
        // SAFETY: `new` promised that the place is valid for writing.
        unsafe { self.0.write(value) };
    }
}

/// # Safety
/// `ptr` is NULL or valid for reading `len` bytes for as long as the slice lives.
pub(super) unsafe fn bytes<'a>(ptr: *const c_char, len: usize) -> Result<&'a [u8], Refusal> {
    // SAFETY: the caller's promise.
    unsafe { slice(ptr.cast(), len) }
}

/// # Safety
/// `ptr` is NULL or valid for reading `len` items for as long as the slice lives.
pub(super) unsafe fn slice<'a, T>(ptr: *const T, len: usize) -> Result<&'a [T], Refusal> {
    if len == 0 {
        return Ok(&[]);
    }
    if ptr.is_null() {
        return Err(null_argument());
    }
    if len.checked_mul(size_of::<T>()).is_none_or(|size| isize::try_from(size).is_err()) {
        return Err(Refusal::new(Status::InvalidArgument, "a length is larger than any object in memory"));
    }
    // SAFETY: not NULL, no larger than an object can be, and valid for reading by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(ptr, len) })
}

/// # Safety
/// `ptr` is NULL or a NUL-terminated string that lives as long as the result.
pub(super) unsafe fn c_string<'a>(ptr: *const c_char) -> Result<&'a CStr, Refusal> {
    if ptr.is_null() {
        return Err(null_argument());
    }
    // SAFETY: not NULL, and NUL-terminated by the caller's promise.
    Ok(unsafe { CStr::from_ptr(ptr) })
}

#[cfg(unix)]
pub(super) fn path_of(path: &CStr) -> Result<&Path, Refusal> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Path::new(std::ffi::OsStr::from_bytes(path.to_bytes())))
}

#[cfg(not(unix))]
pub(super) fn path_of(path: &CStr) -> Result<&Path, Refusal> {
    let invalid = |_| Refusal::new(Status::InvalidArgument, "the path is not UTF-8");
    path.to_str().map(Path::new).map_err(invalid)
}

/// A path that later changes of the working directory do not change.
///
/// # Safety
/// As [`c_string`].
pub(super) unsafe fn absolute_path(path: *const c_char) -> Result<PathBuf, Refusal> {
    // SAFETY: the caller's promise.
    let path = path_of(unsafe { c_string(path) }?)?;
    // An empty path has no absolute form; it is refused when it is used.
    Ok(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

pub(super) fn milliseconds_of(name: &str, milliseconds: i64) -> Result<Duration, Refusal> {
    u64::try_from(milliseconds).map(Duration::from_millis).map_err(|_| {
        Refusal::new(Status::InvalidConfig, format!("{name} is {milliseconds} ms; expected no less than 0"))
    })
}

pub(super) fn point_in_time(name: &str, seconds: i64) -> Result<Timestamp, Refusal> {
    let out_of_range =
        || Refusal::new(Status::InvalidArgument, format!("{name} is {seconds}; expected 0 to 2^53 - 1"));
    Timestamp::new(seconds).ok_or_else(out_of_range)
}

/// A string of one call.
///
/// # Safety
/// As [`c_string`].
pub(super) unsafe fn argument_text<'a>(ptr: *const c_char) -> Result<&'a str, Refusal> {
    // SAFETY: the caller's promise.
    let text = unsafe { c_string(ptr) }?;
    text.to_str().map_err(|_| Refusal::new(Status::InvalidArgument, "a string is not UTF-8"))
}

/// A configured string.
///
/// # Safety
/// As [`c_string`].
pub(super) unsafe fn config_text<'a>(ptr: *const c_char) -> Result<&'a str, Refusal> {
    // SAFETY: the caller's promise.
    let text = unsafe { c_string(ptr) }?;
    text.to_str().map_err(|_| Refusal::new(Status::InvalidConfig, "a configured string is not UTF-8"))
}

pub(super) fn not_null<T>(argument: Option<T>) -> Result<T, Refusal> {
    argument.ok_or_else(null_argument)
}

fn null_argument() -> Refusal {
    Refusal::new(Status::NullArgument, "a required argument is NULL")
}
