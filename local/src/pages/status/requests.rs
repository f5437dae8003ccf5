//! The last requests.

use maud::{Markup, html};

use super::StatusPage;
use crate::pages::actions::STATUS;
use crate::pages::time::utc;

#[derive(Clone, Copy)]
pub(crate) struct RequestRow<'a> {
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) decision: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) status: u16,
    pub(crate) kid: Option<&'a str>,
    /// An e-mail address or a Client ID.
    pub(crate) who: Option<&'a str>,
}

pub(super) fn section(page: &StatusPage<'_>) -> Markup {
    html! {
        section aria-labelledby="requests" {
            h2 id="requests" { "Requests" }
            p { a href=(STATUS) { "Load again" } }
            @if page.requests.is_empty() {
                p class="detail" { "There are none yet." }
            } @else {
                ol class="log" {
                    @for request in page.requests.iter().rev() { (entry(request)) }
                }
            }
        }
    }
}

fn entry(request: &RequestRow<'_>) -> Markup {
    let (date, time) = utc(request.at);
    html! {
        li {
            time datetime={ (date) "T" (time) "Z" } {
                (time) " " span class="detail" { (date) }
            }
            div {
                code { (request.method) " " (request.path) }
                p class="detail" {
                    (request.host)
                    @if let Some(who) = request.who { ", " (who) }
                }
            }
            div {
                span class="value" { (request.status) } " " (request.decision)
                p class="detail" {
                    (request.reason)
                    @if let Some(kid) = request.kid { ", key " code { (kid.get(..8).unwrap_or(kid)) } }
                }
            }
        }
    }
}
