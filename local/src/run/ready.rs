//! What there is to know once this Access answers.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::Serialize;

use super::environment::Place;
use super::secrets::{Origin, Secret};
use crate::config::{Application, Config};
use crate::face::Face;
use crate::team::TEAM;

pub(super) struct Ready<'a> {
    pub(super) config: &'a Config,
    pub(super) face: Face,
    pub(super) place: &'a Place,
    pub(super) secrets: &'a HashMap<String, Secret>,
    pub(super) control_token: &'a str,
}

/// The one line of `--ready-json`.
#[derive(Serialize)]
struct ReadyJson<'a> {
    /// Of the first application.
    url: String,
    urls: BTreeMap<&'a str, String>,
    team: &'static str,
    team_url: String,
    audiences: BTreeMap<&'a str, &'a str>,
    service_tokens: BTreeMap<&'a str, ServiceTokenJson<'a>>,
    control_url: String,
    control_token: &'a str,
    /// For the application.
    environment: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<String>,
}

#[derive(Serialize)]
struct ServiceTokenJson<'a> {
    client_id: &'a str,
    client_secret: &'a str,
}

impl Ready<'_> {
    pub(super) fn json(&self) -> Result<String, serde_json::Error> {
        let applications = &self.config.applications;
        let service_tokens = self.config.service_tokens.iter().filter_map(|token| {
            let client_secret = self.secrets.get(&token.client_id)?.text.as_str();
            Some((token.name.as_str(), ServiceTokenJson { client_id: &token.client_id, client_secret }))
        });
        serde_json::to_string(&ReadyJson {
            url: applications.first().map(|first| self.url(first)).unwrap_or_default(),
            urls: applications.iter().map(|one| (one.name.as_str(), self.url(one))).collect(),
            team: TEAM,
            team_url: self.face.team_origin(),
            audiences: applications.iter().map(|one| (one.name.as_str(), one.aud.as_str())).collect(),
            service_tokens: service_tokens.collect(),
            control_url: self.control_url(),
            control_token: self.control_token,
            environment: self.place.variables(self.config).into_iter().collect(),
            ca_file: self.place.ca_file.as_ref().map(|path| path.display().to_string()),
        })
    }

    /// For people. A secret is shown when it is made, and not again.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for application in &self.config.applications {
            // Writing to a string does not fail.
            let _ = writeln!(text, "open {}", self.url(application));
            let _ = writeln!(text, "  {}, in front of {}", application.name, application.upstream);
            let _ = writeln!(text, "  team = \"{TEAM}\"\n  audience = \"{}\"", application.aud);
        }
        if let Some(origin) = self.place.cfaccess_local() {
            let _ = writeln!(text, "keys for the application: CFACCESS_LOCAL={origin}");
        }
        if let (Some(proxy), Some(ca_file)) = (self.place.proxy(), &self.place.ca_file) {
            let _ = writeln!(text, "proxy {proxy}, certificate authority {}", ca_file.display());
        }
        for token in &self.config.service_tokens {
            let Some(secret) = self.secrets.get(&token.client_id) else { continue };
            let shown = match secret.origin {
                Origin::New => secret.text.clone(),
                Origin::Environment => format!("(as in {})", token.secret_variable()),
                Origin::StateFolder => "(as in the state folder)".to_owned(),
            };
            let _ = writeln!(
                text,
                "service token {}\n  CF-Access-Client-Id: {}\n  CF-Access-Client-Secret: {shown}",
                token.name, token.client_id
            );
        }
        text
    }

    /// In plain text on this computer, where no certificate is needed.
    fn control_url(&self) -> String {
        let team = self.face.team_origin();
        format!("{}/cdn-cgi/local/", self.place.cfaccess_local().unwrap_or(&team))
    }

    fn url(&self, application: &Application) -> String {
        // A pattern is no address; what is before its first wildcard is.
        let path = application.domain.path.folder();
        format!("{}{path}", self.face.origin_of(&application.domain.host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Upstream;
    use std::path::PathBuf;

    fn ready(face: Face, ca_file: Option<PathBuf>, check: impl FnOnce(&Ready<'_>)) {
        let upstream = Upstream { host: "127.0.0.1".into(), port: 8_000 };
        let config = Config::for_upstream(upstream, face == Face::Exact);
        let names: &[&str] =
            if ca_file.is_some() { &["CFACCESS_LOCAL", "HTTPS_PROXY"] } else { &["CFACCESS_LOCAL"] };
        let variables =
            names.iter().map(|name| ((*name).to_owned(), "http://127.0.0.1:8780".to_owned())).collect();
        let mut place = Place::before_start(variables);
        place.ca_file = ca_file;
        let secret = Secret { text: "local_x".into(), origin: Origin::New };
        let secrets = HashMap::from([(config.service_tokens[0].client_id.clone(), secret)]);
        check(&Ready { config: &config, face, place: &place, secrets: &secrets, control_token: "t" });
    }

    #[test]
    fn the_json_has_all_that_a_test_needs() {
        ready(Face::Plain { port: 8_780 }, None, |ready| {
            let line = ready.json().expect("JSON");
            assert!(!line.contains('\n'));
            let json: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(
                json,
                serde_json::json!({
                    "url": "http://localhost:8780",
                    "urls": {"app": "http://localhost:8780"},
                    "team": "cfaccess-local",
                    "team_url": "http://127.0.0.1:8780",
                    "audiences": {"app": ready.config.applications[0].aud},
                    "service_tokens": {"ci": {
                        "client_id": "a6855e04a1f352a79999e961452e401f.access",
                        "client_secret": "local_x",
                    }},
                    "control_url": "http://127.0.0.1:8780/cdn-cgi/local/",
                    "control_token": "t",
                    "environment": {
                        "CFACCESS_LOCAL": "http://127.0.0.1:8780",
                        "CFACCESS_TEAM": "cfaccess-local",
                        "CFACCESS_AUDIENCE": ready.config.applications[0].aud,
                    },
                })
            );
        });
        ready(Face::Exact, Some("/s/ca.pem".into()), |ready| {
            let json: serde_json::Value = serde_json::from_str(&ready.json().expect("JSON")).expect("JSON");
            assert_eq!(json["url"], "https://app.cfaccess.test");
            assert_eq!(json["environment"]["HTTPS_PROXY"], "http://127.0.0.1:8780");
            assert_eq!(json["ca_file"], "/s/ca.pem");
            assert_eq!(json["control_url"], "http://127.0.0.1:8780/cdn-cgi/local/");
        });
    }

    #[test]
    fn the_text_says_what_to_do() {
        ready(Face::Plain { port: 8_780 }, None, |ready| {
            let text = ready.text();
            let aud = &ready.config.applications[0].aud;
            for line in [
                "open http://localhost:8780\n",
                "team = \"cfaccess-local\"\n",
                &format!("audience = \"{aud}\"\n"),
                "CFACCESS_LOCAL=http://127.0.0.1:8780\n",
                "CF-Access-Client-Id: a6855e04a1f352a79999e961452e401f.access\n",
                "CF-Access-Client-Secret: local_x\n",
            ] {
                assert!(text.contains(line), "{text}");
            }
            assert!(!text.contains("control"), "{text}");
        });
    }

    #[test]
    fn an_old_secret_is_not_shown() {
        ready(Face::Plain { port: 8_780 }, None, |ready| {
            let secret = Secret { text: "local_x".into(), origin: Origin::Environment };
            let secrets = HashMap::from([(ready.config.service_tokens[0].client_id.clone(), secret)]);
            let text = Ready { secrets: &secrets, ..*ready }.text();
            assert!(text.contains("(as in CFACCESS_LOCAL_SECRET_CI)") && !text.contains("local_x"), "{text}");
        });
    }

    #[test]
    fn a_pattern_is_opened_at_what_is_fixed() {
        ready(Face::Plain { port: 8_780 }, None, |ready| {
            let mut application = (*ready.config.applications[0]).clone();
            for (path, expected) in [("/admin", "/admin"), ("/a/b-*/c", "/a"), ("/*", "")] {
                application.domain.path = crate::config::PathPattern::new(path);
                assert_eq!(ready.url(&application), format!("http://localhost:8780{expected}"));
            }
        });
    }
}
