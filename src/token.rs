//! The compact form of a signed token (RFC 7515 section 7.1): size, alphabet, three parts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::ascii;
use crate::status::{Refusal, Status};

/// The longest token that is looked at, in bytes.
pub(crate) const TOKEN_MAX: usize = 16_384;
/// The longest decoded header, in bytes.
pub(crate) const HEADER_MAX: usize = 2_048;
/// The longest signature that a usable key can make: RSA with 4,096 bits.
pub(crate) const SIGNATURE_MAX: usize = 512;

/// How the tokens begin that Access hands to OAuth clients and that mean nothing to an origin.
const OPAQUE_PREFIX: &[u8] = b"oauth:";

/// A token whose three parts are canonical base64url; nothing is decoded yet.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signing_input: &'a [u8],
}

impl<'a> Token<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Token<'a>, Refusal> {
        if bytes.starts_with(OPAQUE_PREFIX) {
            return Err(Refusal::new(
                Status::OpaqueToken,
                "an opaque OAuth token; the signed one is in the header Cf-Access-Jwt-Assertion",
            ));
        }
        let within_limit = bytes.get(..TOKEN_MAX).unwrap_or(bytes);
        let form = Form::of(within_limit)?;
        if bytes.len() > TOKEN_MAX {
            return Err(Refusal::new(
                Status::TooLarge,
                format!("the token has {} bytes, at most {TOKEN_MAX} are read", bytes.len()),
            ));
        }
        let token = form.split(bytes)?;
        if token.header.len() / 4 * 3 > HEADER_MAX {
            return Err(Refusal::new(
                Status::TooLarge,
                format!("the token's header has more than {HEADER_MAX} bytes"),
            ));
        }
        Ok(token)
    }

    /// What was signed: header and payload as they came, with the dot between (RFC 7515 section 5.2).
    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    pub(crate) fn encoded_header(&self) -> &'a [u8] {
        self.header
    }

    pub(crate) fn decode_header<'b>(&self, buffer: &'b mut [u8; HEADER_MAX]) -> Result<&'b [u8], Refusal> {
        let length = URL_SAFE_NO_PAD
            .decode_slice(self.header, buffer)
            .map_err(|_| Refusal::new(Status::Malformed, "the token's header is not base64url"))?;
        Ok(buffer.get(..length).unwrap_or_default())
    }

    pub(crate) fn decode_payload(&self) -> Result<Vec<u8>, Refusal> {
        URL_SAFE_NO_PAD
            .decode(self.payload)
            .map_err(|_| Refusal::new(Status::Malformed, "the token's payload is not base64url"))
    }

    /// A signature longer than any usable key makes is none.
    pub(crate) fn decode_signature<'b>(
        &self,
        buffer: &'b mut [u8; SIGNATURE_MAX],
    ) -> Result<&'b [u8], Refusal> {
        let length = URL_SAFE_NO_PAD
            .decode_slice(self.signature, buffer)
            .map_err(|_| Refusal::new(Status::BadSignature, "the signature is longer than any key makes"))?;
        Ok(buffer.get(..length).unwrap_or_default())
    }
}

/// Where the dots are, at most two of them, among bytes of the base64url alphabet.
struct Form {
    dots: [Option<usize>; 2],
}

impl Form {
    fn of(bytes: &[u8]) -> Result<Form, Refusal> {
        if !ascii::all(bytes, is_token_byte) {
            return Err(malformed("a byte outside of A-Z a-z 0-9 - _ ."));
        }
        let mut dots = memchr::memchr_iter(b'.', bytes);
        let form = Form { dots: [dots.next(), dots.next()] };
        match dots.count() {
            0 => Ok(form),
            2 => Err(malformed("five parts, which is an encrypted token; three are a signed one")),
            _ => Err(malformed("more than three parts")),
        }
    }

    fn split<'a>(&self, bytes: &'a [u8]) -> Result<Token<'a>, Refusal> {
        let [Some(first), Some(second)] = self.dots else {
            return Err(malformed("not three parts with dots between"));
        };
        let (signing_input, signature) = bytes.split_at_checked(second).unwrap_or_default();
        let (header, payload) = signing_input.split_at_checked(first).unwrap_or_default();
        let [payload, signature] =
            [payload, signature].map(|part| part.strip_prefix(b".").unwrap_or_default());
        if [header, payload, signature].into_iter().all(is_canonical) {
            Ok(Token { header, payload, signature, signing_input })
        } else {
            Err(malformed("a part is empty or not canonical base64url without padding"))
        }
    }
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::new(Status::Malformed, what)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_') | (byte == b'.')
}

/// Whether a part of legal bytes is what an encoder makes (RFC 4648 section 3.5): not empty, no
/// length that cannot be, no bit set behind the last byte.
fn is_canonical(part: &[u8]) -> bool {
    let legal_ends: &[u8] = match part.len() % 4 {
        0 => return !part.is_empty(),
        2 => b"AQgw",
        3 => b"AEIMQUYcgkosw048",
        _ => return false,
    };
    part.last().is_some_and(|end| legal_ends.contains(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(token: &[u8]) -> Status {
        Token::parse(token).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
    }

    #[test]
    fn splits_three_parts() {
        let token = Token::parse(b"QUJD.REVG.R0hJ").expect("a token");
        assert_eq!(token.signing_input(), b"QUJD.REVG");
        assert_eq!(token.decode_header(&mut [0; HEADER_MAX]).expect("a header"), b"ABC");
        assert_eq!(token.decode_payload().expect("a payload"), b"DEF");
        assert_eq!(token.decode_signature(&mut [0; SIGNATURE_MAX]).expect("a signature"), b"GHI");
    }

    #[test]
    fn refuses_every_length_and_spare_bit_that_no_encoder_makes() {
        for (part, expected) in [
            ("A", Status::Malformed),
            ("QQ", Status::Ok),
            ("QR", Status::Malformed),
            ("QUI", Status::Ok),
            ("QUJ", Status::Malformed),
            ("QUJD", Status::Ok),
            ("QUJDA", Status::Malformed),
        ] {
            assert_eq!(status(format!("{part}.AAAA.AAAA").as_bytes()), expected, "{part}");
            assert_eq!(status(format!("AAAA.{part}.AAAA").as_bytes()), expected, "{part}");
            assert_eq!(status(format!("AAAA.AAAA.{part}").as_bytes()), expected, "{part}");
        }
    }

    #[test]
    fn names_an_encrypted_token() {
        let refusal = Token::parse(b"QQ.QQ.QQ.QQ.QQ").expect_err("five parts");
        assert_eq!(refusal.status(), Status::Malformed);
        assert!(refusal.message().contains("encrypted"));
    }

    #[test]
    fn looks_at_no_byte_beyond_the_limit() {
        let longest = [&b"QQ.QQ."[..], &b"A".repeat(TOKEN_MAX - 8), b"AA"].concat();
        assert_eq!(status(&longest), Status::Ok);
        assert_eq!(status(&[&longest[..], b"A"].concat()), Status::TooLarge);
        assert_eq!(status(&[&longest[..], b"\xff.."].concat()), Status::TooLarge);
        assert_eq!(status(&b".".repeat(1_000_000)), Status::Malformed);
    }

    #[test]
    fn a_header_has_a_limit_of_its_own() {
        let header = |bytes: usize| format!("{}.QQ.QQ", URL_SAFE_NO_PAD.encode(vec![b' '; bytes]));
        assert_eq!(status(header(HEADER_MAX).as_bytes()), Status::Ok);
        assert_eq!(status(header(HEADER_MAX + 1).as_bytes()), Status::TooLarge);
    }
}
