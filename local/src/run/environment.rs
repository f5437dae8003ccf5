//! What programs need in their environment so that they are protected by this Access and none other.

use std::path::PathBuf;

use crate::config::Config;
use crate::server::Server;
use crate::team::TEAM;

/// Where things are, for those who connect.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// By which programs find this Access, and trust it.
    pub(super) variables: Vec<(String, String)>,
    /// The certificate authority of the TLS face.
    pub(super) ca_file: Option<PathBuf>,
}

impl Place {
    pub(super) fn of(server: &Server) -> Place {
        Place { variables: server.environment(), ca_file: server.ca_file() }
    }

    /// Where it will be.
    pub(super) fn before_start(variables: Vec<(String, String)>) -> Place {
        Place { variables, ca_file: None }
    }

    /// Where the library takes the keys from, which it does on this computer only.
    pub(super) fn cfaccess_local(&self) -> Option<&str> {
        self.variable("CFACCESS_LOCAL")
    }

    /// The CONNECT proxy of the TLS face.
    pub(super) fn proxy(&self) -> Option<&str> {
        self.variable("HTTPS_PROXY")
    }

    fn variable(&self, wanted: &str) -> Option<&str> {
        self.variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// Names and values.
    pub(super) fn variables(&self, config: &Config) -> Vec<(String, String)> {
        let audiences: Vec<_> =
            config.applications.iter().map(|application| application.aud.as_str()).collect();
        let mut variables = self.variables.clone();
        variables.push(("CFACCESS_TEAM".to_owned(), TEAM.to_owned()));
        variables.push(("CFACCESS_AUDIENCE".to_owned(), audiences.join(",")));
        variables
    }
}

/// Lines for a shell: `eval "$(cfaccess local env)"`.
pub(super) fn for_shell(variables: &[(String, String)]) -> String {
    variables.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect()
}

/// As one word of a POSIX shell.
fn quoted(value: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || ":/.,_-[]".contains(character);
    match !value.is_empty() && value.chars().all(plain) {
        // Brackets are a pattern where they stand alone.
        true if !value.contains('[') => value.to_owned(),
        _ => format!("'{}'", value.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Upstream;

    fn config() -> Config {
        Config::for_upstream(Upstream { host: "127.0.0.1".into(), port: 1 }, false)
    }

    fn place(variables: &[(&str, &str)]) -> Place {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Place { variables: variables.collect(), ca_file: None }
    }

    #[test]
    fn team_and_audience_are_added() {
        let aud = &config().applications[0].aud;
        let expected = format!(
            "export CFACCESS_LOCAL=http://127.0.0.1:8780\nexport CFACCESS_TEAM=cfaccess-local\n\
             export CFACCESS_AUDIENCE={aud}\n"
        );
        let place = place(&[("CFACCESS_LOCAL", "http://127.0.0.1:8780")]);
        assert_eq!(for_shell(&place.variables(&config())), expected);
    }

    #[test]
    fn values_are_quoted_for_the_shell() {
        let text = for_shell(&place(&[("SSL_CERT_FILE", "/s/it's/bundle.pem")]).variables(&config()));
        assert!(text.starts_with("export SSL_CERT_FILE='/s/it'\\''s/bundle.pem'\n"), "{text}");
    }
}
