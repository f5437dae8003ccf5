//! Faults on demand: what is wrong, for which requests, how often and for how long.

mod certs;
mod list;
mod store;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use certs::{CertsAnswer, apply_to_certs};
pub(crate) use list::{Fault, Stage};
pub(crate) use store::{ActiveFault, Faults, Limit, Scope};
pub(crate) use token::{apply, other_email};
