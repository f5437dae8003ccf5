//! How this Access is reached: the same engine behind plain HTTP on loopback, or TLS under real names.

use crate::config::Config;
use crate::team::TEAM_HOST;
use crate::tls::TRANSFER_HOST;

/// Where an address leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    Team,
    /// A host of applications, in lower case and without port.
    Application(String),
    /// `login.cloudflareaccess.org`
    Transfer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// Applications at `http://localhost:PORT` and `http://NAME.localhost:PORT`, the team at `http://127.0.0.1:PORT`.
    Plain { port: u16 },
    /// Everything at its real name, over TLS, through a CONNECT proxy.
    Exact,
}

impl Face {
    /// The origin of the team: `scheme://host[:port]`.
    pub(crate) fn team_origin(self) -> String {
        match self {
            Face::Plain { port } => format!("http://127.0.0.1:{port}"),
            Face::Exact => crate::team::ISSUER.to_owned(),
        }
    }

    /// The origin of an application's host.
    pub(crate) fn origin_of(self, host: &str) -> String {
        match self {
            Face::Plain { port } => format!("http://{host}:{port}"),
            Face::Exact => format!("https://{host}"),
        }
    }

    /// Whether cookies say `Secure`, and `SameSite=None` where they would at Cloudflare.
    pub(crate) fn is_secure(self) -> bool {
        self == Face::Exact
    }

    /// What is served at the value of a `Host` header. Nothing is served at a name that merely leads to this
    /// computer: that is how other people's web pages reach services on loopback (DNS rebinding).
    pub(crate) fn site(self, authority: &str, config: &Config) -> Option<Site> {
        let authority = authority.to_ascii_lowercase();
        let host = self.host_of(&authority)?;
        match self {
            Face::Plain { .. } if host == "127.0.0.1" || host == "[::1]" => Some(Site::Team),
            Face::Exact if host == TEAM_HOST => Some(Site::Team),
            Face::Exact if host == TRANSFER_HOST && config.cloudflared => Some(Site::Transfer),
            _ => config.has_host(host).then(|| Site::Application(host.to_owned())),
        }
    }

    /// The host of an authority whose port is the one that is listened on.
    fn host_of(self, authority: &str) -> Option<&str> {
        let (port, default) = match self {
            Face::Plain { port } => (port, 80),
            Face::Exact => (443, 443),
        };
        let bracket = authority.rfind(']').unwrap_or(0);
        match authority.rfind(':').filter(|colon| *colon > bracket) {
            Some(colon) => {
                let (host, with_colon) = authority.split_at_checked(colon)?;
                (with_colon.strip_prefix(':') == Some(port.to_string().as_str())).then_some(host)
            }
            None => (port == default).then_some(authority),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::samples;

    const PLAIN: Face = Face::Plain { port: 8780 };

    #[test]
    fn the_plain_face_serves_its_own_names_at_its_own_port() {
        let config = samples::config(&[samples::application("app", "localhost"), {
            samples::application("wiki", "wiki.localhost")
        }]);
        let site = |authority: &str| PLAIN.site(authority, &config);
        assert_eq!(site("127.0.0.1:8780"), Some(Site::Team));
        assert_eq!(site("[::1]:8780"), Some(Site::Team));
        assert_eq!(site("localhost:8780"), Some(Site::Application("localhost".into())));
        assert_eq!(site("WIKI.LocalHost:8780"), Some(Site::Application("wiki.localhost".into())));
        for foreign in [
            "localhost",
            "127.0.0.1",
            "[::1]",
            "localhost:8781",
            "localhost:08780",
            "localhost:",
            "localhost.:8780",
            "localhost.evil.test:8780",
            "evil.test:8780",
            "other.localhost:8780",
            "127.0.0.2:8780",
            "ada@localhost:8780",
            "localhost:8780:8780",
            "",
            ":8780",
            "::1:8780",
            "cfaccess-local.cloudflareaccess.com:8780",
        ] {
            assert_eq!(site(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_default_port_can_be_left_out() {
        let config = samples::config(&[samples::application("app", "localhost")]);
        let face = Face::Plain { port: 80 };
        assert_eq!(face.site("localhost", &config), Some(Site::Application("localhost".into())));
        assert_eq!(face.site("localhost:80", &config), Some(Site::Application("localhost".into())));
    }

    #[test]
    fn the_exact_face_serves_real_names() {
        let mut config = samples::config(&[samples::application("app", "app.cfaccess.test")]);
        let site = |authority: &str, config: &Config| Face::Exact.site(authority, config);
        assert_eq!(site(TEAM_HOST, &config), Some(Site::Team));
        assert_eq!(
            site("app.cfaccess.test:443", &config),
            Some(Site::Application("app.cfaccess.test".into()))
        );
        for foreign in ["app.cfaccess.test:8780", "app.cfaccess.test.", "127.0.0.1", TRANSFER_HOST] {
            assert_eq!(site(foreign, &config), None, "{foreign}");
        }
        config.cloudflared = true;
        assert_eq!(site(TRANSFER_HOST, &config), Some(Site::Transfer));
    }
}
