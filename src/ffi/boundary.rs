//! Where panics end: none unwinds into C.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

const _: () = assert!(
    cfg!(panic = "unwind"),
    "the C ABI catches panics, so they must unwind; a Rust program with panic = \"abort\" needs no C ABI and sets \
     default-features = false for cfaccess"
);

/// A panic was caught.
pub(super) struct Panicked;

/// Runs a body; a panic ends here.
pub(super) fn contained<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    // What the bodies share is immutable or replaced as a whole, so no panic leaves it half-changed.
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        discard(panic);
        Panicked
    })
}

/// Runs a body that reports no errors; a panic yields the default.
pub(super) fn quietly<T: Default>(body: impl FnOnce() -> T) -> T {
    contained(body).unwrap_or_default()
}

/// Drops the payload of a panic. That may panic too; the payload of the second panic is leaked.
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(second);
    }
}
