//! The order of claims, as tokens of Access have them. Readers must not depend on it, but tests of readers may.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::AppClaims;

const PERSON: [&str; 13] = [
    "aud",
    "email",
    "exp",
    "iat",
    "nbf",
    "iss",
    "type",
    "identity_nonce",
    "sub",
    "country",
    "policy_id",
    "h_INTERNAL_DO_NOT_USE",
    "custom",
];

const SERVICE: [&str; 8] =
    ["type", "aud", "exp", "iss", "common_name", "iat", "sub", "h_INTERNAL_DO_NOT_USE"];

impl Serialize for AppClaims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let order: &[&str] = if self.is_of_service() { &SERVICE } else { &PERSON };
        write_in_order(&self.0, order, serializer)
    }
}

/// The claims of this order, and then the others.
fn write_in_order<S: Serializer>(
    claims: &Map<String, Value>,
    order: &[&str],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(claims.len()))?;
    for name in order {
        if let Some(value) = claims.get(*name) {
            map.serialize_entry(name, value)?;
        }
    }
    for (name, value) in claims {
        if !order.contains(&name.as_str()) {
            map.serialize_entry(name, value)?;
        }
    }
    map.end()
}
