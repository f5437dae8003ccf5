use std::ffi::{CString, c_char, c_void};

use super::arguments::{bytes, not_null};
use super::error::{cfaccess_error, fallible};
use crate::keys::{DOCUMENT_MAX, FetchFunction};
use crate::refresh::{LogFunction, LogLevel};
use crate::status::{Refusal, Status};

/// A log line: keys were obtained or changed, or a store of revocations answers again.
pub const CFACCESS_LOG_INFO: i32 = 1;
/// A log line: a fetch failed, the copy on disk could not be used, or a store failed or has lost entries.
pub const CFACCESS_LOG_WARNING: i32 = 2;

/// Where a fetch function writes the document. Valid during its call only.
pub struct cfaccess_document(Vec<u8>);

/// Fetches the document at a URL in place of the library's own HTTPS.
///
/// It writes the document with cfaccess_document_write() and returns 0; on failure it writes the reason, one
/// line of text, and returns any other number. It is called on a thread of the library, should return within
/// the timeout, and may be called again before an earlier call has returned. The URL is valid during the
/// call. It must not unwind.
pub type cfaccess_fetch_function = Option<
    unsafe extern "C" fn(user_data: *mut c_void, url: *const c_char, document: *mut cfaccess_document) -> i32,
>;

/// Receives what happens to keys or revocations: one of CFACCESS_LOG_* and a NUL-terminated line, which is valid during
/// the call and never contains a token. It is called on any thread and must not unwind.
pub type cfaccess_log_function =
    Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, line: *const c_char)>;

/// Frees user data: called once, on any thread, when the library no longer uses it. It must not unwind.
pub type cfaccess_release_function = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// Appends to the document of a fetch function.
///
/// @param document     the argument of the fetch function
/// @param content      borrowed during the call; NULL only if content_len is 0
/// @param content_len  in bytes
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_KEYS_INVALID, and nothing is appended, if the document would
///         be larger than 1 MiB; #CFACCESS_STATUS_NULL_ARGUMENT; #CFACCESS_STATUS_INVALID_ARGUMENT if
///         content_len is larger than any object in memory
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_document_write(
    document: Option<&mut cfaccess_document>,
    content: *const c_char,
    content_len: usize,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let content = unsafe { bytes(content, content_len) }?;
        let document = &mut not_null(document)?.0;
        if content.len() > DOCUMENT_MAX - document.len() {
            return Err(Refusal::new(Status::KeysInvalid, "the document has more than 1 MiB"));
        }
        document.extend_from_slice(content);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// The user data of a caller's function, released when its last user is dropped.
struct UserData {
    pointer: *mut c_void,
    release: cfaccess_release_function,
}

// SAFETY: a caller that passes user data promises that its functions may be called on any thread.
unsafe impl Send for UserData {}
// SAFETY: as above, and by several threads at once.
unsafe impl Sync for UserData {}

impl UserData {
    /// Through a method, since a closure that names the member captures the bare pointer.
    fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the caller's function, with the pointer that came with it, called once.
            unsafe { release(self.pointer) };
        }
    }
}

/// # Safety
/// The function may be called with this user data on any thread until that is released.
pub(super) unsafe fn fetch_function(
    function: cfaccess_fetch_function,
    user_data: *mut c_void,
    release: cfaccess_release_function,
) -> Result<FetchFunction, Refusal> {
    let function = not_null(function)?;
    let user_data = UserData { pointer: user_data, release };
    Ok(FetchFunction::new(move |url| {
        let url = CString::new(url).map_err(|_| "the URL contains a NUL".to_owned())?;
        let mut document = cfaccess_document(Vec::new());
        // SAFETY: the caller's promise; URL and document live during the call.
        let outcome = unsafe { function(user_data.pointer(), url.as_ptr(), &raw mut document) };
        match outcome {
            0 => Ok(document.0),
            code if document.0.is_empty() => Err(format!("it returned {code}")),
            _ => Err(String::from_utf8_lossy(&document.0).into_owned()),
        }
    }))
}

/// # Safety
/// As [`fetch_function`].
pub(super) unsafe fn log_function(
    function: cfaccess_log_function,
    user_data: *mut c_void,
    release: cfaccess_release_function,
) -> Result<LogFunction, Refusal> {
    let function = not_null(function)?;
    let user_data = UserData { pointer: user_data, release };
    Ok(LogFunction::new(move |level, line| {
        let level = match level {
            LogLevel::Info => CFACCESS_LOG_INFO,
            LogLevel::Warning => CFACCESS_LOG_WARNING,
        };
        let line = CString::new(line).unwrap_or_default();
        // SAFETY: the caller's promise; the line lives during the call.
        unsafe { function(user_data.pointer(), level, line.as_ptr()) };
    }))
}
