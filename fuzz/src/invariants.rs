//! What is true of every refusal and of all claims.

use std::collections::HashSet;

use cfaccess::{Claims, Kind};

use super::genuine::{AUDIENCE, ISSUER};

/// This many consecutive bytes of an input in a message are no coincidence.
const RUN: usize = 20;

/// One printable line of at most 256 bytes that shows no part of the inputs except a `kid` of hex digits.
pub fn check_message(message: &str, inputs: &[&[u8]]) {
    assert!(!message.is_empty() && message.len() <= 256, "{} bytes: {message}", message.len());
    assert!(message.bytes().all(|byte| matches!(byte, 0x20..=0x7e)), "{message:?}");

    let harmless: HashSet<u64> = [AUDIENCE, ISSUER].into_iter().flat_map(runs).collect();
    let hex = message.as_bytes().windows(RUN).map(|run| run.iter().all(u8::is_ascii_hexdigit));
    let shown: HashSet<u64> = runs(message)
        .zip(hex)
        .filter(|(run, hex)| !hex && !harmless.contains(run))
        .map(|(run, _)| run)
        .collect();
    let leaks = inputs.iter().any(|input| runs(input).any(|run| shown.contains(&run)));
    assert!(!leaks, "the message shows the input: {message}");
}

/// The hash of every run of bytes: from the bytes themselves, a fuzzer that traces comparisons would learn to
/// write messages into inputs.
fn runs<'a>(text: &'a (impl AsRef<[u8]> + ?Sized)) -> impl Iterator<Item = u64> + 'a {
    let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    text.as_ref().windows(RUN).map(move |run| run.iter().fold(0xcbf2_9ce4_8422_2325, fnv))
}

/// Accepted claims name a principal and contain no NUL.
pub fn check_claims(claims: &Claims) {
    let named = |claim: Option<&str>| claim.is_some_and(|text| !text.is_empty());
    let host = "acme.cloudflareaccess.com";
    let key = match claims.kind() {
        Kind::Person => {
            assert!(named(claims.subject()) && named(claims.email()) && claims.common_name().is_none());
            format!("{host}/person/{}", claims.subject().unwrap_or_default())
        }
        Kind::Service => {
            assert!(named(claims.common_name()) && !named(claims.subject()) && !named(claims.email()));
            format!("{host}/service/{}", claims.common_name().unwrap_or_default())
        }
    };
    assert_eq!(claims.principal_id(), key);
    assert_eq!(claims.issuer(), ISSUER);
    assert!(claims.audiences().any(|audience| audience == AUDIENCE));
    assert!(claims.issued_at() < claims.expires_at());
    assert!(serde_json::from_str::<serde_json::Value>(claims.payload()).is_ok_and(|json| json.is_object()));
    assert!(!claims.payload().contains('\0') && !claims.principal_id().contains('\0'));
}
