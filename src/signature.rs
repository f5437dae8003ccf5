//! The check of a token's signature with its key.

use crate::keys::PublicKey;
use crate::status::{Refusal, Status};
use crate::token::{SIGNATURE_MAX, Token};

pub(crate) fn check_signature(key: &PublicKey, token: &Token<'_>) -> Result<(), Refusal> {
    let mut buffer = [0; SIGNATURE_MAX];
    if key.verifies(token.signing_input(), token.decode_signature(&mut buffer)?) {
        Ok(())
    } else {
        Err(Refusal::new(Status::BadSignature, "the signature is invalid for the token and its key"))
    }
}
