use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::*;
use crate::state::State;

fn kids(ring: &KeyRing) -> Vec<String> {
    let document: Value = serde_json::from_slice(&ring.document().body).unwrap();
    let keys = document["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_document_has_both_keys_marked_and_in_the_order_of_cloudflare() {
    let ring = KeyRing::generate().unwrap();
    let body = String::from_utf8(ring.document().body.to_vec()).unwrap();
    let document: Value = serde_json::from_str(&body).unwrap();
    let (current, previous) = (ring.current(), ring.previous().unwrap());
    assert_eq!(kids(&ring), [current.kid.as_str(), previous.kid.as_str()]);
    for key in document["keys"].as_array().unwrap() {
        assert_eq!(key["cfaccess_local"], true);
        assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&"RSA".into(), &"RS256".into(), &"sig".into()));
        assert_eq!(key["e"], "AQAB");
        let kid = key["kid"].as_str().unwrap();
        assert!(kid.len() == 64 && kid.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    }
    let start = format!(
        r#"{{"keys":[{{"kid":"{}","kty":"RSA","alg":"RS256","use":"sig","e":"AQAB","n":""#,
        current.kid
    );
    assert!(body.starts_with(&start), "{body}");
    assert_eq!(document["public_cert"]["kid"], current.kid.as_str());
    assert_eq!(document["public_certs"][0], document["public_cert"]);
    assert_eq!(document["public_certs"][1]["kid"], previous.kid.as_str());
    assert!(!body.contains("PRIVATE"));
}

#[test]
fn two_rings_share_no_key() {
    let (one, other) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
    let all: BTreeSet<_> = kids(&one).into_iter().chain(kids(&other)).collect();
    assert_eq!(all.len(), 4);
    assert_ne!(one.document().etag, other.document().etag);
}

#[test]
fn fifty_readers_get_the_same_bytes() {
    let ring = KeyRing::generate().unwrap();
    let read = || {
        let document = ring.document();
        (document.body.clone(), document.etag.clone())
    };
    let first = read();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..50).map(|_| scope.spawn(read)).collect();
        for reader in readers {
            assert_eq!(reader.join().unwrap(), first);
        }
    });
}

#[test]
fn the_key_before_stays_until_it_is_retired() {
    let ring = KeyRing::generate().unwrap();
    let [first, oldest] = kids(&ring).try_into().unwrap();
    let etag = ring.document().etag.clone();
    ring.rotate().unwrap();
    let second = ring.current().kid.clone();
    assert_eq!(kids(&ring), [second.clone(), first.clone()]);
    assert!(ring.find(&first).is_some() && ring.find(&oldest).is_none());
    assert_ne!(ring.document().etag, etag);
    ring.retire_previous().unwrap();
    assert_eq!(kids(&ring), std::slice::from_ref(&second));
    assert!(ring.find(&first).is_none() && ring.find(&second).is_some());
}

#[test]
fn a_foreign_key_is_in_no_document_and_stays_the_same() {
    let ring = KeyRing::generate().unwrap();
    let kid = ring.foreign().unwrap().kid.clone();
    assert!(!kids(&ring).contains(&kid) && ring.find(&kid).is_none());
    assert_eq!(ring.foreign().unwrap().kid, kid);
}

#[test]
fn keys_outlive_the_process_in_a_state_folder() {
    let folder = tempfile::tempdir().unwrap();
    let open = || KeyRing::open(Arc::new(State::open(&folder.path().join("state")).unwrap())).unwrap();
    let ring = open();
    assert_eq!(kids(&open()), kids(&ring));
    ring.rotate().unwrap();
    assert_eq!(kids(&open()), kids(&ring));
    ring.retire_previous().unwrap();
    assert_eq!(kids(&open()), kids(&ring));
    assert_eq!(kids(&ring).len(), 1);
}

#[test]
fn of_two_that_start_at_once_both_have_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let open = || KeyRing::open(Arc::new(State::open(&path).unwrap())).unwrap();
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(open);
        (open(), other.join().unwrap())
    });
    assert_eq!(kids(&one), kids(&other));
}

#[test]
fn keys_that_cannot_be_read_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let state = Arc::new(State::open(&folder.path().join("state")).unwrap());
    for content in ["", "nothing", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        state.write("keys", content.as_bytes()).unwrap();
        let error = KeyRing::open(Arc::clone(&state)).err().unwrap().to_string();
        assert!(!error.contains('\n') && !error.contains("AAAA"), "{error}");
        assert_eq!(state.read("keys").unwrap().unwrap(), content.as_bytes());
    }
}

/// Runs OpenSSL; the package `openssl` is among those that tools/setup.sh installs.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn openssl_reads_the_certificates_and_finds_the_published_keys() {
    let ring = KeyRing::generate().unwrap();
    let document: Value = serde_json::from_slice(&ring.document().body).unwrap();
    for (key, cert) in
        document["keys"].as_array().unwrap().iter().zip(document["public_certs"].as_array().unwrap())
    {
        assert_eq!(key["kid"], cert["kid"]);
        let pem = cert["cert"].as_str().unwrap().as_bytes();
        let modulus = String::from_utf8(openssl(&["x509", "-noout", "-modulus"], pem)).unwrap();
        let n = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
        let n: String = n.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(modulus.trim(), format!("Modulus={n}"));

        let public = openssl(&["x509", "-noout", "-pubkey"], pem);
        let der = openssl(&["pkey", "-pubin", "-outform", "DER"], &public);
        let kid = openssl(&["dgst", "-sha256", "-r"], &der);
        assert!(kid.starts_with(key["kid"].as_str().unwrap().as_bytes()));

        let text = String::from_utf8(openssl(&["x509", "-noout", "-text"], pem)).unwrap();
        assert!(text.contains("Version: 3") && text.contains("sha256WithRSAEncryption"), "{text}");
        assert!(text.contains("(2048 bit)") && !text.contains("X509v3 extensions"), "{text}");
    }
}
