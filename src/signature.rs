//! The step from a header to a signature that holds.

use crate::key_id::KeyId;
use crate::keys::{KeySet, PublicKey};
use crate::status::{Refusal, Status};
use crate::token::{SIGNATURE_MAX, Token};

/// The key that a token names, in the team's own set.
pub(crate) fn find_key<'k>(keys: &'k KeySet, key_id: &KeyId<'_>) -> Result<&'k PublicKey, Refusal> {
    keys.find(key_id).ok_or_else(|| {
        let shown = if key_id.is_hex() { key_id.as_str() } else { "(not hex)" };
        Refusal::new(Status::UnknownKey, ["no key in force has the token's kid ", shown].concat())
    })
}

pub(crate) fn check_signature(key: &PublicKey, token: &Token<'_>) -> Result<(), Refusal> {
    let mut buffer = [0; SIGNATURE_MAX];
    if key.verifies(token.signing_input(), token.decode_signature(&mut buffer)?) {
        Ok(())
    } else {
        Err(Refusal::new(Status::BadSignature, "the signature does not fit the token and its key"))
    }
}
