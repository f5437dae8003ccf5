//! The rules that the claims of a signed token must pass, in the order in which they are applied.

use serde_json::{Value, json};

use crate::claims::{Moment, Payload, Principal, is_non_identity};
use crate::config::{Config, Services};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// What a rule decides on.
pub(crate) struct Case<'a> {
    pub(crate) config: &'a Config,
    pub(crate) payload: &'a Payload<'a>,
    pub(crate) now: Timestamp,
}

impl Case<'_> {
    /// Whether what looks like a person is a device that was enrolled with a service token.
    fn is_non_identity(&self) -> bool {
        self.payload.email.as_deref().is_some_and(|email| is_non_identity(email, &self.config.team))
    }

    fn moment(&self) -> Moment<'_> {
        Moment { config: self.config, times: &self.payload.times, now: self.now }
    }
}

/// One rule: `check` decides, `expected` and `found` are what it compares, for `explain`.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) check: fn(&Case<'_>) -> Result<(), Refusal>,
    pub(crate) expected: fn(&Case<'_>) -> Value,
    pub(crate) found: fn(&Case<'_>) -> Value,
}

/// Every rule, in order; the first that fails decides the status of the refusal.
pub(crate) static RULES: [Rule; 9] = [
    Rule {
        name: "issuer",
        check: issuer,
        expected: |case| json!(case.config.team.issuer()),
        found: |case| json!(case.payload.issuer),
    },
    Rule {
        name: "audience",
        check: audience,
        expected: |case| json!({"any_of": case.config.audiences}),
        found: |case| json!(case.payload.audiences.iter().collect::<Vec<_>>()),
    },
    Rule {
        name: "type",
        check: token_type,
        expected: |_| json!("app"),
        found: |case| json!(case.payload.token_type),
    },
    Rule {
        name: "expiry",
        check: expiry,
        expected: |case| json!({"now_before": case.payload.times.expires_at.seconds() + case.config.leeway}),
        found: |case| {
            json!({
                "exp": case.payload.times.expires_at.seconds(),
                "seconds_past": case.moment().seconds_late(),
            })
        },
    },
    Rule {
        name: "start",
        check: start,
        expected: |case| json!({"now_from": case.payload.times.starts_at().seconds() - case.config.leeway}),
        found: |case| {
            json!({
                "iat": case.payload.times.issued_at.seconds(),
                "nbf": case.payload.times.not_before.map(Timestamp::seconds),
                "seconds_early": case.moment().seconds_early(),
            })
        },
    },
    Rule {
        name: "lifetime",
        check: lifetime,
        expected: |case| json!({"at_most": case.config.max_lifetime}),
        found: |case| json!(lifetime_of(case)),
    },
    Rule {
        name: "age",
        check: age,
        expected: |case| json!({"at_most": case.config.max_age}),
        found: |case| json!(case.moment().age()),
    },
    Rule {
        name: "principal",
        check: principal,
        expected: |_| json!("a person (sub and email) or a service (common_name)"),
        found: |case| {
            json!({
                "sub": case.payload.subject,
                "email": case.payload.email,
                "common_name": case.payload.common_name,
                "non_identity": case.is_non_identity(),
            })
        },
    },
    Rule {
        name: "service",
        check: service,
        expected: |case| match &case.config.services {
            Services::Any => json!("any"),
            Services::Listed(client_ids) => json!({"any_of": client_ids}),
        },
        found: |case| json!(case.payload.common_name),
    },
];

fn issuer(case: &Case<'_>) -> Result<(), Refusal> {
    let expected = case.config.team.issuer();
    refuse_unless(case.payload.issuer == expected, Status::WrongIssuer, || {
        format!("the token was not issued by {expected}")
    })
}

fn audience(case: &Case<'_>) -> Result<(), Refusal> {
    let accepted = case.payload.audiences.iter().any(|audience| case.config.accepts_audience(audience));
    refuse_unless(accepted, Status::WrongAudience, || match case.config.audiences.as_slice() {
        [only] => format!("the token was not issued for the audience {only}"),
        several => format!("the token was not issued for any of the {} configured audiences", several.len()),
    })
}

/// Access signs other tokens with the same keys; only `app` is a login. An older application token has no
/// type; it is recognised as a person's token with a `nonce` and no `identity_nonce`.
fn token_type(case: &Case<'_>) -> Result<(), Refusal> {
    let accepted = match case.payload.token_type.as_deref() {
        Some(token_type) => token_type == "app",
        None => is_older_shape(case.payload),
    };
    refuse_unless(accepted, Status::WrongTokenType, || {
        "the token is not an application token: its type is not app".to_owned()
    })
}

fn is_older_shape(payload: &Payload<'_>) -> bool {
    let nonce = payload.nonce.as_deref().unwrap_or_default();
    !nonce.is_empty()
        && payload.identity_nonce.is_none()
        && matches!(Principal::of(payload), Some(Principal::Person { .. }))
}

fn expiry(case: &Case<'_>) -> Result<(), Refusal> {
    let moment = case.moment();
    refuse_unless(moment.is_before_the_end(), Status::Expired, || {
        format!(
            "the token expired {} s ago, at {}; leeway {} s",
            moment.seconds_late(),
            moment.times.expires_at.seconds(),
            case.config.leeway
        )
    })
}

fn start(case: &Case<'_>) -> Result<(), Refusal> {
    let moment = case.moment();
    refuse_unless(moment.is_after_the_start(), Status::NotYetValid, || {
        format!(
            "the token becomes valid in {} s, at {}; leeway {} s",
            moment.seconds_early(),
            moment.times.starts_at().seconds(),
            case.config.leeway
        )
    })
}

fn lifetime(case: &Case<'_>) -> Result<(), Refusal> {
    let (lifetime, most) = (lifetime_of(case), case.config.max_lifetime);
    refuse_unless(lifetime <= most, Status::SessionTooLong, || {
        format!("the lifetime of the token is {lifetime} s; at most {most} s are accepted")
    })
}

fn lifetime_of(case: &Case<'_>) -> i64 {
    case.payload.times.expires_at.since(case.payload.times.issued_at)
}

fn age(case: &Case<'_>) -> Result<(), Refusal> {
    let (age, most) = (case.moment().age(), case.config.max_age.unwrap_or_default());
    refuse_unless(case.moment().is_young_enough(), Status::SessionTooOld, || {
        format!("the login was {age} s ago; at most {most} s are accepted")
    })
}

fn principal(case: &Case<'_>) -> Result<(), Refusal> {
    refuse_unless(Principal::of(case.payload).is_some(), Status::AmbiguousIdentity, || {
        "the token identifies neither a person (sub and email) nor a service (common_name), or both"
            .to_owned()
    })
}

fn service(case: &Case<'_>) -> Result<(), Refusal> {
    let accepted = match Principal::of(case.payload) {
        Some(Principal::Service { client_id }) => case.config.accepts_service(client_id),
        _ => true,
    };
    refuse_unless(accepted, Status::ServiceNotAllowed, || {
        "the token belongs to a service whose Client ID is not allowed".to_owned()
    })
}

fn refuse_unless(passed: bool, status: Status, why: impl FnOnce() -> String) -> Result<(), Refusal> {
    #[cold]
    #[inline(never)]
    fn refuse(status: Status, why: impl FnOnce() -> String) -> Refusal {
        Refusal::new(status, why())
    }
    if passed { Ok(()) } else { Err(refuse(status, why)) }
}
