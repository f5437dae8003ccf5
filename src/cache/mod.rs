//! Verified tokens, kept so that they need not be verified again.

mod cache;
mod kept_token;
mod set;
mod table;
#[cfg(test)]
mod tests;
mod verified;

pub(crate) use cache::{Cache, Judgement, Occupancy};
pub(crate) use kept_token::KeptToken;
pub use verified::Verified;
pub(crate) use verified::{Entry, View};
