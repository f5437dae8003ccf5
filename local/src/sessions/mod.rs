//! Sessions: the global one of a person, those of applications, and how they end.

mod book;
mod endings;
mod issue;
mod keep;
mod logins;
pub(crate) mod random;
mod record;
mod seal;
mod services;

pub(crate) use book::Sessions;
pub(crate) use issue::{Entrance, duration};
pub(crate) use logins::Login;
pub(crate) use record::{Begun, Scope};
pub(crate) use services::ServiceSession;

use serde::Serialize;

/// A session as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SessionOverview {
    /// The claim `identity_nonce`, by which it is ended.
    pub(crate) nonce: String,
    pub(crate) email: String,
    /// Empty for the global session.
    pub(crate) application: String,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
}

/// What is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// All sessions of an application, by its name.
    Application(String),
    /// All sessions of a person, by e-mail address.
    User(String),
    /// One, by its `identity_nonce`.
    Session(String),
    /// A service token, by its name.
    Service(String),
}
