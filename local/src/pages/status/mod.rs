//! The status page: what there is, and forms for what can be done with it.

mod clock;
mod faults;
mod keys;
mod lists;
mod requests;

use maud::{Markup, html};

pub(crate) use clock::ClockState;
pub(crate) use faults::{FaultGroup, FaultRow};
pub(crate) use keys::KeyRow;
pub(crate) use lists::{ApplicationRow, SessionRow};
pub(crate) use requests::RequestRow;

use super::actions;
use super::layout::{Width, document};
use super::parts::{Form, link};

/// The status page. Its forms are sent to the paths of [`actions`].
#[derive(Clone, Copy)]
pub(crate) struct StatusPage<'a> {
    pub(crate) csrf: &'a str,
    /// Why the last form did nothing.
    pub(crate) notice: Option<&'a str>,
    pub(crate) team: &'a str,
    /// The origin of the team.
    pub(crate) origin: &'a str,
    pub(crate) applications: &'a [ApplicationRow<'a>],
    pub(crate) sessions: &'a [SessionRow<'a>],
    /// Those that are published, the current one first.
    pub(crate) keys: &'a [KeyRow<'a>],
    pub(crate) clock: ClockState,
    /// Those in force.
    pub(crate) faults: &'a [FaultRow<'a>],
    /// Those that there are.
    pub(crate) fault_names: &'a [FaultGroup<'a>],
    /// The last ones, the oldest first. All are shown.
    pub(crate) requests: &'a [RequestRow<'a>],
}

impl StatusPage<'_> {
    fn form<'b>(&'b self, action: &'b str, hidden: &'b [(&'b str, &'b str)]) -> Form<'b> {
        Form { action, csrf: self.csrf, hidden }
    }
}

pub(crate) fn status(page: &StatusPage<'_>) -> String {
    let certs = format!("{}/cdn-cgi/access/certs", page.origin);
    let content = html! {
        h1 { "Status" }
        @if let Some(notice) = page.notice {
            div class="notice" role="alert" { p { strong { (notice) } } }
        }
        dl class="facts" {
            div { dt { "Team" } dd { code { (page.team) } } }
            div { dt { "Keys" } dd { (link(&certs, &certs)) } }
        }
        nav aria-label="On this page" {
            ul {
                @for name in ["Applications", "Sessions", "Keys", "Clock", "Faults", "Reset", "Requests"] {
                    li { a href={ "#" (name.to_ascii_lowercase()) } { (name) } }
                }
            }
        }
        (lists::applications(page))
        (lists::sessions(page))
        (keys::section(page))
        (clock::section(page))
        (faults::section(page))
        (reset(page))
        (requests::section(page))
    };
    document("Status · Local Access", Width::Wide, &content)
}

fn reset(page: &StatusPage<'_>) -> Markup {
    html! {
        section aria-labelledby="reset" {
            h2 id="reset" { "Reset" }
            p { "Ends all sessions, clears all faults and goes back to the system's clock. Keys stay." }
            (page.form(actions::RESET, &[]).with(&html! { button type="submit" { "Reset" } }))
        }
    }
}
