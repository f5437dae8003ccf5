//! Pages that end a visit.

use maud::html;

use super::layout::{Width, document};

/// There is no such application.
#[derive(Clone, Copy)]
pub(crate) struct NotFound<'a> {
    /// What was asked for.
    pub(crate) host: &'a str,
}

/// A request that no policy lets in.
#[derive(Clone, Copy)]
pub(crate) struct Forbidden<'a> {
    /// An e-mail address or a Client ID, if the request had any.
    pub(crate) who: Option<&'a str>,
    pub(crate) aud: &'a str,
    pub(crate) ray_id: &'a str,
}

pub(crate) fn not_found(page: &NotFound<'_>) -> String {
    let content = html! {
        h1 { "Unable to find your Access application!" }
        p { "No application of the configuration is at " code { (page.host) } "." }
    };
    document("Unable to find your Access application!", Width::Column, &content)
}

/// For requests of scripts, which do not follow a redirect to the login page.
pub(crate) fn unauthorized() -> String {
    let content = html! {
        h1 { "401 Unauthorized" }
        p { "This request has no session. Load a page of the application to sign in." }
    };
    document("401 Unauthorized", Width::Column, &content)
}

pub(crate) fn forbidden(page: &Forbidden<'_>) -> String {
    let content = html! {
        h1 { "403 Forbidden" }
        p { "You don't have permission to view this." }
        dl class="facts" {
            div { dt { "Who" } dd { (page.who.unwrap_or("nobody")) } }
            div { dt { "Audience" } dd { code { (page.aud) } } }
            div { dt { "Ray ID" } dd { code { (page.ray_id) } } }
        }
    };
    document("403 Forbidden", Width::Column, &content)
}

/// A nonce that is wrong, too old, used, or not of this browser.
pub(crate) fn invalid_login() -> String {
    let content = html! {
        h1 { "Sign-in failed" }
        p { "Invalid login session – Please try going to the URL of your application again" }
        p class="detail" {
            "The address of this page completes one sign-in, soon after it began and in the same browser."
        }
    };
    document("Invalid login session · Local Access", Width::Column, &content)
}

/// What a request to a host that is not served here is told: one line of plain text.
pub(crate) fn misdirected(addresses: &[impl AsRef<str>]) -> String {
    let addresses: Vec<&str> = addresses.iter().map(AsRef::as_ref).collect();
    format!("Nothing is served under this host. Addresses of this Access: {}\n", addresses.join(" "))
}
