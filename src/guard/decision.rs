//! The decision on a request.

use super::answer::Answer;
use crate::cache::Verified;
use crate::claims::Kind;

/// What happens to a request.
#[derive(Debug)]
pub enum Decision<V = ()> {
    /// It goes to the application unverified: the caller is unknown.
    Open,
    /// It goes to the application with these claims.
    Allowed(Verified<V>),
    /// It does not reach the application, and gets this answer.
    Refused(Box<Answer>),
}

impl<V> Decision<V> {
    /// The value of `Cf-Access-Authenticated-User-Email` for the application, which replaces every such header of the
    /// request: the verified e-mail of a person. `None` means that the application gets no such header.
    pub fn email(&self) -> Option<&str> {
        match self {
            Decision::Allowed(verified) if verified.kind() == Kind::Person => verified.email(),
            _ => None,
        }
    }
}
