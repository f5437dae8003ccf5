//! What the policies of an application say of a caller.

use serde_json::Value;

use crate::config::{Application, Decision, Include, Policy, User};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    Nobody,
    Person(&'a User),
    /// The Client ID of a service token whose secret was right.
    Service(&'a str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict<'a> {
    /// To the origin, without a token.
    Bypass,
    Allowed(&'a Policy),
    Denied,
}

/// Access evaluates Bypass and Service Auth before Allow and Block, each in the order of the list, and the first that
/// matches decides.
pub(crate) fn decide<'a>(application: &'a Application, subject: Subject<'_>) -> Verdict<'a> {
    let in_order = |early: bool| {
        application.policies.iter().filter(move |policy| {
            matches!(policy.decision, Decision::Bypass | Decision::NonIdentity) == early
        })
    };
    let first = in_order(true).chain(in_order(false)).find(|policy| applies(policy, subject));
    match first {
        Some(policy) if policy.decision == Decision::Bypass => Verdict::Bypass,
        Some(policy) if policy.decision != Decision::Deny => Verdict::Allowed(policy),
        _ => Verdict::Denied,
    }
}

/// Whether people can log in here; if not, there is no page to send them to.
pub(crate) fn has_login(application: &Application) -> bool {
    has(application, Decision::Allow) || !has(application, Decision::NonIdentity)
}

pub(crate) fn has(application: &Application, decision: Decision) -> bool {
    application.policies.iter().any(|policy| policy.decision == decision)
}

fn applies(policy: &Policy, subject: Subject<'_>) -> bool {
    let include = &policy.include;
    match (policy.decision, subject) {
        // Who somebody is comes too late for a Bypass: it is decided before there are credentials.
        (Decision::Bypass, _) => include.everyone,
        (Decision::NonIdentity, Subject::Service(client_id)) => {
            include.everyone
                || include.any_valid_service_token
                || include.service_tokens.iter().any(|included| included == client_id)
        }
        (Decision::Allow | Decision::Deny, Subject::Person(user)) => includes(include, user),
        _ => false,
    }
}

fn includes(include: &Include, user: &User) -> bool {
    include.everyone
        || include.emails.contains(&user.email)
        || include.emails_ending_in.iter().any(|ending| user.email.ends_with(ending))
        || user.groups.iter().any(|group| include.groups.iter().any(|included| is_group(group, included)))
}

fn is_group(group: &Value, name: &str) -> bool {
    match group {
        Value::String(text) => text == name,
        group => {
            ["id", "name", "email"].iter().any(|member| group.get(member).is_some_and(|value| value == name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::samples::{CLIENT_ID, application, everyone, policy, user};

    fn word(policies: &[(Decision, Include)], subject: Subject<'_>) -> &'static str {
        let policies =
            policies.iter().map(|(decision, include)| policy(*decision, include.clone())).collect();
        let application = Application { policies, ..application("app", "localhost") };
        match decide(&application, subject) {
            Verdict::Bypass => "bypass",
            Verdict::Allowed(_) => "allowed",
            Verdict::Denied => "denied",
        }
    }

    #[test]
    fn the_first_policy_that_matches_decides() {
        let ada = user("ada@example.com");
        let person = Subject::Person(&ada);
        let one = Include { emails: vec!["ada@example.com".into()], ..Include::default() };
        let ending = Include { emails_ending_in: vec!["@example.com".into()], ..Include::default() };
        let group = Include { groups: vec!["admins".into()], ..Include::default() };
        for include in [everyone(), one.clone(), ending, group] {
            assert_eq!(word(&[(Decision::Allow, include)], person), "allowed");
        }
        assert_eq!(word(&[(Decision::Deny, one.clone()), (Decision::Allow, everyone())], person), "denied");
        assert_eq!(word(&[(Decision::Allow, everyone()), (Decision::Deny, one)], person), "allowed");
        let other = Include { emails: vec!["grace@example.com".into()], ..Include::default() };
        assert_eq!(word(&[(Decision::Allow, other)], person), "denied");
        assert_eq!(word(&[], person), "denied");
    }

    #[test]
    fn nobody_passes_by_a_bypass_alone() {
        assert_eq!(word(&[(Decision::Allow, everyone())], Subject::Nobody), "denied");
        assert_eq!(word(&[(Decision::NonIdentity, everyone())], Subject::Nobody), "denied");
        assert_eq!(
            word(&[(Decision::Deny, everyone()), (Decision::Bypass, everyone())], Subject::Nobody),
            "bypass"
        );
    }

    #[test]
    fn service_auth_is_for_services() {
        let ada = user("ada@example.com");
        let service = Subject::Service(CLIENT_ID);
        let this = Include { service_tokens: vec![CLIENT_ID.into()], ..Include::default() };
        let any = Include { any_valid_service_token: true, ..Include::default() };
        for include in [everyone(), this, any] {
            assert_eq!(word(&[(Decision::NonIdentity, include)], service), "allowed");
        }
        let other = Include { service_tokens: vec!["other.access".into()], ..Include::default() };
        assert_eq!(word(&[(Decision::NonIdentity, other)], service), "denied");
        assert_eq!(word(&[(Decision::NonIdentity, everyone())], Subject::Person(&ada)), "denied");
        assert_eq!(word(&[(Decision::Allow, everyone())], service), "denied");
    }

    #[test]
    fn a_group_is_a_string_or_an_object() {
        let group = |value: Value| User { groups: vec![value], ..user("ada@example.com") };
        let include = Include { groups: vec!["admins".into()], ..Include::default() };
        for value in [
            Value::from("admins"),
            serde_json::json!({"id": "admins"}),
            serde_json::json!({"id": "1", "name": "admins"}),
            serde_json::json!({"email": "admins"}),
        ] {
            assert!(includes(&include, &group(value)));
        }
        assert!(!includes(&include, &group(serde_json::json!({"id": 7}))));
    }
}
