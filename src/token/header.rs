//! The header of a token (RFC 7515 section 4).

use crate::json::{self, Value};
use crate::status::{Refusal, Status};
use crate::token::KeyId;

/// The one algorithm that Access signs with (RFC 7518 section 3.3).
pub(crate) const ALGORITHM: &str = "RS256";

/// Members that change how a token must be read: critical extensions, an unencoded payload,
/// nesting, compression, encryption. None is supported, so none is ignored.
const UNSUPPORTED: [&str; 8] = ["crit", "b64", "cty", "zip", "enc", "epk", "p2c", "p2s"];

/// A checked header: the key that it names.
///
/// Every other member (`jku`, `jwk`, `x5u`, `x5c`, unknown names) is ignored, as RFC 7515 requires.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    pub(crate) key_id: KeyId<'a>,
}

impl<'a> Header<'a> {
    pub(crate) fn parse(text: &'a [u8]) -> Result<Header<'a>, Refusal> {
        let mut members = json::text(text)
            .and_then(json::parse_object)
            .map_err(|_| malformed("the token's header is not a strict JSON object"))?;

        let algorithm = members.get("alg").and_then(Value::as_str);
        let algorithm =
            algorithm.ok_or_else(|| malformed("the token's header has no alg that is a string"))?;
        if algorithm != ALGORITHM {
            return Err(Refusal::new(
                Status::UnsupportedAlgorithm,
                "the token's algorithm is not RS256, the only one accepted",
            ));
        }

        if let Some(name) = UNSUPPORTED.into_iter().find(|name| members.has(name)) {
            return Err(Refusal::new(
                Status::UnsupportedHeader,
                format!("the token's header has {name}, which is not supported"),
            ));
        }
        if let Some(media_type) = members.get("typ") {
            let media_type =
                media_type.as_str().ok_or_else(|| malformed("the token's typ is not a string"))?;
            if !["JWT", "application/jwt"].iter().any(|known| known.eq_ignore_ascii_case(media_type)) {
                return Err(Refusal::new(Status::UnsupportedHeader, "the token's typ is not JWT"));
            }
        }

        let key_id = match members.take("kid") {
            Some(Value::String(text)) => KeyId::parse(text),
            _ => None,
        };
        key_id
            .map(|key_id| Header { key_id })
            .ok_or_else(|| malformed("the token's header has no well-formed kid"))
    }
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::new(Status::Malformed, what)
}
