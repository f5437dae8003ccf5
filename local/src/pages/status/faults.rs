//! Faults on demand.

use maud::{Markup, html};

use super::StatusPage;
use crate::pages::actions;
use crate::pages::parts::{moment, unseen};

/// A fault in force.
#[derive(Clone, Copy)]
pub(crate) struct FaultRow<'a> {
    pub(crate) name: &'a str,
    /// The application that it is limited to.
    pub(crate) application: Option<&'a str>,
    /// The path that it is limited to.
    pub(crate) path: Option<&'a str>,
    /// How many more requests it spoils.
    pub(crate) times: Option<u64>,
    /// When it ends, in seconds since 1970.
    pub(crate) until: Option<i64>,
}

/// Faults that have something in common, such as what they spoil.
#[derive(Clone, Copy)]
pub(crate) struct FaultGroup<'a> {
    pub(crate) label: &'a str,
    pub(crate) names: &'a [&'a str],
}

pub(super) fn section(page: &StatusPage<'_>) -> Markup {
    let clear = html! { button type="submit" { "Clear" (unseen(" all faults")) } };
    html! {
        section aria-labelledby="faults" {
            h2 id="faults" { "Faults" }
            @if page.faults.is_empty() {
                p class="detail" { "There are none." }
            } @else {
                ul class="rows" {
                    @for fault in page.faults { (row(fault)) }
                }
                (page.form(actions::CLEAR_FAULTS, &[]).with(&clear))
            }
            h3 { "Add a fault" }
            (page.form(actions::ADD_FAULT, &[]).with(&fields(page)))
        }
    }
}

fn row(fault: &FaultRow<'_>) -> Markup {
    html! {
        li {
            div {
                h3 { code { (fault.name) } }
                p class="detail" {
                    (fault.application.unwrap_or("any application"))
                    @if let Some(path) = fault.path { ", " code { (path) } }
                    @if let Some(times) = fault.times {
                        ", " (times) @if times == 1 { " more request" } @else { " more requests" }
                    }
                    @if let Some(until) = fault.until { ", until " (moment(until)) " UTC" }
                }
            }
        }
    }
}

fn fields(page: &StatusPage<'_>) -> Markup {
    html! {
        div class="fields" {
            div class="field" {
                label for="fault" { "Fault" }
                select id="fault" name="name" required {
                    @for group in page.fault_names {
                        optgroup label=(group.label) {
                            @for name in group.names { option value=(name) { (name) } }
                        }
                    }
                }
            }
            div class="field" {
                label for="fault-app" { "Application" }
                select id="fault-app" name="app" {
                    option value="" { "any" }
                    @for application in page.applications {
                        option value=(application.name) { (application.name) }
                    }
                }
            }
            (text("fault-path", "path", "Path", "any"))
            (text("fault-times", "times", "Requests", "no limit"))
            (text("fault-for", "for", "Duration", "no limit, or 30s"))
        }
        button type="submit" { "Add" }
    }
}

fn text(id: &str, name: &str, label: &str, hint: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { (label) }
            input type="text" id=(id) name=(name) placeholder=(hint) autocomplete="off" spellcheck="false";
        }
    }
}
