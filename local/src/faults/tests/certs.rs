use std::time::Duration;

use cfaccess::{Config, Keys, Verifier};

use crate::faults::{CertsAnswer, Fault, Stage, apply_to_certs};
use crate::keys::{KeyRing, SigningKey};
use crate::team::TEAM;
use crate::tokens::tests::support::*;
use crate::tokens::{Typ, sign};

fn answer(fault: Fault, ring: &KeyRing) -> CertsAnswer {
    apply_to_certs(fault, ring).unwrap().unwrap()
}

/// What the library says of a token of this key to an origin that has just started and meets this answer. Whatever is
/// not a whole answer of 200 in time is nothing to it, as is a document without usable keys: the tests of the library
/// show that.
fn status_at_start(answer: &CertsAnswer, key: &SigningKey) -> &'static str {
    if answer.status != 200 || answer.delay > Duration::from_secs(5) || answer.cut_at.is_some() {
        return "KEYS_UNAVAILABLE";
    }
    let Ok(keys) = Keys::from_json(&answer.body) else { return "KEYS_UNAVAILABLE" };
    let mut config = Config::new(TEAM).unwrap();
    config.add_audience(AUD).unwrap();
    let verifier = Verifier::new(config, keys).unwrap();
    status(&verifier, &sign(key, Typ::None, &of_person(system_now(), 60)))
}

#[test]
fn every_fault_of_the_keys_has_its_status() {
    let ring = KeyRing::generate().unwrap();
    ring.rotate().unwrap();
    for fault in Fault::all().filter(|fault| fault.stage() == Stage::Certs) {
        let key = if fault == Fault::CertsOnlyNew { ring.previous().unwrap() } else { ring.current() };
        let status = status_at_start(&answer(fault, &ring), &key);
        assert_eq!(Some(status), fault.status(), "{}", fault.name());
    }
}

#[test]
fn other_faults_have_nothing_to_do_with_the_keys() {
    let ring = shared_ring();
    for fault in Fault::all().filter(|fault| fault.stage() != Stage::Certs) {
        assert_eq!(apply_to_certs(fault, ring).unwrap(), None);
    }
}

#[test]
fn a_stale_document_is_that_from_before_the_rotation() {
    let ring = KeyRing::generate().unwrap();
    let first = ring.document().body.clone();
    assert_eq!(answer(Fault::CertsStale, &ring).body, first);
    ring.rotate().unwrap();
    assert_eq!(answer(Fault::CertsStale, &ring).body, first);
    assert_eq!(status_at_start(&answer(Fault::CertsStale, &ring), &ring.previous().unwrap()), "OK");
}

#[test]
fn without_a_previous_key_the_old_one_is_still_not_the_one_that_signs() {
    let ring = KeyRing::generate().unwrap();
    ring.retire_previous().unwrap();
    let answer = answer(Fault::CertsOnlyOld, &ring);
    assert_eq!(status_at_start(&answer, &ring.current()), "UNKNOWN_KEY");
}

#[test]
fn answers_are_as_their_names_say() {
    let ring = shared_ring();
    for (fault, status) in [(Fault::Certs500, 500), (Fault::Certs404, 404), (Fault::CertsRedirect, 302)] {
        assert_eq!(answer(fault, ring).status, status);
    }
    let redirect = answer(Fault::CertsRedirect, ring);
    assert!(
        redirect.headers.iter().any(|(name, value)| *name == "location" && value.starts_with("https://"))
    );
    let cut = answer(Fault::CertsCut, ring);
    assert!(cut.cut_at.unwrap() < cut.body.len());
    for fault in Fault::all().filter(|fault| fault.stage() == Stage::Certs) {
        let answer = answer(fault, ring);
        assert!(answer.headers.iter().any(|header| *header == ("cache-control", "no-store".to_owned())));
    }
}
