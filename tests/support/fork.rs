//! Children made by fork(), which has no safe form.
#![allow(unsafe_code)]

use std::ffi::c_int;

/// Runs a body in a child, which ends with this status, or by an alarm.
pub fn fork(body: impl FnOnce() -> bool) -> c_int {
    // SAFETY: the child calls nothing that glibc or the library do not support after a fork: it allocates, uses the
    // store, and ends without running destructors.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: no handler is set, so the alarm ends the process.
            unsafe { libc::alarm(20) };
            let ok = body();
            // SAFETY: always safe.
            unsafe { libc::_exit(c_int::from(!ok)) }
        }
        child => child,
    }
}

/// Whether the child ended well.
pub fn wait_for(child: c_int) -> bool {
    let mut status = -1;
    // SAFETY: the place is valid for writing.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    waited == child && status == 0
}
