//! The rules that the claims of a signed token must pass, in the order in which they refuse.

use crate::config::Config;
use crate::payload::Payload;
use crate::principal::Principal;
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// What a rule looks at.
pub(crate) struct Case<'a> {
    pub(crate) config: &'a Config,
    pub(crate) payload: &'a Payload<'a>,
    pub(crate) now: Timestamp,
}

type Rule = fn(&Case<'_>) -> Result<(), Refusal>;

/// Every rule, in order; the first that fails names the refusal.
pub(crate) const RULES: [Rule; 8] =
    [issuer, audience, token_type, expiry, start, lifetime, principal, service];

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

/// Access signs other things with the same keys; only `app` is a login. The older shape of an
/// application token has no type and is known by a person with a `nonce` and no `identity_nonce`.
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

/// RFC 7519 section 4.1.4: not "on or after" `exp`.
fn expiry(case: &Case<'_>) -> Result<(), Refusal> {
    let (late, leeway) = (case.now.since(case.payload.expires_at), case.config.leeway);
    refuse_unless(late < leeway, Status::Expired, || {
        format!("the token expired {late} s ago, at {}; leeway {leeway} s", case.payload.expires_at.seconds())
    })
}

fn start(case: &Case<'_>) -> Result<(), Refusal> {
    let starts =
        case.payload.not_before.map_or(case.payload.issued_at, |nbf| nbf.max(case.payload.issued_at));
    let (early, leeway) = (starts.since(case.now), case.config.leeway);
    refuse_unless(early <= leeway, Status::NotYetValid, || {
        format!("the token is valid in {early} s, from {}; leeway {leeway} s", starts.seconds())
    })
}

fn lifetime(case: &Case<'_>) -> Result<(), Refusal> {
    let lifetime = case.payload.expires_at.since(case.payload.issued_at);
    let most = case.config.max_lifetime;
    refuse_unless(lifetime <= most, Status::SessionTooLong, || {
        format!("the token lives {lifetime} s; at most {most} s are accepted")
    })
}

fn principal(case: &Case<'_>) -> Result<(), Refusal> {
    refuse_unless(Principal::of(case.payload).is_some(), Status::AmbiguousIdentity, || {
        "the token names neither a person (sub and email) nor a service (common_name), or both".to_owned()
    })
}

fn service(case: &Case<'_>) -> Result<(), Refusal> {
    let accepted = match Principal::of(case.payload) {
        Some(Principal::Service { client_id }) => case.config.accepts_service(client_id),
        _ => true,
    };
    refuse_unless(accepted, Status::ServiceNotAllowed, || {
        "the token is a service's and its Client ID is not among the allowed ones".to_owned()
    })
}

fn refuse_unless(holds: bool, status: Status, why: impl FnOnce() -> String) -> Result<(), Refusal> {
    #[cold]
    #[inline(never)]
    fn refuse(status: Status, why: impl FnOnce() -> String) -> Refusal {
        Refusal::new(status, why())
    }
    if holds { Ok(()) } else { Err(refuse(status, why)) }
}
