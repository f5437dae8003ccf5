//! Signs many tokens: the keys are prepared once.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use crate::support::{mint, read_json};

/// Whose key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The first key of the set.
    First,
    /// The second key of the set.
    Second,
    /// A key of somebody else.
    Stranger,
}

pub struct Signer {
    pairs: [RsaKeyPair; 3],
    key_ids: [String; 3],
}

impl Signer {
    pub fn new() -> Signer {
        let set = read_json("tests/vectors/acme.jwks.json");
        let key_id = |index: usize| set["keys"][index]["kid"].as_str().expect("a kid").to_owned();
        let pairs = ["acme-1", "acme-2", "stranger"]
            .map(|name| RsaKeyPair::from_der(mint::signing_key(name).as_bytes()).expect("a private key"));
        Signer { pairs, key_ids: [key_id(0), key_id(1), "0123456789abcdef".repeat(4)] }
    }

    pub fn key_id(&self, key: Key) -> &str {
        &self.key_ids[key as usize]
    }

    /// The signature of any text, in base64url.
    pub fn sign(&self, key: Key, input: &str) -> String {
        let pair = &self.pairs[key as usize];
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .expect("a signature");
        mint::base64url(&signature)
    }
}
