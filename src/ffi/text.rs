use std::ffi::{CString, c_char};

use super::arguments::Out;
use super::boundary::quietly;
use crate::status::{Refusal, Status};

/// A borrowed string: UTF-8 of `len` bytes without inner NUL, followed by a NUL.
/// `ptr` is NULL if the string is absent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cfaccess_str {
    /// The first byte, or NULL.
    pub ptr: *const c_char,
    /// The length in bytes, without the NUL.
    pub len: usize,
}

impl cfaccess_str {
    pub(super) const ABSENT: cfaccess_str = cfaccess_str { ptr: std::ptr::null(), len: 0 };

    /// The caller ensures that a NUL follows the text and that the text outlives the result.
    pub(super) fn new(text: &str) -> cfaccess_str {
        cfaccess_str { ptr: text.as_ptr().cast(), len: text.len() }
    }
}

impl Out<c_char> {
    pub(super) fn give_text(self, text: String) -> Result<(), Refusal> {
        let text =
            CString::new(text).map_err(|_| Refusal::new(Status::Internal, "a string contains a NUL"))?;
        self.give_raw(text.into_raw());
        Ok(())
    }
}

/// Frees a string that this library returned as `char *`.
///
/// @param string  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_string_free(string: *mut c_char) {
    quietly(|| {
        if !string.is_null() {
            // SAFETY: it came from `CString::into_raw` and is freed once, by the caller's promise.
            drop(unsafe { CString::from_raw(string) });
        }
    });
}
