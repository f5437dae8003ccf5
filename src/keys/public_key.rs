//! An RSA public key, prepared for verification.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use once_cell::race::OnceBox;

/// The modulus may have this many bits.
const BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;

/// 65537, big-endian.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// An RSA key of 2,048 to 4,096 bits with the exponent 65537, ready to check RS256 signatures.
///
/// What depends on the key alone (the RSA context, its Montgomery form) is computed here, once.
pub(crate) struct PublicKey {
    modulus: Box<[u8]>,
    prepared: ParsedPublicKey,
    /// Nobody waits for it: a process may fork while another thread is setting it.
    verified_header: OnceBox<EncodedHeader>,
}

impl PublicKey {
    /// Takes modulus and exponent as big-endian bytes without leading zero.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, &'static str> {
        if exponent != EXPONENT {
            return Err("its e is not 65537");
        }
        let (Some(&first), Some(&last)) = (modulus.first(), modulus.last()) else {
            return Err("its n is empty");
        };
        if first == 0 {
            return Err("its n has a leading zero");
        }
        if !BITS.contains(&bits(modulus)) {
            return Err("its n has not 2048 to 4096 bits");
        }
        if last % 2 == 0 {
            return Err("its n is even");
        }
        let components = RsaPublicKeyComponents { n: modulus, e: exponent };
        let prepared = components
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| "the cryptographic library refuses it")?;
        let key = PublicKey { modulus: modulus.into(), prepared, verified_header: OnceBox::new() };
        // The Montgomery form is made by the first check; this one makes it before any caller waits.
        key.verifies(&[], &vec![0; modulus.len()]);
        Ok(key)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2.2).
    pub(crate) fn verifies(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        self.prepared.verify_digest_sig(&digest(&SHA256, signing_input), signature).is_ok()
    }

    /// All tokens that Access signs with one key have the same header. Once it has led to this key, and this key
    /// has verified the signature, it need not be parsed again.
    pub(crate) fn remember_header(&self, encoded: &[u8]) {
        if self.verified_header.get().is_none()
            && let Some(header) = EncodedHeader::new(encoded)
        {
            // Another thread may have come first; its header is as good.
            let _ = self.verified_header.set(Box::new(header));
        }
    }

    pub(super) fn remembers_header(&self, encoded: &[u8]) -> bool {
        self.verified_header.get().is_some_and(|known| known.as_bytes() == encoded)
    }

    pub(super) fn bits(&self) -> usize {
        bits(&self.modulus)
    }

    /// SHA-256 of the DER SubjectPublicKeyInfo (RFC 5280 section 4.1), in lower-case hex.
    pub(super) fn sha256_hex(&self) -> String {
        let encoded: Result<PublicKeyX509Der<'_>, _> = self.prepared.as_der();
        encoded.map_or_else(
            |_| String::new(),
            |der| digest(&SHA256, der.as_ref()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
        )
    }
}

/// A header as it came, in one piece of memory. Longer ones than Access makes are not remembered.
struct EncodedHeader {
    bytes: [u8; ENCODED_HEADER_MAX],
    length: usize,
}

const ENCODED_HEADER_MAX: usize = 256;

impl EncodedHeader {
    fn new(encoded: &[u8]) -> Option<EncodedHeader> {
        let mut bytes = [0; ENCODED_HEADER_MAX];
        bytes.get_mut(..encoded.len())?.copy_from_slice(encoded);
        Some(EncodedHeader { bytes, length: encoded.len() })
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The exponent is the same in all of them.
impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.modulus == other.modulus
    }
}

fn bits(modulus: &[u8]) -> usize {
    let leading_zeros = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    modulus.len() * 8 - leading_zeros
}
