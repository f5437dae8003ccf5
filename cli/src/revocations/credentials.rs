//! What a call to Cloudflare needs: the API token, the account, and whom to trust.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::Certificate;

use crate::exit::Failure;
use crate::settings::variable;

/// For tests: another address, on this machine only.
const OTHER_BASE: &str = "CFACCESS_TEST_CLOUDFLARE_API";
const TOKEN: &str = "CLOUDFLARE_API_TOKEN";
const TOKEN_BYTES_MAX: usize = 1_024;

/// The API token, from a file or the environment and never from an argument.
pub fn token(file: Option<&PathBuf>) -> Result<String, Failure> {
    let token = match file {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| Failure::config(format!("cannot read {}: {error}", path.display())))?,
        None => variable(TOKEN)?.ok_or_else(|| {
            Failure::config("no API token for --cloudflare; set CLOUDFLARE_API_TOKEN or --api-token-file")
        })?,
    };
    let token = token.trim();
    if token.is_empty() || token.len() > TOKEN_BYTES_MAX || !token.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(Failure::config("the API token is not one line of printable characters"));
    }
    Ok(token.to_owned())
}

/// An ID becomes part of a path.
pub fn check_id(what: &str, id: &str) -> Result<(), Failure> {
    let sane =
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if sane {
        Ok(())
    } else {
        Err(Failure::config(format!("the {what} ID is not letters, digits and hyphens")))
    }
}

/// The address that tests set in place of Cloudflare's.
pub fn other_base() -> Result<Option<String>, Failure> {
    variable(OTHER_BASE)?.map(check_loopback).transpose()
}

/// The API token must not reach another host.
fn check_loopback(base: String) -> Result<String, Failure> {
    let address = base.strip_prefix("http://").and_then(|rest| rest.rsplit_once(':')).map(|(host, _)| host);
    let host = address.map(|host| host.trim_matches(['[', ']']).parse::<IpAddr>());
    match host {
        Some(Ok(address)) if address.is_loopback() => Ok(base),
        _ => Err(Failure::config(format!("{OTHER_BASE} is for tests: http://127.0.0.1:PORT only"))),
    }
}

/// What the platform trusts, and the authorities of the file.
pub fn trusted(ca_file: Option<&Path>) -> Result<Vec<Certificate<'static>>, Failure> {
    let mut all = rustls_native_certs::load_native_certs().certs;
    if let Some(path) = ca_file {
        let added = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        all.extend(added.map_err(|error| {
            Failure::config(format!("cannot read the ca_file {}: {error}", path.display()))
        })?);
    }
    Ok(all.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_talk_to_this_machine_only() {
        for base in ["http://127.0.0.1:80", "http://[::1]:8080"] {
            assert!(check_loopback(base.to_owned()).is_ok(), "{base}");
        }
        for base in [
            "https://127.0.0.1:1",
            "http://127.0.0.1",
            "http://192.0.2.1:80",
            "http://localhost:80",
            "http://127.0.0.1@example.com:80",
            "http://127.0.0.1:80/v4:80",
            "",
        ] {
            assert!(check_loopback(base.to_owned()).is_err(), "{base}");
        }
    }

    #[test]
    fn an_id_is_one_step_of_a_path() {
        assert!(check_id("app", "f174e90a-fafe-4643-bbbc-4a0ed4fc8415").is_ok());
        for id in ["", "a/b", "..", "a?b", "a b"] {
            assert!(check_id("app", id).is_err(), "{id}");
        }
    }
}
