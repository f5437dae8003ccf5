//! The certificate authority. It exists while this file runs: its key is never written, and dropped with the last
//! signature.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256,
    date_time_ymd,
};
use rustls::crypto::aws_lc_rs::{default_provider, sign};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};

use super::Names;

/// How long the authority and its certificates are valid.
const VALIDITY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How far the clock of a client (a container, a virtual machine) may lag.
const LAG: Duration = Duration::from_secs(5 * 60);

/// What is left of the authority: its certificate, and one for each name.
#[derive(Debug)]
pub(crate) struct Certificates {
    /// The certificate of the authority, in PEM.
    pub(crate) ca: String,
    leaves: HashMap<String, Arc<CertifiedKey>>,
}

/// A certificate could not be made; one line.
#[derive(Debug)]
pub(crate) struct CertificateError(String);

impl std::fmt::Display for CertificateError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "cannot make certificates: {}", self.0)
    }
}

impl<E: std::error::Error> From<E> for CertificateError {
    fn from(error: E) -> CertificateError {
        CertificateError(error.to_string())
    }
}

impl Certificates {
    /// Makes an authority that can vouch for these names and for nothing else, signs them, and forgets its key.
    pub(crate) fn make(names: &Names) -> Result<Certificates, CertificateError> {
        let (issuer, ca) = authority(names)?;
        let sign = |name: &str| Ok((name.to_owned(), leaf(name, &issuer)?));
        let leaves = names.iter().map(sign).collect::<Result<_, CertificateError>>()?;
        Ok(Certificates { ca, leaves })
    }

    /// TLS for a client that names any of the hosts.
    pub(crate) fn for_all(&self) -> Result<Arc<ServerConfig>, CertificateError> {
        tls(self.leaves.clone())
    }

    /// TLS for a client that names this host, for each of them.
    pub(crate) fn for_each(&self) -> Result<HashMap<String, Arc<ServerConfig>>, CertificateError> {
        let one = |(name, leaf): (&String, &Arc<CertifiedKey>)| {
            Ok((name.clone(), tls(HashMap::from([(name.clone(), Arc::clone(leaf))]))?))
        };
        self.leaves.iter().map(one).collect()
    }
}

/// A key and a certificate with constraints for exactly these names; those below them are permitted with them
/// (RFC 5280 section 4.2.1.10). An address is a form of name of its own, and has to be excluded as such.
pub(super) fn authority(names: &Names) -> Result<(Issuer<'static, KeyPair>, String), CertificateError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = dated();
    params.distinguished_name = common_name("cfaccess-local: this computer only, for a week");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.iter().map(|name| GeneralSubtree::DnsName(name.to_owned())).collect(),
        excluded_subtrees: vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ],
    });
    let certificate = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), certificate))
}

fn leaf(name: &str, issuer: &Issuer<'_, KeyPair>) -> Result<Arc<CertifiedKey>, CertificateError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = leaf_params(name)?.signed_by(&key, issuer)?;
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let signer = sign::any_ecdsa_type(&private)?;
    Ok(Arc::new(CertifiedKey::new(vec![certificate.into()], signer)))
}

/// `name` is a host or an address.
pub(super) fn leaf_params(name: &str) -> Result<CertificateParams, CertificateError> {
    let subject = CertificateParams::new([name.to_owned()])?;
    let mut params = dated();
    params.subject_alt_names = subject.subject_alt_names;
    params.distinguished_name = common_name("cfaccess-local");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn dated() -> CertificateParams {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(1970, 1, 1) + now.saturating_sub(LAG);
    params.not_after = params.not_before + VALIDITY;
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn tls(leaves: HashMap<String, Arc<CertifiedKey>>) -> Result<Arc<ServerConfig>, CertificateError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(ByName(leaves)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The certificate of the name that the client gives; without a name, or with another, the handshake fails.
#[derive(Debug)]
struct ByName(HashMap<String, Arc<CertifiedKey>>);

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.get(hello.server_name()?).cloned()
    }
}
