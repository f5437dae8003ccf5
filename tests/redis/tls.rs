//! TLS: whose certificate is accepted.

use std::path::{Path, PathBuf};
use std::process::Command;

use cfaccess::{Revocations, Status};

use crate::reader::{Reader, options, revoke};
use crate::support::fetched::eventually;
use crate::support::redis_server::{Server, free_port};

const URL: &str = "CFACCESS_TEST_TLS_STORE";
const CA_FILE: &str = "CFACCESS_TEST_TLS_CA_FILE";

/// An authority and a server's certificate for `localhost`, good from now on for so many days.
struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    /// None, which is told on standard error, where there is no openssl.
    fn new(days: i32) -> Option<Certificates> {
        let certificates = Certificates { folder: tempfile::tempdir().expect("a folder") };
        let is_made = certificates.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "10",
            "-subj",
            "/CN=authority",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-addext",
            "basicConstraints=critical,CA:true",
            "-addext",
            "keyUsage=critical,keyCertSign",
        ]) && certificates.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ]);
        std::fs::write(
            certificates.file("extensions"),
            "subjectAltName=DNS:localhost\nbasicConstraints=CA:false\nextendedKeyUsage=serverAuth\n",
        )
        .expect("a file");
        let days = days.to_string();
        let is_signed = certificates.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            &days,
            "-extfile",
            "extensions",
            "-out",
            "server.pem",
        ]);
        if !(is_made && is_signed) {
            eprintln!("SKIP tls: openssl");
            return None;
        }
        Some(certificates)
    }

    fn openssl(&self, arguments: &[&str]) -> bool {
        let output = Command::new("openssl").args(arguments).current_dir(self.folder.path()).output();
        output.is_ok_and(|output| output.status.success())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server and its port for TLS.
    fn server(&self) -> Option<(Server, u16)> {
        let (port, files) = (free_port(), ["server.pem", "server.key", "ca.pem"].map(|name| self.file(name)));
        let [certificate, key, authority] = files.each_ref().map(|file| file.to_str().expect("a path"));
        let server = Server::start(&[
            "--tls-port",
            &port.to_string(),
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-ca-cert-file",
            authority,
            "--tls-auth-clients",
            "no",
        ])?;
        Some((server, port))
    }
}

fn reader(url: &str, ca_file: &Path) -> Reader {
    let mut options = options();
    options.ca_file = Some(ca_file.to_owned());
    Reader::with(url, options)
}

fn error_of(url: &str, ca_file: &Path) -> String {
    let reader = reader(url, ca_file);
    assert_eq!(reader.verdict("ada"), Status::RevocationsUnavailable);
    // Where the machine is busy, callers stop waiting before they learn why.
    let error = || reader.status().last_error.filter(|error| error.contains("the store "));
    eventually("a reason", || reader.verdict("ada") != Status::RevocationsUnavailable || error().is_some());
    error().expect("a reason")
}

#[test]
fn a_certificate_of_the_authority_is_accepted_and_no_other() {
    let (Some(own), Some(other)) = (Certificates::new(5), Certificates::new(5)) else { return };
    let Some((server, port)) = own.server() else { return };
    let url = format!("rediss://localhost:{port}");
    let trusting = reader(&url, &own.file("ca.pem"));
    revoke(&trusting.revocations, "ada").expect("a receipt");
    assert_eq!(trusting.verdict("ada"), Status::Revoked);
    (0..3).for_each(|_| trusting.read_again());
    assert_eq!((trusting.status().failures, trusting.status().losses), (0, 0));
    server.run_command("CLIENT KILL TYPE normal SKIPME yes");
    trusting.read_again();
    assert_eq!(trusting.status().failures, 0, "it connects again");

    let elsewhere = error_of(&url, &other.file("ca.pem"));
    assert!(elsewhere.starts_with("the certificate of the store is from "), "{elsewhere}");
    assert!(elsewhere.ends_with("; set ca_file to it"), "{elsewhere}");
    let by_address = error_of(&format!("rediss://127.0.0.1:{port}"), &own.file("ca.pem"));
    assert_eq!(by_address, "the certificate of the store is for another host");
    let without_tls = error_of(&format!("rediss://localhost:{}", server.port), &own.file("ca.pem"));
    assert_eq!(
        without_tls,
        "the store did not complete the TLS handshake in time; does it speak TLS on this port?"
    );
    let plain = Reader::of(&format!("redis://localhost:{port}"));
    assert_eq!(plain.verdict("ada"), Status::RevocationsUnavailable);
}

#[test]
fn a_certificate_that_has_expired_is_refused() {
    let Some(certificates) = Certificates::new(-1) else { return };
    let Some((_server, port)) = certificates.server() else { return };
    let error = error_of(&format!("rediss://localhost:{port}"), &certificates.file("ca.pem"));
    assert!(error.starts_with("the certificate of the store "), "{error}");
    assert!(error.contains("expired"), "{error}");
}

#[test]
fn mistakes_show_when_the_store_is_opened() {
    let mut options = options();
    options.ca_file = Some("/nowhere/ca.pem".into());
    for (url, expected) in [
        ("rediss://localhost", "cannot read the ca_file /nowhere/ca.pem"),
        ("rediss://under_score..example", "the host of the store is no valid name for TLS"),
        ("rediss://localhost#insecure", "the URL of the store has a #"),
    ] {
        let refusal = Revocations::open(url, "acme", options.clone()).map(drop).expect_err(url);
        assert_eq!(refusal.status(), Status::InvalidConfig);
        assert!(refusal.message().starts_with(expected), "{url}: {refusal}");
    }
}

/// The process of the test below.
#[test]
#[ignore = "runs in a process of its own"]
fn a_process_without_certificates_of_the_platform() {
    let (Ok(url), Ok(ca_file)) = (std::env::var(URL), std::env::var(CA_FILE)) else { return };
    let refusal = Revocations::open(&url, "acme", options()).map(drop).expect_err("no authorities");
    assert_eq!(refusal.status(), Status::InvalidConfig);
    assert_eq!(reader(&url, Path::new(&ca_file)).verdict("ada"), Status::Ok);
    println!("done");
}

#[test]
fn a_platform_without_certificates_needs_a_ca_file() {
    let Some(certificates) = Certificates::new(5) else { return };
    let Some((_server, port)) = certificates.server() else { return };
    let empty = tempfile::tempdir().expect("a folder");
    let output = Command::new(std::env::current_exe().expect("a program"))
        .args(["--exact", "tls::a_process_without_certificates_of_the_platform", "--ignored", "--nocapture"])
        .env(URL, format!("rediss://localhost:{port}"))
        .env(CA_FILE, certificates.file("ca.pem"))
        .env("SSL_CERT_DIR", empty.path())
        .env_remove("SSL_CERT_FILE")
        .output()
        .expect("a process");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("done"), "{told}{}", String::from_utf8_lossy(&output.stderr));
}
