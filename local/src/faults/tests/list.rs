use std::collections::BTreeSet;

use cfaccess::Status;

use crate::faults::{Fault, Stage};

#[test]
fn names_are_unique_and_found_again() {
    let names: BTreeSet<_> = Fault::all().map(Fault::name).collect();
    assert_eq!(names.len(), Fault::all().count());
    for fault in Fault::all() {
        assert_eq!(Fault::parse(fault.name()), Some(fault));
        assert!(!fault.effect().is_empty());
    }
    assert_eq!(Fault::parse("Expired"), None);
    assert_eq!(Fault::parse(""), None);
}

#[test]
fn every_status_is_one_of_the_library() {
    for fault in Fault::all() {
        match fault.status() {
            Some(name) => assert!(Status::all().any(|status| status.name() == name), "{name}"),
            None => assert_eq!(fault.stage(), Stage::Edge),
        }
    }
}

#[test]
fn everything_that_was_promised_is_there() {
    let names = "token-missing token-cut token-large token-opaque alg-none alg-hs256 crit key-unknown signature-bad \
                 claims-duplicate claim-missing-exp claim-exp-text wrong-team wrong-app type-org type-meta type-match \
                 expired future too-long identity-none identity-both email-other header-twice certs-500 certs-404 \
                 certs-html certs-empty certs-slow certs-cut certs-redirect certs-stale certs-only-new certs-only-old \
                 edge-302-xhr edge-401-all edge-503 edge-slow edge-cut ws-close";
    assert!(names.split_whitespace().eq(Fault::all().map(Fault::name)));
}
