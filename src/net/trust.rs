//! The certificate authorities that connections trust.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::{CertificateResult, Error, ErrorKind, load_native_certs};

use crate::status::{Refusal, Status};

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// What the platform trusts, or `SSL_CERT_FILE` and `SSL_CERT_DIR` in its place; and what `ca_file` adds.
pub(crate) fn trusted(ca_file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let mut platform = load_native_certs();
    check(&platform)?;
    let added = ca_file.map(certificates_in).transpose()?.unwrap_or_default();
    if platform.certs.is_empty() && added.is_empty() {
        return Err(invalid(why_none(&platform)));
    }
    platform.certs.extend(added);
    Ok(platform.certs)
}

/// A file or folder of the environment that cannot be read. Single files of a folder may be unreadable.
fn check(platform: &CertificateResult) -> Result<(), Refusal> {
    let folders: Vec<PathBuf> =
        variable(FOLDERS).map(|list| env::split_paths(&list).collect()).unwrap_or_default();
    let file = variable(FILE).map(PathBuf::from);
    let unreadable = |error: &Error| {
        let ErrorKind::Io { inner, path } = &error.kind else { return None };
        let name = match (&file, &folders) {
            (Some(file), _) if file == path => FILE,
            (_, folders) if folders.contains(path) => FOLDERS,
            _ => return None,
        };
        Some(invalid(format!("cannot read {}, which {name} names: {inner}", path.display())))
    };
    platform.errors.iter().find_map(unreadable).map_or(Ok(()), Err)
}

fn why_none(platform: &CertificateResult) -> String {
    let set: Vec<&str> = [FILE, FOLDERS].into_iter().filter(|name| variable(name).is_some()).collect();
    match (set.is_empty(), platform.errors.first()) {
        (false, _) => format!("what {} names holds no certificate", set.join(" or ")),
        (true, None) => {
            "this machine has no store of trusted certificate authorities; ca_file names some".to_owned()
        }
        (true, Some(error)) => {
            format!("the trusted certificate authorities of this machine cannot be read: {error}")
        }
    }
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// What a `ca_file` holds, at least one.
pub(crate) fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = match read {
        Ok(certificates) if certificates.is_empty() => {
            return Err(invalid(format!("the ca_file {} holds no certificate", file.display())));
        }
        Ok(certificates) => certificates,
        Err(error) => return Err(invalid(format!("cannot read the ca_file {}: {error}", file.display()))),
    };
    let mut usable = RootCertStore::empty();
    for certificate in &certificates {
        usable.add(certificate.clone()).map_err(|_| {
            invalid(format!("the ca_file {} holds a certificate that cannot be used", file.display()))
        })?;
    }
    Ok(certificates)
}

fn invalid(what: String) -> Refusal {
    Refusal::new(Status::InvalidConfig, what)
}
