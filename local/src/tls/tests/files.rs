use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::server::{Server, ServerOptions};
use crate::tls::Names;

fn options(state: Option<&Path>) -> ServerOptions {
    ServerOptions {
        port: 0,
        tls: true,
        names: Names::new(["app.cfaccess.test"], false),
        listen: None,
        expose: false,
        tunnel_others: false,
        state: state.map(Path::to_owned),
    }
}

/// The labels of what is in the PEM files of a folder, in which nothing else is.
fn labels(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["ca-bundle.pem", "ca.pem"]);
    let texts = names.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap());
    let begins = |line: &&str| line.starts_with("-----BEGIN");
    texts.flat_map(|text| text.lines().filter(begins).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn no_file_holds_a_key() {
    let state = tempfile::tempdir().unwrap();
    for state in [Some(state.path()), None] {
        let server = Server::bind(&options(state)).unwrap();
        let ca = server.ca_file().unwrap();
        let folder = ca.parent().unwrap().to_owned();
        let labels = labels(&folder);
        assert!(labels.len() >= 2);
        assert!(labels.iter().all(|label| label == "-----BEGIN CERTIFICATE-----"), "{labels:?}");
        if state.is_none() {
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o7777, 0o700);
        }
        drop(server);
        assert_eq!(folder.exists(), state.is_some());
    }
}

#[test]
fn the_bundle_holds_the_roots_of_the_system_too() {
    let server = Server::bind(&options(None)).unwrap();
    let variables = server.environment();
    let bundle = |wanted: &str| variables.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
    let text = fs::read_to_string(bundle("SSL_CERT_FILE")).unwrap();
    let own = fs::read_to_string(bundle("NODE_EXTRA_CA_CERTS")).unwrap();
    assert_eq!(bundle("REQUESTS_CA_BUNDLE"), bundle("CURL_CA_BUNDLE"));
    let roots = rustls_native_certs::load_native_certs().certs;
    assert_eq!(text.matches("BEGIN").count(), roots.len() + 1);
    assert!(text.ends_with(&own) && own.matches("BEGIN").count() == 1);
    use rustls::pki_types::pem::PemObject;
    let read = rustls::pki_types::CertificateDer::pem_slice_iter(text.as_bytes());
    let read: Vec<_> = read.collect::<Result<_, _>>().unwrap();
    assert_eq!(read[..roots.len()], roots);
}

#[test]
fn names_are_settled_at_the_start() {
    let names = Names::new(["app.cfaccess.test"], true);
    assert_eq!(names.find("APP.cfaccess.test"), Some("app.cfaccess.test"));
    assert_eq!(names.find("sub.app.cfaccess.test"), None);
    assert_eq!(names.iter().count(), 3);
    let mut config = crate::config::Config {
        team: crate::config::TeamSettings {
            session_duration: 1,
            strict_service_token_auth: true,
            revocation_delay: 0,
        },
        applications: Vec::new(),
        users: Vec::new(),
        service_tokens: Vec::new(),
        cloudflared: true,
    };
    assert_eq!(names.refusal(&config), None);
    let without = Names::new([], false);
    assert_eq!(
        without.refusal(&config).unwrap(),
        "login.cloudflareaccess.org has no certificate, since all of them are signed at the start; \
         restart to serve it"
    );
    config.cloudflared = false;
    assert_eq!(without.refusal(&config), None);
}
