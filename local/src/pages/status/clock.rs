//! The clock, and how it is moved.

use maud::{Markup, html};

use super::StatusPage;
use crate::pages::actions;
use crate::pages::parts::moment;
use crate::pages::time::{duration, utc};

#[derive(Clone, Copy)]
pub(crate) struct ClockState {
    /// What the clock shows, in seconds since 1970.
    pub(crate) now: i64,
    /// What that of the system shows.
    pub(crate) system: i64,
    /// Whether it stands still.
    pub(crate) is_frozen: bool,
}

impl ClockState {
    fn is_real(self) -> bool {
        !self.is_frozen && self.now == self.system
    }

    fn describe(self) -> String {
        let offset = self.now.saturating_sub(self.system);
        let relation = match offset {
            0 => "the same as the system's clock".to_owned(),
            1.. => format!("{} ahead of the system's clock", duration(offset)),
            _ => format!("{} behind the system's clock", duration(offset)),
        };
        if self.is_frozen { format!("stopped, {relation}") } else { relation }
    }
}

pub(super) fn section(page: &StatusPage<'_>) -> Markup {
    let clock = page.clock;
    let (date, time) = utc(clock.now);
    let offset = html! {
        div class="field" {
            label for="offset" { "Offset" }
            input type="text" id="offset" name="offset" placeholder="-2h" required autocomplete="off"
                spellcheck="false";
        }
        button type="submit" { "Move" }
    };
    let freeze = html! {
        div class="field" {
            label for="at" { "Moment in UTC" }
            input type="datetime-local" id="at" name="at" step="1" required value={ (date) "T" (time) };
        }
        button type="submit" { "Stop there" }
    };
    let real = html! { button type="submit" { "Use the system's clock" } };
    html! {
        section aria-labelledby="clock" {
            h2 id="clock" { "Clock" }
            p { (moment(clock.now)) " UTC, " (clock.describe()) }
            div class="forms" {
                (page.form(actions::OFFSET_CLOCK, &[]).with(&offset))
                (page.form(actions::FREEZE_CLOCK, &[]).with(&freeze))
                @if !clock.is_real() { (page.form(actions::REAL_CLOCK, &[]).with(&real)) }
            }
        }
    }
}
