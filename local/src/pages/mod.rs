//! What people see: plain HTML that works without JavaScript, in which every text is escaped.
//!
//! Each page is made from a struct of its own. An answer takes the header fields of [`headers()`] along.

pub(crate) mod actions;
mod approval;
mod headers;
mod layout;
mod login;
mod parts;
mod refusals;
mod signed_out;
mod status;
mod time;

#[cfg(test)]
mod samples;
#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests;

pub(crate) use approval::{Approve, approve, approved};
pub(crate) use headers::headers;
pub(crate) use login::{Denied, Login, Person, chosen_email, denied, login};
pub(crate) use parts::Form;
pub(crate) use refusals::{
    Forbidden, NotFound, forbidden, invalid_login, misdirected, not_found, unauthorized,
};
pub(crate) use signed_out::{SignedOut, signed_out};
pub(crate) use status::{
    ApplicationRow, ClockState, FaultGroup, FaultRow, KeyRow, RequestRow, SessionRow, StatusPage, status,
};
