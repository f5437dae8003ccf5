//! How programs find this Access, and trust it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::tls::TrustFiles;

/// With the plain face.
pub(super) fn plain(port: u16) -> Vec<(String, String)> {
    vec![local(port)]
}

/// With the exact face, which listens on `bound`.
pub(super) fn exact(bound: SocketAddr, files: &TrustFiles) -> Vec<(String, String)> {
    let address = match bound.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    let proxy = format!("http://{}", SocketAddr::new(address, bound.port()));
    let (ca, bundle) = (files.ca().display().to_string(), files.bundle().display().to_string());
    let mut variables = Vec::new();
    if address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST {
        variables.push(("CFACCESS_LOCAL".to_owned(), proxy.clone()));
    }
    variables.extend([
        ("HTTPS_PROXY".to_owned(), proxy.clone()),
        ("https_proxy".to_owned(), proxy),
        ("SSL_CERT_FILE".to_owned(), bundle.clone()),
        ("REQUESTS_CA_BUNDLE".to_owned(), bundle.clone()),
        ("CURL_CA_BUNDLE".to_owned(), bundle),
        // Node adds it to its own roots.
        ("NODE_EXTRA_CA_CERTS".to_owned(), ca),
    ]);
    variables
}

fn local(port: u16) -> (String, String) {
    ("CFACCESS_LOCAL".to_owned(), format!("http://{}:{port}", Ipv4Addr::LOCALHOST))
}
