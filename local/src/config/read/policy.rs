//! `[[application.policy]]`

use super::super::people::{email, stable_id};
use super::super::policy::{Decision, Include, Policy};
use super::super::{ConfigError, ServiceToken, session_duration};
use super::application::name;
use super::table::{Table, hint};

pub(super) const POLICY: [&str; 4] = ["name", "decision", "include", "session_duration"];
pub(super) const INCLUDE: [&str; 6] =
    ["everyone", "emails", "emails_ending_in", "groups", "service_tokens", "any_valid_service_token"];

pub(super) fn policies(
    table: &mut Table<'_>,
    application: &str,
    service_tokens: &[ServiceToken],
) -> Result<Vec<Policy>, ConfigError> {
    let mut names = super::Unique::new("name");
    let mut policies = Vec::new();
    for mut table in table.tables("policy", &POLICY)? {
        let policy = policy(&mut table, application, service_tokens)?;
        names.add(&table, &policy.name)?;
        policies.push(policy);
    }
    Ok(policies)
}

fn policy(
    table: &mut Table<'_>,
    application: &str,
    service_tokens: &[ServiceToken],
) -> Result<Policy, ConfigError> {
    let name = table.text("name", name)?.ok_or_else(|| table.missing("name"))?;
    let decision = table.text("decision", decision)?.ok_or_else(|| table.missing("decision"))?;
    let include = match table.table("include", &INCLUDE)? {
        Some(table) => include(table, service_tokens)?,
        None => return Err(table.missing("include")),
    };
    if decision == Decision::Bypass && !include.everyone {
        return Err(
            table.wrong("nobody signs in where \"bypass\" decides, so that it takes only everyone = true")
        );
    }
    let session_duration = table.text("session_duration", session_duration)?;
    Ok(Policy { id: policy_id(application, &name), name, decision, include, session_duration })
}

/// Always the same for the same names.
pub(in super::super) fn policy_id(application: &str, name: &str) -> uuid::Uuid {
    stable_id("policy", &format!("{application}/{name}"))
}

fn decision(text: &str) -> Result<Decision, String> {
    match text {
        "allow" => Ok(Decision::Allow),
        "deny" => Ok(Decision::Deny),
        "bypass" => Ok(Decision::Bypass),
        "non_identity" => Ok(Decision::NonIdentity),
        _ => {
            let known = ["allow", "deny", "bypass", "non_identity"];
            let hint = hint(text, known.into_iter());
            Err(format!("{text:?} is not \"allow\", \"deny\", \"bypass\" or \"non_identity\"{hint}"))
        }
    }
}

fn include(mut table: Table<'_>, service_tokens: &[ServiceToken]) -> Result<Include, ConfigError> {
    let client_id = |name: &str| {
        let token = service_tokens.iter().find(|token| token.name == name);
        token.map(|token| token.client_id.clone()).ok_or_else(|| {
            let known = service_tokens.iter().map(|token| token.name.as_str());
            format!("there is no [[service_token]] {name:?}{}", hint(name, known))
        })
    };
    let include = Include {
        everyone: table.flag("everyone", false)?,
        emails: table.texts("emails", email)?,
        emails_ending_in: table.texts("emails_ending_in", ending)?,
        groups: table.texts("groups", group)?,
        service_tokens: table.texts("service_tokens", client_id)?,
        any_valid_service_token: table.flag("any_valid_service_token", false)?,
    };
    let is_empty = !include.everyone
        && !include.any_valid_service_token
        && [&include.emails, &include.emails_ending_in, &include.groups, &include.service_tokens]
            .into_iter()
            .all(Vec::is_empty);
    match is_empty {
        true => Err(table.wrong("it includes nobody; for everybody write everyone = true")),
        false => Ok(include),
    }
}

fn ending(text: &str) -> Result<String, String> {
    let host = text.strip_prefix('@').filter(|host| !host.is_empty());
    match host.filter(|host| !host.contains('@') && !host.contains(char::is_whitespace)) {
        Some(_) => Ok(text.to_lowercase()),
        None => Err(format!("{text:?} is not of the form \"@example.com\"")),
    }
}

fn group(text: &str) -> Result<String, String> {
    match text.is_empty() {
        true => Err("a group has a name".to_owned()),
        false => Ok(text.to_owned()),
    }
}
