//! After a logout.

use maud::html;

use super::layout::{Width, document};
use super::parts::link;

/// The answer of `/cdn-cgi/access/logout`.
#[derive(Clone, Copy)]
pub(crate) struct SignedOut<'a> {
    /// Whose sessions have ended, if there was one.
    pub(crate) email: Option<&'a str>,
    /// The address of the application, to sign in to it again.
    pub(crate) application: Option<&'a str>,
}

pub(crate) fn signed_out(page: &SignedOut<'_>) -> String {
    let content = html! {
        h1 { "Signed out" }
        @if let Some(email) = page.email {
            p { "All sessions of " span class="value" { (email) } " have ended, in every application." }
        } @else {
            p { "There was no session to end." }
        }
        @if let Some(application) = page.application {
            p { "Sign in again: " (link(application, application)) }
        }
    };
    document("Signed out · Local Access", Width::Column, &content)
}
