//! The keys that are published.

use maud::{Markup, html};

use super::StatusPage;
use crate::pages::actions;

#[derive(Clone, Copy)]
pub(crate) struct KeyRow<'a> {
    pub(crate) kid: &'a str,
    /// Whether it signs.
    pub(crate) is_current: bool,
}

pub(super) fn section(page: &StatusPage<'_>) -> Markup {
    let rotate = html! { button type="submit" { "Rotate" } };
    let retire = html! { button type="submit" { "Retire the previous key" } };
    html! {
        section aria-labelledby="keys" {
            h2 id="keys" { "Keys" }
            dl class="facts" {
                @for key in page.keys {
                    div {
                        dt { @if key.is_current { "Current" } @else { "Previous" } }
                        dd { code { (key.kid) } }
                    }
                }
            }
            div class="buttons" {
                (page.form(actions::ROTATE_KEYS, &[]).with(&rotate))
                @if page.keys.iter().any(|key| !key.is_current) {
                    (page.form(actions::RETIRE_KEY, &[]).with(&retire))
                }
            }
        }
    }
}
