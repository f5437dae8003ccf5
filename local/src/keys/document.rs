//! What `/cdn-cgi/access/certs` answers.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::Serialize;

use super::{Jwk, SigningKey};

/// The media type of the document.
pub(crate) const JSON: &str = "application/json";

/// The published keys, with `keys`, `public_cert` and `public_certs`.
pub(crate) struct Document {
    pub(crate) body: Bytes,
    /// Strong, with its quotes.
    pub(crate) etag: String,
}

#[derive(Serialize)]
struct Members<'a> {
    keys: Vec<&'a Jwk>,
    public_cert: Certificate<'a>,
    public_certs: Vec<Certificate<'a>>,
}

#[derive(Clone, Serialize)]
struct Certificate<'a> {
    kid: &'a str,
    cert: &'a str,
}

impl Document {
    /// Publishes these keys, the one in use first.
    pub(crate) fn of(current: &SigningKey, previous: Option<&SigningKey>) -> Document {
        let keys: Vec<_> = [Some(current), previous].into_iter().flatten().collect();
        let members = Members {
            keys: keys.iter().map(|key| &key.jwk).collect(),
            public_cert: Certificate::of(current),
            public_certs: keys.iter().map(|key| Certificate::of(key)).collect(),
        };
        // Strings and a bool: nothing that could not be written.
        Document::from_body(serde_json::to_vec(&members).unwrap_or_default())
    }

    fn from_body(body: Vec<u8>) -> Document {
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest(&SHA256, &body)));
        Document { body: body.into(), etag }
    }
}

impl Certificate<'_> {
    fn of(key: &SigningKey) -> Certificate<'_> {
        Certificate { kid: &key.kid, cert: &key.certificate_pem }
    }
}
