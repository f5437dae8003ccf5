//! Who can sign in, and which programs can.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::team::TEAM_HOST;

#[derive(Clone, Debug)]
pub(crate) struct User {
    /// In lower case.
    pub(crate) email: String,
    pub(crate) name: String,
    /// Strings, or objects with `id`, `name` or `email`.
    pub(crate) groups: Vec<Value>,
    pub(crate) country: String,
    /// The claim `custom`.
    pub(crate) custom: Map<String, Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct ServiceToken {
    pub(crate) name: String,
    /// `<32 hexadecimal digits>.access`
    pub(crate) client_id: String,
}

impl User {
    /// Somebody who is not in the configuration.
    pub(crate) fn stranger(email: &str) -> User {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        User {
            email: email.to_lowercase(),
            name,
            groups: Vec::new(),
            country: "US".into(),
            custom: Map::new(),
        }
    }

    /// The claim `sub`: always the same for the same address.
    pub(crate) fn sub(&self) -> Uuid {
        stable_id("user", &self.email)
    }
}

/// An id that depends on nothing but a name, so that it can be committed.
pub(crate) fn stable_id(kind: &str, name: &str) -> Uuid {
    let team = Uuid::new_v5(&Uuid::NAMESPACE_DNS, TEAM_HOST.as_bytes());
    Uuid::new_v5(&team, format!("{kind}/{name}").as_bytes())
}

/// An e-mail address, in lower case. Mail is never sent, so nothing more is asked of it than an at sign.
pub(crate) fn email(text: &str) -> Result<String, String> {
    let fits = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    match fits && !text.contains(char::is_whitespace) && !text.contains(char::is_control) {
        true => Ok(text.to_lowercase()),
        false => Err(format!("{text:?} is no e-mail address")),
    }
}

impl ServiceToken {
    /// The Client ID of a token that names none: always the same for the same name.
    pub(crate) fn client_id_of(name: &str) -> String {
        format!("{}.access", stable_id("service_token", name).simple())
    }

    /// The environment variable that has its secret, if it is not to be random.
    pub(crate) fn secret_variable(&self) -> String {
        let name: String = self
            .name
            .chars()
            .map(|character| match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' => character.to_ascii_uppercase(),
                _ => '_',
            })
            .collect();
        format!("CFACCESS_LOCAL_SECRET_{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case() {
        assert_eq!(email("Ada@Example.com"), Ok("ada@example.com".into()));
        for text in
            ["", "ada", "@", "ada@", "@example.com", "a da@example.com", "ada@example.com\n", "ada\0@b"]
        {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_derived_from_names_never_changes() {
        let token = ServiceToken { name: "ci-2 a".into(), client_id: ServiceToken::client_id_of("ci") };
        assert_eq!(token.secret_variable(), "CFACCESS_LOCAL_SECRET_CI_2_A");
        assert_eq!(token.client_id, "a6855e04a1f352a79999e961452e401f.access");
        assert_eq!(
            User::stranger("Ada@example.com").sub().to_string(),
            "b6e31c6b-6330-5318-9fbc-a4a4aa4f0907"
        );
        assert_eq!(stable_id("policy", "app/everyone").to_string(), "81ef2b19-2ef1-5db0-9075-b72b9fe354f4");
    }
}
