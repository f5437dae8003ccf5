//! The secrets of service tokens: from the environment, from the state folder, or new.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Failure;
use crate::config::ServiceToken;
use crate::sessions::random;
use crate::state::State;

/// In the state folder: the secret of each Client ID, as JSON.
const FILE: &str = "secrets";
/// What secrets begin with, so that neither people nor scanners take them for real ones.
const PREFIX: &str = "local_";
/// After the prefix, in characters of base64url: 256 bits.
const LENGTH: usize = 43;

/// What is known of a secret, besides the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Environment,
    StateFolder,
    New,
}

pub(super) struct Secret {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// The secret of each token, by its Client ID. New ones are kept; those of the environment are not.
pub(super) fn secrets(
    tokens: &[ServiceToken],
    variable: impl Fn(&str) -> Option<String>,
    state: &State,
) -> Result<HashMap<String, Secret>, Failure> {
    let mut secrets = HashMap::new();
    state.update(FILE, |kept| {
        let mut kept = read(kept)?;
        for token in tokens {
            let name = token.secret_variable();
            let secret = match (variable(&name), kept.get(&token.client_id)) {
                (Some(text), _) => Secret { text: check(&name, text)?, origin: Origin::Environment },
                (None, Some(text)) => Secret { text: text.clone(), origin: Origin::StateFolder },
                (None, None) => Secret { text: format!("{PREFIX}{}", random()), origin: Origin::New },
            };
            if secret.origin == Origin::New {
                kept.insert(token.client_id.clone(), secret.text.clone());
            }
            secrets.insert(token.client_id.clone(), secret);
        }
        serde_json::to_vec(&kept)
            .map_err(|error| Failure::NotStarted(format!("the secrets cannot be kept: {error}")))
    })?;
    Ok(secrets)
}

/// What the state folder keeps. A file that is not as it was written stays, for somebody to look at.
fn read(kept: Option<Vec<u8>>) -> Result<BTreeMap<String, String>, Failure> {
    let Some(kept) = kept else { return Ok(BTreeMap::new()) };
    serde_json::from_slice(&kept)
        .ok()
        .filter(|secrets: &BTreeMap<String, String>| secrets.values().all(|secret| is_secret(secret)))
        .ok_or_else(|| Failure::NotStarted(format!("the state folder's file {FILE:?} cannot be read")))
}

/// 256 bits as base64url.
pub(super) fn random() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<32>())
}

/// Real secrets have another form, and do not belong here.
fn check(variable: &str, text: String) -> Result<String, Failure> {
    match is_secret(&text) {
        true => Ok(text),
        false => Err(Failure::Usage(format!(
            "{variable} is not {PREFIX} and {LENGTH} characters of base64url; never put a real secret here"
        ))),
    }
}

fn is_secret(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|random| {
        let mut bytes = random.bytes();
        random.len() == LENGTH && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(name: &str) -> ServiceToken {
        ServiceToken { name: name.into(), client_id: ServiceToken::client_id_of(name) }
    }

    fn read(tokens: &[ServiceToken], state: &State) -> HashMap<String, Secret> {
        secrets(tokens, |_| None, state).expect("secrets")
    }

    #[test]
    fn a_secret_is_given_or_random() {
        let tokens = [token("ci"), token("deploy")];
        let given = format!("local_{}", "A".repeat(43));
        let variable = |name: &str| (name == "CFACCESS_LOCAL_SECRET_DEPLOY").then(|| given.clone());
        let read = || secrets(&tokens, variable, &State::in_memory()).expect("secrets");
        let (one, other) = (read(), read());
        let ci = one.get(&tokens[0].client_id).expect("ci");
        assert!(ci.origin == Origin::New && is_secret(&ci.text));
        assert_ne!(ci.text, other.get(&tokens[0].client_id).expect("ci").text);
        let deploy = one.get(&tokens[1].client_id).expect("deploy");
        assert!(deploy.origin == Origin::Environment && deploy.text == given);
    }

    #[test]
    fn a_given_one_has_the_form_of_ours_and_is_not_shown() {
        let shortened = format!("local_{}", "a".repeat(42));
        let padded = format!("local_{}=", "a".repeat(42));
        for wrong in ["", "hunter2", "a\nb", "ä", &"f".repeat(64), &shortened, &padded] {
            let read = secrets(&[token("ci")], |_| Some(wrong.to_owned()), &State::in_memory());
            let Err(Failure::Usage(message)) = read else { panic!("{wrong:?} was taken") };
            assert!(message.starts_with("CFACCESS_LOCAL_SECRET_CI is not"), "{message}");
            assert!(wrong.is_empty() || !message.contains(wrong), "{message}");
        }
    }

    #[test]
    fn a_folder_keeps_them_also_for_services_that_are_away_for_a_while() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::open(&folder.path().join("state")).expect("a state folder");
        let [ci, deploy, new] = ["ci", "deploy", "new"].map(token);
        let first = read(&[ci.clone(), deploy.clone()], &state);
        read(std::slice::from_ref(&deploy), &state);
        let again = read(&[ci, deploy, new.clone()], &state);
        for (client_id, secret) in &first {
            let kept = again.get(client_id).expect("a secret");
            assert!(kept.text == secret.text && kept.origin == Origin::StateFolder);
        }
        assert_eq!(again.get(&new.client_id).expect("a secret").origin, Origin::New);
    }

    #[test]
    fn those_of_the_environment_are_not_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::open(&folder.path().join("state")).expect("a state folder");
        let given = format!("local_{}", "A".repeat(43));
        secrets(&[token("ci")], |_| Some(given.clone()), &state).expect("secrets");
        assert!(read(&[token("ci")], &state).values().all(|secret| secret.origin == Origin::New));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_refused_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::open(&folder.path().join("state")).expect("a state folder");
        for content in ["", "{", "[]", r#"{"ci":"easy"}"#] {
            state.write(FILE, content.as_bytes()).expect("a file");
            assert!(secrets(&[token("ci")], |_| None, &state).is_err());
            assert_eq!(state.read(FILE).expect("a file").as_deref(), Some(content.as_bytes()));
        }
    }
}
