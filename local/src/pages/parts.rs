//! Pieces of which pages are made.

use maud::{Markup, html};

use super::actions::CSRF;
use super::time::utc;

/// A form that is sent by `POST`.
#[derive(Clone, Copy)]
pub(crate) struct Form<'a> {
    /// A path of the same origin, perhaps with a query.
    pub(crate) action: &'a str,
    /// Goes along in the field `csrf`.
    pub(crate) csrf: &'a str,
    /// Names and values that go along as they are.
    pub(crate) hidden: &'a [(&'a str, &'a str)],
}

impl Form<'_> {
    pub(super) fn with(&self, content: &Markup) -> Markup {
        html! {
            form method="post" action=(self.action) {
                input type="hidden" name=(CSRF) value=(self.csrf);
                @for (name, value) in self.hidden {
                    input type="hidden" name=(name) value=(value);
                }
                (content)
            }
        }
    }
}

/// A link, if the address is one of the web; otherwise its text alone.
pub(super) fn link(address: &str, text: &str) -> Markup {
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    html! {
        @if is_web { a href=(address) { (text) } } @else { (text) }
    }
}

/// A moment, in seconds since 1970.
pub(super) fn moment(seconds: i64) -> Markup {
    let (date, clock) = utc(seconds);
    html! { time datetime={ (date) "T" (clock) "Z" } { (date) " " (clock) } }
}

/// What nobody sees, and a screen reader says.
pub(super) fn unseen(text: &str) -> Markup {
    html! { span class="unseen" { (text) } }
}
