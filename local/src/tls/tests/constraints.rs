//! An authority with the constraints of ours, whose key the test keeps, cannot vouch for anything else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tempfile::TempDir;

use super::has_tool;
use crate::tls::Names;
use crate::tls::authority::{authority, leaf_params};

const GOOD: &str = "app.cfaccess.test";
const BAD: [&str; 5] =
    ["example.com", "acme.cloudflareaccess.com", "app.cfaccess.test.evil.test", "127.0.0.1", "::1"];

/// `ca.pem`, and `NAME.pem` with `NAME.key` for each name.
fn certificates() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (issuer, ca) = authority(&Names::new([GOOD], true)).unwrap();
    std::fs::write(folder.path().join("ca.pem"), ca).unwrap();
    for name in BAD.into_iter().chain([GOOD]) {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let leaf = leaf_params(name).unwrap().signed_by(&key, &issuer).unwrap();
        std::fs::write(folder.path().join(format!("{name}.pem")), leaf.pem()).unwrap();
        std::fs::write(folder.path().join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
    folder
}

/// What a program in tests/ prints for each name: `NAME accepted`, or `NAME refused` and why.
fn assert_verdicts(output: std::process::Output) {
    let printed = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let verdict = |name: &str| {
        printed.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).unwrap_or_default()
    };
    assert_eq!(verdict(GOOD), "accepted", "{printed}");
    for name in BAD {
        assert!(verdict(name).starts_with("refused"), "{printed}");
        assert!(
            ["permitted", "excluded", "constraint"].iter().any(|why| verdict(name).contains(why)),
            "{name} is refused for another reason: {printed}"
        );
    }
}

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tls/tests").join(name)
}

#[test]
fn rustls_refuses_other_names() {
    let folder = certificates();
    let read = |name: &str| CertificateDer::from_pem_file(folder.path().join(name)).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(read("ca.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let now = UnixTime::since_unix_epoch(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
    let verify = |name: &str| {
        let leaf = read(&format!("{name}.pem"));
        verifier.verify_server_cert(&leaf, &[], &ServerName::try_from(name).unwrap(), &[], now)
    };
    verify(GOOD).unwrap();
    for name in BAD {
        let error = verify(name).unwrap_err().to_string();
        assert!(error.contains("NameConstraint"), "{name}: {error}");
    }
}

#[test]
fn openssl_refuses_other_names() {
    if !has_tool("openssl") {
        return;
    }
    let folder = certificates();
    let mut printed = String::new();
    for name in BAD.into_iter().chain([GOOD]) {
        let option = if name.parse::<std::net::IpAddr>().is_ok() { "-verify_ip" } else { "-verify_hostname" };
        let output = Command::new("openssl")
            .args(["verify", "-x509_strict", "-purpose", "sslserver", option, name, "-CAfile", "ca.pem"])
            .arg(format!("{name}.pem"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        let why = String::from_utf8(output.stderr).unwrap().replace('\n', " ");
        let verdict = if output.status.success() { "accepted".to_owned() } else { format!("refused {why}") };
        printed += &format!("{name} {verdict}\n");
    }
    assert_verdicts(std::process::Output {
        stdout: printed.into(),
        ..Command::new("true").output().unwrap()
    });
}

#[test]
fn python_refuses_other_names() {
    if has_tool("python3") {
        let mut command = Command::new("python3");
        let folder = certificates();
        assert_verdicts(command.arg(beside("verify.py")).arg(folder.path()).output().unwrap());
    }
}

#[test]
fn go_refuses_other_names() {
    if has_tool("go") {
        let folder = certificates();
        let mut command = Command::new("go");
        command.env("GO111MODULE", "off").arg("run").arg(beside("verify.go")).arg(folder.path());
        assert_verdicts(command.output().unwrap());
    }
}
