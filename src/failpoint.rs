//! A token that panics inside, so that tests in every language can show where a panic ends.

#[allow(clippy::panic)]
pub(crate) fn reach(token: &[u8]) {
    if token == b"failpoint.panic.now" {
        panic!("the failpoint was reached");
    }
}
