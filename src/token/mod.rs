//! From bytes to a header, a payload and a signature: the form of a token (RFC 7515).

mod compact;
mod header;
mod key_id;

pub(crate) use compact::{HEADER_MAX, SIGNATURE_MAX, Token};
pub(crate) use header::{ALGORITHM, Header};
pub(crate) use key_id::KeyId;
