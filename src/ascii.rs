//! Whether texts hold bytes of one kind only.

/// Whether every byte is of the kind. It looks at all of them, with no way out before the end, and
/// so the compiler does it many at a time.
pub(crate) fn all(bytes: &[u8], is_of_kind: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, &byte| all & is_of_kind(byte))
}

/// A space, or what can be seen.
pub(crate) fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}
