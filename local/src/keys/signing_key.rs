//! One RSA-2048 key with its certificate.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk as ReadJwk};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use rcgen::{CertificateParams, DistinguishedName, DnType, PublicKeyData};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde::Serialize;

use super::KeyError;
use crate::team::TEAM_HOST;

/// A private key, its public half as a JWK and as a self-signed certificate.
pub(crate) struct SigningKey {
    /// Hexadecimal SHA-256 of the public key, in DER as a SubjectPublicKeyInfo (RFC 5280 section 4.1).
    pub(crate) kid: String,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
    /// With `kid`, `kty`, `alg`, `use`, `e`, `n` and the mark.
    pub(crate) jwk: Jwk,
    /// Self-signed X.509.
    pub(crate) certificate_pem: String,
    /// The public key alone, as PEM.
    pub(crate) public_pem: String,
    /// PKCS #8, for the state folder.
    pub(crate) private_der: Vec<u8>,
}

/// A public key as it is published, its members in the order that Cloudflare has.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Jwk {
    pub(crate) kid: String,
    kty: &'static str,
    alg: &'static str,
    r#use: &'static str,
    pub(crate) e: String,
    pub(crate) n: String,
    /// The mark by which verifiers tell the keys of a local team from real ones.
    cfaccess_local: bool,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<SigningKey, KeyError> {
        let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| no_key("made"))?;
        let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| no_key("made"))?;
        SigningKey::from_private_der(der.as_ref())
    }

    /// Takes an RSA-2048 key in PKCS #8. The certificate is a new one.
    pub(crate) fn from_private_der(der: &[u8]) -> Result<SigningKey, KeyError> {
        let pair = KeyPair::from_pkcs8(der).map_err(|_| no_key("read"))?;
        if pair.public_modulus_len() != KeySize::Rsa2048.len() {
            return Err(KeyError("a signing key is not of 2,048 bits".into()));
        }
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(
            &PrivatePkcs8KeyDer::from(der),
            &rcgen::PKCS_RSA_SHA256,
        )
        .map_err(|_| no_key("read"))?;
        let encoding =
            EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).map_err(|_| no_key("read"))?;
        let kid = hex(digest(&SHA256, &pair.subject_public_key_info()).as_ref());
        let read = ReadJwk::from_encoding_key(&encoding, Algorithm::RS256).map_err(|_| no_key("read"))?;
        let AlgorithmParameters::RSA(public) = read.algorithm else { return Err(no_key("read")) };
        let decoding = DecodingKey::from_rsa_components(&public.n, &public.e).map_err(|_| no_key("read"))?;
        let jwk = Jwk {
            kid: kid.clone(),
            kty: "RSA",
            alg: "RS256",
            r#use: "sig",
            e: public.e,
            n: public.n,
            cfaccess_local: true,
        };
        Ok(SigningKey {
            kid,
            encoding,
            decoding,
            jwk,
            certificate_pem: certificate(&pair)?,
            public_pem: pair.public_key_pem(),
            private_der: der.to_vec(),
        })
    }
}

/// A certificate as Cloudflare has them, self-signed and without extensions, under the name of the local team.
fn certificate(pair: &rcgen::KeyPair) -> Result<String, KeyError> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, TEAM_HOST);
    name.push(DnType::OrganizationName, "cfaccess local, for development only");
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    // Not from now on, so that a key that is kept has the same certificate at the next start.
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    let certificate =
        params.self_signed(pair).map_err(|_| KeyError("a key could not be certified".into()))?;
    Ok(certificate.pem())
}

fn no_key(done: &str) -> KeyError {
    KeyError(format!("a signing key could not be {done}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
