//! Applications and sessions.

use maud::{Markup, html};

use super::StatusPage;
use crate::pages::actions;
use crate::pages::parts::{link, moment, unseen};

#[derive(Clone, Copy)]
pub(crate) struct ApplicationRow<'a> {
    pub(crate) name: &'a str,
    /// Where a browser finds it.
    pub(crate) url: &'a str,
    pub(crate) upstream: &'a str,
    pub(crate) aud: &'a str,
}

#[derive(Clone, Copy)]
pub(crate) struct SessionRow<'a> {
    /// The claim `identity_nonce`.
    pub(crate) nonce: &'a str,
    pub(crate) email: &'a str,
    /// The name of the application.
    pub(crate) application: &'a str,
    /// In seconds since 1970, as is `expires`.
    pub(crate) issued: i64,
    pub(crate) expires: i64,
}

pub(super) fn applications(page: &StatusPage<'_>) -> Markup {
    html! {
        section aria-labelledby="applications" {
            h2 id="applications" { "Applications" }
            ul class="rows" {
                @for application in page.applications {
                    li {
                        div {
                            h3 { (application.name) }
                            p { (link(application.url, application.url)) " → " (application.upstream) }
                            p class="detail" { "Audience " code { (application.aud) } }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn sessions(page: &StatusPage<'_>) -> Markup {
    html! {
        section aria-labelledby="sessions" {
            h2 id="sessions" { "Sessions" }
            @if page.sessions.is_empty() {
                p class="detail" { "Nobody is signed in." }
            } @else {
                ul class="rows" {
                    @for session in page.sessions { (row(page, session)) }
                }
            }
        }
    }
}

fn row(page: &StatusPage<'_>, session: &SessionRow<'_>) -> Markup {
    let end = html! {
        button type="submit" {
            "End" (unseen(&format!(" the session of {} in {}", session.email, session.application)))
        }
    };
    html! {
        li {
            div {
                h3 { (session.email) }
                p class="detail" {
                    (session.application) ", from " (moment(session.issued))
                    " to " (moment(session.expires)) " UTC"
                }
            }
            (page.form(actions::END_SESSION, &[("session", session.nonce)]).with(&end))
        }
    }
}
