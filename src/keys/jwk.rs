//! One entry of a key document: is it a key that Access may sign with? (RFC 7517 section 4, RFC 7518 section 6.3)

use base64_simd::URL_SAFE_NO_PAD as BASE64URL;

use super::public_key::PublicKey;
use crate::json::{Object, Value};
use crate::token::{ALGORITHM, KeyId};

/// What only the owner of a private or secret key may know (RFC 7518 sections 6.3.2 and 6.4).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why an entry is left out.
pub(super) struct Unusable {
    pub(super) key_id: Option<KeyId<'static>>,
    pub(super) reason: &'static str,
}

pub(super) fn parse(entry: Value<'_>) -> Result<(KeyId<'static>, PublicKey), Unusable> {
    let Value::Object(members) = entry else {
        return Err(Unusable { key_id: None, reason: "it is not a JSON object" });
    };
    let key_id = members
        .get("kid")
        .and_then(Value::as_str)
        .and_then(|text| KeyId::parse(text.into()))
        .map(KeyId::into_owned);
    match (key_id, public_key(&members)) {
        (Some(key_id), Ok(key)) => Ok((key_id, key)),
        (None, Ok(_)) => Err(Unusable { key_id: None, reason: "it has no well-formed kid" }),
        (key_id, Err(reason)) => Err(Unusable { key_id, reason }),
    }
}

fn public_key(members: &Object<'_>) -> Result<PublicKey, &'static str> {
    if members.repeats_a_name_anywhere() {
        return Err("it repeats a name");
    }
    if text_of(members, "kty") != Some("RSA") {
        return Err("its kty is not RSA");
    }
    if PRIVATE_MEMBERS.iter().any(|name| members.has(name)) {
        return Err("it carries a private member");
    }
    if members.has("use") && text_of(members, "use") != Some("sig") {
        return Err("its use is not sig");
    }
    if members.has("alg") && text_of(members, "alg") != Some(ALGORITHM) {
        return Err("its alg is not RS256");
    }
    if members.get("key_ops").is_some_and(|operations| !allows_verification(operations)) {
        return Err("its key_ops is not a list of different operations with verify");
    }
    let modulus = number_of(members, "n").ok_or("its n is not base64url")?;
    let exponent = number_of(members, "e").ok_or("its e is not base64url")?;
    PublicKey::new(&modulus, &exponent)
}

fn text_of<'m>(members: &'m Object<'_>, name: &str) -> Option<&'m str> {
    members.get(name).and_then(Value::as_str)
}

fn number_of(members: &Object<'_>, name: &str) -> Option<Vec<u8>> {
    BASE64URL.decode_to_vec(text_of(members, name)?).ok()
}

/// RFC 7517 section 4.3: different strings, and `verify` among them.
fn allows_verification(operations: &Value<'_>) -> bool {
    let names: Option<Vec<&str>> =
        operations.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
    names.is_some_and(|mut names| {
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() == all && names.contains(&"verify")
    })
}
