//! A request on its way: host, own paths, application, policy, credentials, origin.

mod answer;
mod approval;
mod authorized;
mod body;
mod cookies;
mod credentials;
mod documents;
mod faults;
mod form;
mod gate;
mod identity;
mod login;
mod login_link;
mod logout;
mod own;
pub(crate) mod policy;
mod preflight;
mod proxy;
mod readings;
mod redirect;
mod refusal;
mod reply;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
mod transfer;
mod visitor;
mod wire;

pub(crate) use body::{Body, BoxError, empty, full};
pub(crate) use cookies::session_cookie;
pub(crate) use proxy::{Assertion, Client, Upstreams};
pub(crate) use wire::Strict;
