//! The name of a team, the issuer that follows from it, and who issues its tokens.

use crate::status::{Refusal, Status};

const DOMAIN: &str = ".cloudflareaccess.com";
const FED_DOMAIN: &str = ".fed.cloudflareaccess.com";

/// An Access team: its host name, and with it its issuer, normalised once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Team {
    issuer: String,
}

const SCHEME: &str = "https://";

/// Where the keys of a team are served.
pub(crate) const CERTS_PATH: &str = "/cdn-cgi/access/certs";

/// The team of every local Access. It is reserved: Access must never issue tokens for it.
pub(crate) const LOCAL_TEAM: &str = "cfaccess-local";

/// Whose tokens a team has and whose signatures keys verify. The two never meet in one verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Realm {
    /// Cloudflare Access.
    Access,
    /// A local Access, which a developer runs on a computer.
    Local,
}

impl Team {
    /// Reads `acme`, `acme.cloudflareaccess.com`, `https://acme.cloudflareaccess.com/` or the same
    /// under `fed.cloudflareaccess.com`, in any case.
    pub(crate) fn parse(text: &str) -> Result<Team, Refusal> {
        let lower = text.to_ascii_lowercase();
        let host = match lower.strip_prefix(SCHEME) {
            Some(rest) => {
                let host = rest.strip_suffix('/').unwrap_or(rest);
                host.ends_with(DOMAIN).then_some(host)
            }
            None => Some(lower.as_str()),
        };
        let named = host.and_then(|host| {
            let (label, domain) = match host.strip_suffix(FED_DOMAIN) {
                Some(label) => (label, FED_DOMAIN),
                None => (host.strip_suffix(DOMAIN).unwrap_or(host), DOMAIN),
            };
            is_dns_label(label).then(|| Team { issuer: [SCHEME, label, domain].concat() })
        });
        named.ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            Refusal::new(
                Status::InvalidConfig,
                format!(
                    "'{shown}' is not a team; expected a name like acme, or https://acme.cloudflareaccess.com"
                ),
            )
        })
    }

    /// The issuer of the team's tokens: `https://acme.cloudflareaccess.com`.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The URL of the team's keys:
    /// <https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/>
    pub(crate) fn certs_url(&self) -> String {
        [&self.issuer, CERTS_PATH].concat()
    }

    /// `acme.cloudflareaccess.com`
    pub(crate) fn host(&self) -> &str {
        self.issuer.strip_prefix(SCHEME).unwrap_or_default()
    }

    /// A local Access has exactly one team.
    pub(crate) fn realm(&self) -> Realm {
        if self.label() == LOCAL_TEAM { Realm::Local } else { Realm::Access }
    }

    /// `acme`, or `acme.fed` under `fed.cloudflareaccess.com`
    pub(crate) fn label(&self) -> &str {
        self.host().strip_suffix(DOMAIN).unwrap_or_default()
    }
}

/// RFC 1123 section 2.1, in lower case.
fn is_dns_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_means_the_same_issuer() {
        for text in [
            "acme",
            "ACME",
            "acme.cloudflareaccess.com",
            "https://acme.cloudflareaccess.com",
            "https://acme.cloudflareaccess.com/",
            "HTTPS://Acme.CloudflareAccess.com/",
        ] {
            let team = Team::parse(text).expect(text);
            assert_eq!(team.issuer(), "https://acme.cloudflareaccess.com", "{text}");
            assert_eq!(team.host(), "acme.cloudflareaccess.com");
            assert_eq!(team.label(), "acme");
        }
        let fed = Team::parse("https://acme.fed.cloudflareaccess.com/").expect("the fed form");
        assert_eq!(fed.label(), "acme.fed");
        assert_eq!(fed.issuer(), "https://acme.fed.cloudflareaccess.com");
        assert_eq!(Team::parse("acme.fed.cloudflareaccess.com"), Ok(fed));
    }

    #[test]
    fn only_the_reserved_team_is_local() {
        for text in [LOCAL_TEAM, "CFACCESS-LOCAL", "https://cfaccess-local.cloudflareaccess.com/"] {
            assert_eq!(Team::parse(text).expect(text).realm(), Realm::Local, "{text}");
        }
        for text in ["acme", "cfaccess-locals", "cfaccess", "cfaccess-local.fed.cloudflareaccess.com"] {
            assert_eq!(Team::parse(text).expect(text).realm(), Realm::Access, "{text}");
        }
    }

    #[test]
    fn anything_else_says_what_was_expected() {
        for text in [
            "",
            " acme",
            "acme\n",
            "-acme",
            "acme-",
            "ac_me",
            "acme.com",
            "acme.fed",
            "a.b.cloudflareaccess.com",
            ".cloudflareaccess.com",
            "https://acme",
            "http://acme.cloudflareaccess.com",
            "https://acme.cloudflareaccess.com//",
            "https://acme.cloudflareaccess.com:443",
            "https://acme.cloudflareaccess.com/cdn-cgi/access/certs",
            "https://user@acme.cloudflareaccess.com",
            "acme.cloudflareaccess.com/",
            "acme.cloudflareaccess.com.evil.example",
            "\u{430}cme",
            &"a".repeat(64),
        ] {
            let refusal = Team::parse(text).expect_err(text);
            assert_eq!(refusal.status(), Status::InvalidConfig);
            assert!(refusal.message().contains("acme.cloudflareaccess.com"), "{text}");
        }
    }
}
