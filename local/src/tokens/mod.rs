//! Tokens in the shapes that Access gives them, signed and checked with `jsonwebtoken`.

mod app;
mod check;
mod mint;
mod order;
mod shapes;
mod sign;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use app::{AppClaims, Person, Service};
pub(crate) use check::check;
pub(crate) use mint::{MintRequest, TokenType, mint};
pub(crate) use shapes::{MatchClaims, MetaClaims, OrgClaims, account_id};
pub(crate) use sign::{Typ, header, payload, sign, sign_parts};
