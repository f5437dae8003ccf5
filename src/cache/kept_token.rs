//! A verified token, kept so that it is recognized by all of its bytes.

use base64_simd::{Out, URL_SAFE_NO_PAD as BASE64URL};

use crate::token::Token;

/// A longer encoded payload is not kept: the claims hold its JSON already, and canonical base64url encodes it in
/// one way only. The usual token stays in one piece, which is faster to compare.
const WHOLE_PAYLOAD_MAX: usize = 768;

/// How much of a payload is encoded at a time: on the stack, and in whole groups of three bytes (RFC 4648 section 4).
const CHUNK: usize = 768;
const ENCODED_CHUNK: usize = CHUNK / 3 * 4;

pub(crate) struct KeptToken {
    /// The token, or what surrounds its payload, with the dots.
    bytes: Box<[u8]>,
    /// Where the payload was cut out.
    cut_at: Option<usize>,
}

impl KeptToken {
    pub(crate) fn new(token: &Token<'_>) -> KeptToken {
        if token.encoded_payload().len() <= WHOLE_PAYLOAD_MAX {
            return KeptToken { bytes: token.bytes().into(), cut_at: None };
        }
        let header = token.encoded_header();
        let around: [&[u8]; 4] = [header, b".", b".", token.encoded_signature()];
        KeptToken { bytes: around.concat().into(), cut_at: Some(header.len() + 1) }
    }

    /// Of a token that is not kept, so that it is never recognized.
    pub(crate) fn none() -> KeptToken {
        KeptToken { bytes: Box::default(), cut_at: None }
    }

    /// Whether `token` is this one to the last byte. `payload` returns the JSON in it, and is only called where the
    /// payload was cut out.
    pub(crate) fn is<'a>(&self, token: &[u8], payload: impl FnOnce() -> &'a str) -> bool {
        let Some(cut_at) = self.cut_at else { return *self.bytes == *token };
        let (before, after) = self.bytes.split_at_checked(cut_at).unwrap_or_default();
        let encoded = token.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        encoded.is_some_and(|encoded| encodes(encoded, payload().as_bytes()))
    }

    /// The memory that it owns besides its own size, in bytes.
    pub(crate) fn heap_size(&self) -> usize {
        self.bytes.len()
    }
}

/// Whether `encoded` is the canonical encoding of `bytes`.
fn encodes(encoded: &[u8], bytes: &[u8]) -> bool {
    let mut buffer = [0; ENCODED_CHUNK];
    let mut left = encoded;
    for chunk in bytes.chunks(CHUNK) {
        let expected: &[u8] = BASE64URL.encode(chunk, Out::from_slice(&mut buffer));
        match left.strip_prefix(expected) {
            Some(rest) => left = rest,
            None => return false,
        }
    }
    left.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token of this payload, as a key of 2,048 bits signs it.
    fn token_of(payload: &str) -> Vec<u8> {
        let encode = |bytes: &[u8]| BASE64URL.encode_to_string(bytes);
        let header = br#"{"alg":"RS256","kid":"f3ba","typ":"JWT"}"#;
        let signature: Vec<u8> = (0..=255).collect();
        [encode(header), encode(payload.as_bytes()), encode(&signature)].join(".").into_bytes()
    }

    fn kept(token: &[u8]) -> KeptToken {
        KeptToken::new(&Token::parse(token).expect("a token"))
    }

    /// Lengths around the longest payload that is kept whole and around the ends of chunks, with every remainder of a
    /// division by three.
    fn payloads() -> impl Iterator<Item = String> {
        [1, 2, 3, 300, 575, 576, 577, 767, 768, 769, 1_535, 1_536, 1_537, 3_000]
            .map(|length| (0..length).map(|index: u32| char::from(b' ' + (index % 90) as u8)).collect())
            .into_iter()
    }

    #[test]
    fn a_token_is_recognized() {
        for payload in payloads() {
            let token = token_of(&payload);
            assert!(kept(&token).is(&token, || &payload), "{} bytes", payload.len());
        }
    }

    #[test]
    fn a_token_with_any_other_byte_is_not_recognized() {
        for payload in payloads() {
            let token = token_of(&payload);
            let kept = kept(&token);
            let mut other = token.clone();
            for place in 0..token.len() {
                for flip in [1, 2, 4, 8, 16, 32, 64, 128] {
                    other[place] = token[place] ^ flip;
                    assert!(!kept.is(&other, || &payload), "{flip} at {place} of {}", token.len());
                }
                other[place] = token[place];
            }
        }
    }

    #[test]
    fn a_longer_or_shorter_token_is_not_recognized() {
        for payload in payloads() {
            let token = token_of(&payload);
            let kept = kept(&token);
            for length in 0..token.len() {
                assert!(!kept.is(&token[..length], || &payload), "its first {length} bytes");
                assert!(!kept.is(&token[token.len() - length..], || &payload), "its last {length} bytes");
            }
            for place in 0..=token.len() {
                let (before, after) = token.split_at(place);
                assert!(!kept.is(&[before, b"A", after].concat(), || &payload), "a byte more at {place}");
                if let Some((_, rest)) = after.split_first() {
                    assert!(!kept.is(&[before, rest].concat(), || &payload), "a byte less at {place}");
                }
            }
        }
    }

    #[test]
    fn spare_bits_and_padding_make_another_token() {
        for length in [800, 801, 802] {
            let payload = "x".repeat(length);
            let token = token_of(&payload);
            let kept = kept(&token);
            assert!(kept.cut_at.is_some());
            let text = String::from_utf8(token).expect("a token");
            let [header, encoded, signature] = text.split('.').collect::<Vec<_>>()[..] else { panic!() };
            for byte in BASE64URL_ALPHABET.chars().chain(['=', '+', '/', '.', '\0']) {
                let mut other = encoded[..encoded.len() - 1].to_owned();
                other.push(byte);
                let is_same = other == encoded;
                let other = [header, &other, signature].join(".");
                assert_eq!(kept.is(other.as_bytes(), || &payload), is_same, "{byte:?}");
            }
            let padded = [header, &format!("{encoded}="), signature].join(".");
            assert!(!kept.is(padded.as_bytes(), || &payload));
        }
    }

    const BASE64URL_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    #[test]
    fn a_long_payload_is_not_kept_twice() {
        let payload = "x".repeat(WHOLE_PAYLOAD_MAX / 4 * 3);
        assert_eq!(kept(&token_of(&payload)).heap_size(), token_of(&payload).len());
        let longer = payload + "x";
        assert_eq!(kept(&token_of(&longer)).heap_size(), token_of("").len());
    }

    #[test]
    fn a_token_that_is_not_kept_is_never_recognized() {
        assert!(!KeptToken::none().is(&token_of("{}"), || "{}"));
    }
}
