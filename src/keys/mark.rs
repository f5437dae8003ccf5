//! The mark on the keys of a local Access, which keeps them apart from those of Cloudflare Access.

use crate::json::Value;
use crate::status::{Refusal, Status};
use crate::team::Realm;

/// A further member of a JWK, which other readers ignore (RFC 7517 section 4).
const MARK: &str = "cfaccess_local";

/// Whose keys the entries of a document are. All of them count, also those that cannot be used.
pub(super) fn realm_of(entries: &[Value<'_>]) -> Result<Realm, Refusal> {
    let mut found = None;
    for entry in entries {
        let Value::Object(members) = entry else { continue };
        let mut realm = Realm::Access;
        for (name, value) in members.members() {
            match (name, value) {
                (MARK, Value::Bool(true)) => realm = Realm::Local,
                (MARK, _) => return Err(invalid("a key has cfaccess_local with another value than true")),
                _ => {}
            }
        }
        if *found.get_or_insert(realm) != realm {
            return Err(invalid("the key document mixes keys of a local Access with others"));
        }
    }
    Ok(found.unwrap_or(Realm::Access))
}

/// Why keys of one realm do not serve a team of the other, or a set of the other.
pub(crate) fn foreign(keys: Realm) -> &'static str {
    match keys {
        Realm::Local => {
            "the keys are marked as those of a local Access; only the team cfaccess-local takes them"
        }
        Realm::Access => {
            "the keys are not marked as those of a local Access; the team cfaccess-local takes no others"
        }
    }
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(Status::KeysInvalid, what)
}
