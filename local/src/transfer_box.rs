//! The box in which tokens are handed to cloudflared: only the program that made the key opens it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use crypto_box::aead::{Aead, AeadCore, OsRng};
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use http::{HeaderName, HeaderValue};
use serde::Serialize;

/// The header of the answer that carries the key with which the box is opened.
pub(crate) const SERVICE_PUBLIC_KEY: HeaderName = HeaderName::from_static("service-public-key");

/// The public key of the program that waits for tokens: an X25519 key in base64url with padding, 44 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientKey(PublicKey);

/// What the program gets.
pub(crate) struct TransferBox {
    /// The nonce and the box, in standard base64.
    pub(crate) body: String,
    /// For [`SERVICE_PUBLIC_KEY`].
    pub(crate) public_key: HeaderValue,
}

/// The box could not be closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SealError;

#[derive(Serialize)]
struct Tokens<'a> {
    app_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_token: Option<&'a str>,
}

impl ClientKey {
    pub(crate) fn parse(text: &str) -> Option<ClientKey> {
        let bytes: [u8; 32] = URL_SAFE.decode(text).ok()?.try_into().ok()?;
        Some(ClientKey(PublicKey::from(bytes)))
    }
}

/// Closes a box around tokens. The key for it is made anew each time.
pub(crate) fn seal(
    key: &ClientKey,
    app_token: &str,
    org_token: Option<&str>,
) -> Result<TransferBox, SealError> {
    let content = serde_json::to_vec(&Tokens { app_token, org_token }).map_err(|_| SealError)?;
    let own = SecretKey::generate(&mut OsRng);
    let nonce = SalsaBox::generate_nonce(&mut OsRng);
    let sealed = SalsaBox::new(&key.0, &own).encrypt(&nonce, content.as_slice()).map_err(|_| SealError)?;
    let body = STANDARD.encode([nonce.as_slice(), &sealed].concat());
    let public_key =
        HeaderValue::from_str(&URL_SAFE.encode(own.public_key().as_bytes())).map_err(|_| SealError)?;
    Ok(TransferBox { body, public_key })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn open(sealed: &TransferBox, secret: &SecretKey) -> Option<Value> {
        let public: [u8; 32] = URL_SAFE.decode(sealed.public_key.as_bytes()).unwrap().try_into().unwrap();
        let bytes = STANDARD.decode(&sealed.body).unwrap();
        let (nonce, content) = bytes.split_at(24);
        let opened = SalsaBox::new(&PublicKey::from(public), secret).decrypt(nonce.into(), content).ok()?;
        Some(serde_json::from_slice(&opened).unwrap())
    }

    #[test]
    fn the_holder_of_the_key_opens_it_and_nobody_else() {
        let secret = SecretKey::generate(&mut OsRng);
        let text = URL_SAFE.encode(secret.public_key().as_bytes());
        assert_eq!(text.len(), 44);
        let key = ClientKey::parse(&text).unwrap();
        let sealed = seal(&key, "app", Some("org")).unwrap();
        assert_eq!(sealed.public_key.len(), 44);
        assert_eq!(open(&sealed, &secret).unwrap(), json!({"app_token": "app", "org_token": "org"}));
        assert_eq!(open(&sealed, &SecretKey::generate(&mut OsRng)), None);
        let other = seal(&key, "app", None).unwrap();
        assert_eq!(open(&other, &secret).unwrap(), json!({"app_token": "app"}));
        assert_ne!(sealed.public_key, other.public_key);
    }

    #[test]
    fn only_44_characters_are_a_key() {
        let good = URL_SAFE.encode([0xff; 32]);
        assert!(good.contains('_') && ClientKey::parse(&good).is_some());
        for bad in [
            "",
            &good[..43],
            &STANDARD.encode([0xff; 32]),
            &URL_SAFE.encode([1; 31]),
            &URL_SAFE.encode([1; 33]),
            "key",
        ] {
            assert_eq!(ClientKey::parse(bad), None, "{bad}");
        }
    }

    /// From the tests of golang.org/x/crypto/nacl/box, which cloudflared opens the box with.
    #[test]
    fn it_is_the_box_of_nacl() {
        let (receiver, sender) = (SecretKey::from([1; 32]), SecretKey::from([2; 32]));
        let sealed = SalsaBox::new(&receiver.public_key(), &sender).encrypt(&[4; 24].into(), &[3; 64][..]);
        let digits: String = sealed.unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            digits,
            "78ea30b19d2341ebbdba54180f821eec265cf86312549bea8a37652a8bb94f07b78a73ed1708085e\
             6ddd0e943bbdeb8755079a37eb31d86163ce241164a47629c0539f330b4914cd135b3855bc2a2dfc"
        );
    }
}
