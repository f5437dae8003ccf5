//! The keys of the team: made at start, never constants. Every JWK carries the mark `"cfaccess_local": true`.

mod document;
mod ring;
mod signing_key;
#[cfg(test)]
mod tests;

pub(crate) use document::{Document, JSON};
pub(crate) use ring::KeyRing;
pub(crate) use signing_key::{Jwk, SigningKey};

use std::fmt;

/// A key could not be made, read or kept; one line.
#[derive(Debug)]
pub(crate) struct KeyError(pub(crate) String);

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}
