//! Where panics end: none crosses into C.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

const _: () = assert!(cfg!(panic = "unwind"), "a panic must be caught, so the profile must let it unwind");

/// A panic was caught.
pub(super) struct Panicked;

/// Runs a body; a panic ends here.
pub(super) fn contained<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    // What the bodies share is immutable or swapped as a whole, so no panic leaves it half-changed.
    catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        discard(panic);
        Panicked
    })
}

/// Runs a body that has nothing to report; a panic yields the default.
pub(super) fn quietly<T: Default>(body: impl FnOnce() -> T) -> T {
    contained(body).unwrap_or_default()
}

/// Drops what a panic carried. That may panic in its turn; what the second one carries is left alone.
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(second);
    }
}
