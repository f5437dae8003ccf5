//! The compact form of a signed token (RFC 7515 section 7.1): size, alphabet, three parts.

use base64_simd::{Out, URL_SAFE_NO_PAD as BASE64URL};

use crate::ascii;
use crate::status::{Refusal, Status};

/// The longest token that is read, in bytes.
pub(crate) const TOKEN_MAX: usize = 16_384;
/// The longest decoded header, in bytes.
pub(crate) const HEADER_MAX: usize = 2_048;
/// The longest signature of a usable key: RSA with 4,096 bits.
pub(crate) const SIGNATURE_MAX: usize = 512;

/// The prefix of the tokens that Access issues to OAuth clients and that only Access can read.
const OPAQUE_PREFIX: &[u8] = b"oauth:";

/// The scheme of the header `Authorization`, which has no case (RFC 9110 section 11.1).
const SCHEME: &[u8] = b"Bearer ";

/// A token whose three parts are canonical base64url; nothing is decoded yet.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    bytes: &'a [u8],
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signing_input: &'a [u8],
}

impl<'a> Token<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Token<'a>, Refusal> {
        if bytes.is_empty() {
            return Err(Refusal::new(Status::NoToken, "the token is empty"));
        }
        if bytes.starts_with(OPAQUE_PREFIX) {
            return Err(Refusal::new(
                Status::OpaqueToken,
                "an opaque OAuth token; the signed one is in the header Cf-Access-Jwt-Assertion",
            ));
        }
        if let Some((within_limit, _)) = bytes.split_at_checked(TOKEN_MAX)
            && bytes.len() > TOKEN_MAX
        {
            return Err(too_large(bytes.len(), within_limit));
        }
        let token = Token::split(bytes).map_err(|what| malformed(surplus(bytes).unwrap_or(what)))?;
        if decoded_length(token.header) > HEADER_MAX {
            return Err(Refusal::new(
                Status::TooLarge,
                format!("the token's header has more than {HEADER_MAX} bytes"),
            ));
        }
        Ok(token)
    }

    /// The token as received.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What was signed: header and payload as received, with the dot between them (RFC 7515 section 5.2).
    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    pub(crate) fn encoded_header(&self) -> &'a [u8] {
        self.header
    }

    pub(crate) fn encoded_payload(&self) -> &'a [u8] {
        self.payload
    }

    pub(crate) fn encoded_signature(&self) -> &'a [u8] {
        self.signature
    }

    pub(crate) fn decode_header<'b>(&self, buffer: &'b mut [u8; HEADER_MAX]) -> Result<&'b [u8], Refusal> {
        decode(self.header, buffer).ok_or_else(|| malformed("the token's header is not base64url"))
    }

    pub(crate) fn decode_payload(&self) -> Result<Vec<u8>, Refusal> {
        BASE64URL.decode_to_vec(self.payload).map_err(|_| malformed("the token's payload is not base64url"))
    }

    /// A signature longer than that of any usable key is invalid.
    pub(crate) fn decode_signature<'b>(
        &self,
        buffer: &'b mut [u8; SIGNATURE_MAX],
    ) -> Result<&'b [u8], Refusal> {
        decode(self.signature, buffer).ok_or_else(|| {
            Refusal::new(Status::BadSignature, "the signature is longer than that of any usable key")
        })
    }

    /// The three parts, or what is wrong with the form.
    fn split(bytes: &'a [u8]) -> Result<Token<'a>, &'static str> {
        let mut dots = memchr::memchr_iter(b'.', bytes);
        let (Some(first), Some(second)) = (dots.next(), dots.next()) else {
            return Err("not three parts separated by dots");
        };
        match dots.count() {
            0 => {}
            2 => return Err("five parts, which is an encrypted token; a signed one has three"),
            _ => return Err("more than three parts"),
        }
        let (signing_input, signature) = bytes.split_at_checked(second).unwrap_or_default();
        let (header, payload) = signing_input.split_at_checked(first).unwrap_or_default();
        let [payload, signature] =
            [payload, signature].map(|part| part.strip_prefix(b".").unwrap_or_default());
        if ![header, payload, signature].into_iter().all(is_canonical) {
            return Err("a part is empty or not canonical base64url without padding");
        }
        Ok(Token { bytes, header, payload, signature, signing_input })
    }
}

/// No byte beyond the limit is read. If the bytes within it cannot be those of a token, that is reported
/// instead.
fn too_large(length: usize, within_limit: &[u8]) -> Refusal {
    let dots = memchr::memchr_iter(b'.', within_limit).count();
    if dots > 2 || !ascii::all(within_limit, is_token_byte) {
        let what = surplus_before(within_limit);
        return malformed(what.unwrap_or("not three parts of base64url separated by dots"));
    }
    Refusal::new(Status::TooLarge, format!("the token has {length} bytes, at most {TOKEN_MAX} are read"))
}

/// What callers often leave on a token, and no token has.
fn surplus(bytes: &[u8]) -> Option<&'static str> {
    let ends_in_line_break = bytes.ends_with(b"\n") || bytes.ends_with(b"\r");
    surplus_before(bytes)
        .or_else(|| ends_in_line_break.then_some("the token ends in a line break, which is not part of it"))
}

/// The part of it that stands before the token.
fn surplus_before(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.get(..SCHEME.len())?;
    start.eq_ignore_ascii_case(SCHEME).then_some("the token begins with `Bearer `, which is not part of it")
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::new(Status::Malformed, what)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_') | (byte == b'.')
}

/// Whether a part is canonical (RFC 4648 section 3.5): not empty, in the alphabet, of a possible length, and
/// without bits set after the last byte.
fn is_canonical(part: &[u8]) -> bool {
    !part.is_empty() && BASE64URL.check(part).is_ok()
}

fn decoded_length(part: &[u8]) -> usize {
    part.len() * 3 / 4
}

fn decode<'b>(part: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let room = buffer.get_mut(..decoded_length(part))?;
    let decoded: &[u8] = BASE64URL.decode(part, Out::from_slice(room)).ok()?;
    Some(decoded)
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
    fn says_what_is_left_on_a_token() {
        let said = |token: &[u8]| Token::parse(token).expect_err("a surplus").message().to_owned();
        for token in ["Bearer QQ.QQ.QQ", "bEARER QQ.QQ.QQ\n", "Bearer ", "Bearer oauth:x"] {
            assert_eq!(said(token.as_bytes()), "the token begins with `Bearer `, which is not part of it");
        }
        for token in ["QQ.QQ.QQ\n", "QQ.QQ.QQ\r\n", "QQ.QQ.QQ\r", "\n", "QQ.QQ.QQ.QQ.QQ\n"] {
            assert_eq!(said(token.as_bytes()), "the token ends in a line break, which is not part of it");
        }
        for token in ["Bearer=QQ.QQ.QQ", "Bearer\tQQ.QQ.QQ", " Bearer QQ.QQ.QQ", "Bearer", "\nQQ.QQ.QQ"] {
            assert!(!said(token.as_bytes()).contains("not part of it"), "{token:?}");
        }
        let long = "A".repeat(TOKEN_MAX);
        assert!(said(format!("Bearer {long}").as_bytes()).contains("Bearer"));
        assert_eq!(status(format!("{long}\n").as_bytes()), Status::TooLarge);
    }

    #[test]
    fn reads_no_byte_beyond_the_limit() {
        let longest = [&b"QQ.QQ."[..], &b"A".repeat(TOKEN_MAX - 8), b"AA"].concat();
        assert_eq!(status(&longest), Status::Ok);
        assert_eq!(status(&[&longest[..], b"A"].concat()), Status::TooLarge);
        assert_eq!(status(&[&longest[..], b"\xff.."].concat()), Status::TooLarge);
        assert_eq!(status(&b".".repeat(1_000_000)), Status::Malformed);
    }

    #[test]
    fn a_header_has_a_limit_of_its_own() {
        let header = |bytes: usize| format!("{}.QQ.QQ", BASE64URL.encode_to_string(vec![b' '; bytes]));
        assert_eq!(status(header(HEADER_MAX).as_bytes()), Status::Ok);
        assert_eq!(status(header(HEADER_MAX + 1).as_bytes()), Status::TooLarge);
    }
}
