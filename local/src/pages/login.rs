//! Signing in.

use maud::{Markup, html};

use super::layout::{Width, document};
use super::parts::Form;

/// The login page.
///
/// Its form sends the chosen person as `email` and a typed address as `other_email`, either of which may be missing or
/// empty; [`chosen_email`] says which one counts.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) form: Form<'a>,
    /// The name of the application.
    pub(crate) application: &'a str,
    /// Its host, perhaps with a path.
    pub(crate) host: &'a str,
    /// The people of the configuration.
    pub(crate) people: &'a [Person<'a>],
    /// The e-mail address of the person that is chosen at first; otherwise it is the first one.
    pub(crate) chosen: Option<&'a str>,
}

/// Somebody to sign in as.
#[derive(Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
}

/// The login page after somebody was not let in.
#[derive(Clone, Copy)]
pub(crate) struct Denied<'a> {
    pub(crate) login: Login<'a>,
    /// Who was not let in.
    pub(crate) email: &'a str,
    /// The application's `custom_deny_message`, if it has one.
    pub(crate) message: Option<&'a str>,
}

/// The address that a login form names: the typed one, if there is one, otherwise that of the chosen person.
pub(crate) fn chosen_email<'a>(email: &'a str, other_email: &'a str) -> &'a str {
    let typed = other_email.trim();
    if typed.is_empty() { email.trim() } else { typed }
}

pub(crate) fn login(page: &Login<'_>) -> String {
    document("Sign in · Local Access", Width::Column, &sign_in(page, None))
}

pub(crate) fn denied(page: &Denied<'_>) -> String {
    let message = page.message.unwrap_or("That account does not have access.");
    let refusal = html! {
        div class="notice" role="alert" {
            p { strong { (message) } }
            p { "You tried as " span class="value" { (page.email) } "." }
        }
    };
    document("No access · Local Access", Width::Column, &sign_in(&page.login, Some(&refusal)))
}

fn sign_in(page: &Login<'_>, notice: Option<&Markup>) -> Markup {
    html! {
        h1 { "Sign in" }
        @if let Some(notice) = notice { (notice) }
        dl class="facts" {
            div { dt { "Application" } dd { (page.application) } }
            div { dt { "Host" } dd { code { (page.host) } } }
        }
        (page.form.with(&fields(page)))
    }
}

fn fields(page: &Login<'_>) -> Markup {
    let nobody = page.people.is_empty();
    html! {
        @if !nobody { (choice(page)) }
        div class="field" {
            label for="other-email" {
                @if nobody { "E-mail address" } @else { "Or any other e-mail address" }
            }
            input type="email" id="other-email" name="other_email" autocomplete="off" required[nobody];
        }
        button class="primary" type="submit" { "Sign in" }
    }
}

fn choice(page: &Login<'_>) -> Markup {
    let known = page.people.iter().map(|person| person.email);
    let chosen = known.clone().find(|email| Some(*email) == page.chosen).or(known.clone().next());
    html! {
        fieldset class="people" {
            legend { "Who are you?" }
            @for person in page.people {
                label {
                    input type="radio" name="email" value=(person.email)
                        checked[Some(person.email) == chosen];
                    span {
                        span class="name" { (person.name) }
                        span class="detail" { (person.email) }
                    }
                }
            }
        }
    }
}
