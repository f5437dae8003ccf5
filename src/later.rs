//! Claims as a later version may return them, so that tests in every language can show that programs built
//! against this version still read them: one more string at the end of the block, a larger struct, and a bit
//! more in `present`.

pub(crate) const STRING: &str = "a string of a later version";
/// The size of a `cfaccess_str` more.
pub(crate) const SIZE: usize = 16;
pub(crate) const BIT: u32 = 1 << 31;
