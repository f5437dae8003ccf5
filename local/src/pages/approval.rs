//! Whether a program such as cloudflared may have a session.

use maud::html;

use super::layout::{Width, document};
use super::parts::Form;

/// The answer of `/cdn-cgi/access/cli`.
#[derive(Clone, Copy)]
pub(crate) struct Approve<'a> {
    pub(crate) form: Form<'a>,
    /// The host of the application.
    pub(crate) host: &'a str,
    pub(crate) email: &'a str,
}

pub(crate) fn approve(page: &Approve<'_>) -> String {
    let content = html! {
        h1 { "Approve a program" }
        p { "A program on this computer, such as cloudflared, asks to use your session." }
        dl class="facts" {
            div { dt { "Host" } dd { code { (page.host) } } }
            div { dt { "As" } dd { (page.email) } }
        }
        p { "Approve only what you have started yourself. Otherwise close this page." }
        (page.form.with(&html! { button class="primary" type="submit" { "Approve" } }))
    };
    document("Approve a program · Local Access", Width::Column, &content)
}

pub(crate) fn approved() -> String {
    let content = html! {
        h1 { "Approved" }
        p { "The program has your session now. You can close this page." }
    };
    document("Approved · Local Access", Width::Column, &content)
}
