//! Verified tokens, kept so that they need not be verified again.

mod cache;
mod kept_token;
mod place;
mod table;
#[cfg(test)]
mod tests;
mod verified;

pub(crate) use cache::{Cache, Occupancy};
pub(crate) use kept_token::KeptToken;
pub(crate) use place::Hit;
pub use verified::Verified;
pub(crate) use verified::{Entry, View};
