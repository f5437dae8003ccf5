//! Requests: any headers, in which certain bytes stand for genuine tokens.

use std::sync::OnceLock;

use cfaccess::{Config, EmailHeader, Keys, Refusal, Timestamp, Verified, Verifier};

use super::genuine::{self, AUDIENCE, NOW};
use super::invariants::{check_claims, check_message};

const ASSERTION: &str = "cf-access-jwt-assertion";
const EMAIL: &str = "cf-access-authenticated-user-email";

type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// A line for each header, its name before the first colon. In values the bytes 1, 2 and 3 stand
/// for the tokens of a person, another person and a service.
pub fn run(input: &[u8]) {
    let headers: Headers = input.split(|&byte| byte == b'\n').map(header).collect();
    let outcomes = verifiers().each_ref().map(|verifier| verify(verifier, &headers));

    for (verifier, outcome) in verifiers().iter().zip(&outcomes) {
        match outcome {
            Ok(claims) => {
                check_claims(claims);
                check_source(verifier, &headers, claims);
            }
            Err(refusal) => check_message(refusal.message(), &tokens().each_ref().map(Vec::as_slice)),
        }
        check_rewritten(verifier, &headers, outcome);
    }

    let [require, check, ignore, cookie] = &outcomes;
    for (strict, lenient) in [(require, check), (check, ignore), (ignore, cookie)] {
        assert!(strict.is_err() || same(strict, lenient), "what is allowed by less is refused by more");
    }
    if let Ok(claims) = check {
        // The addresses of these tokens are ASCII.
        let verified = claims.email().unwrap_or_default().as_bytes();
        let is_verified = |value: &[u8]| value.eq_ignore_ascii_case(verified);
        assert!(values_of(&headers, EMAIL).all(is_verified), "another e-mail is believed");
    }
}

fn header(line: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
    let (name, value) = line.split_at(colon);
    let value = value.strip_prefix(b":").unwrap_or_default();
    let expanded = value.iter().flat_map(|byte| match byte {
        1..=3 => tokens()[usize::from(byte - 1)].as_slice(),
        _ => std::slice::from_ref(byte),
    });
    (name.to_vec(), expanded.copied().collect())
}

/// The claims are those of the one assertion header, or, without one, of a cookie. All cookies that verify name one
/// principal.
fn check_source(verifier: &Verifier, headers: &Headers, claims: &Verified) {
    let assertions: Vec<_> = values_of(headers, ASSERTION).collect();
    let read = match assertions.as_slice() {
        [] => cookies(headers),
        [only] => vec![*only],
        _ => panic!("{} headers", assertions.len()),
    };
    let verified: Vec<_> = read.iter().filter_map(|token| verifier.verify_at(token, time()).ok()).collect();
    assert!(verified.iter().all(|other| other.principal_id() == claims.principal_id()), "another principal");
    assert!(verified.iter().any(|one| format!("{one:?}") == format!("{claims:?}")), "claims of no token");
}

fn cookies(headers: &Headers) -> Vec<&[u8]> {
    values_of(headers, "cookie")
        .flat_map(|value| value.split(|&byte| byte == b';'))
        .filter_map(|pair| pair.trim_ascii().strip_prefix(b"CF_Authorization="))
        .collect()
}

/// What says the same in another way has the same outcome.
fn check_rewritten(verifier: &Verifier, headers: &Headers, outcome: &Result<Verified, Refusal>) {
    // Of several cookies that are refused, the first names the reason.
    let reversed =
        if cookies(headers).len() > 1 { headers.clone() } else { headers.iter().rev().cloned().collect() };
    let upper = headers.iter().map(|(name, value)| (name.to_ascii_uppercase(), value.clone())).collect();
    let mut more = headers.clone();
    for (name, value) in [("Authorization", "Bearer "), ("Cf-Access-Token", ""), ("Cookie", "a=1; b")] {
        more.push((name.into(), [value.as_bytes(), &tokens()[1]].concat()));
    }
    for rewritten in [reversed, upper, more] {
        assert!(same(&verify(verifier, &rewritten), outcome));
    }
}

fn same(one: &Result<Verified, Refusal>, other: &Result<Verified, Refusal>) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

fn values_of<'a>(headers: &'a Headers, wanted: &'static str) -> impl Iterator<Item = &'a [u8]> {
    let named = move |name: &[u8]| name.eq_ignore_ascii_case(wanted.as_bytes());
    headers.iter().filter(move |(name, _)| named(name)).map(|(_, value)| value.as_slice())
}

fn verify(verifier: &Verifier, headers: &Headers) -> Result<Verified, Refusal> {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
    verifier.verify_request_at(&headers, time())
}

fn time() -> Timestamp {
    Timestamp::new(NOW).expect("a time")
}

fn tokens() -> &'static [Vec<u8>; 3] {
    static TOKENS: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    TOKENS.get_or_init(|| {
        let signed = |who: &str| {
            let payload = format!(
                r#"{{"iss":"{}","aud":["{AUDIENCE}"],"type":"app","iat":{},"exp":{},{who}}}"#,
                genuine::ISSUER,
                NOW - 60,
                NOW + 3_600
            );
            genuine::signed(genuine::header().as_bytes(), payload.as_bytes())
        };
        [
            signed(r#""sub":"7335d417","email":"user@example.com""#),
            signed(r#""sub":"ca639bb9","email":"admin@example.com""#),
            signed(r#""sub":"","common_name":"id.access""#),
        ]
    })
}

/// From the one that allows least to the one that allows most.
fn verifiers() -> &'static [Verifier; 4] {
    static VERIFIERS: OnceLock<[Verifier; 4]> = OnceLock::new();
    VERIFIERS.get_or_init(|| {
        let keys = Keys::from_json(genuine::DOCUMENT).expect("keys");
        let policies = [EmailHeader::Require, EmailHeader::Check, EmailHeader::Ignore, EmailHeader::Ignore];
        let [require, check, ignore, mut cookie] = policies.map(config);
        cookie.accept_cookie();
        [require, check, ignore, cookie]
            .map(|config| Verifier::new(config, keys.clone()).expect("a verifier"))
    })
}

fn config(policy: EmailHeader) -> Config {
    let mut config = Config::new("acme").expect("a team");
    config.add_audience(AUDIENCE).expect("an audience");
    config.allow_any_service().expect("services");
    config.set_email_header(policy);
    config
}
