//! The names that have a certificate.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::Config;
use crate::team::TEAM_HOST;

/// Where `cloudflared` fetches tokens that were approved in a browser.
pub(crate) const TRANSFER_HOST: &str = "login.cloudflareaccess.org";

/// Hosts in lower case: that of the team, those of applications, and perhaps [`TRANSFER_HOST`]. They are settled at the
/// start, since nothing can be signed later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names(Arc<BTreeSet<String>>);

impl Names {
    pub(crate) fn new<'a>(applications: impl IntoIterator<Item = &'a str>, cloudflared: bool) -> Names {
        let transfer = cloudflared.then_some(TRANSFER_HOST);
        let all = applications.into_iter().chain([TEAM_HOST]).chain(transfer);
        Names(Arc::new(all.map(str::to_owned).collect()))
    }

    pub(crate) fn of(config: &Config) -> Names {
        Names::new(
            config.applications.iter().map(|application| application.domain.host.as_str()),
            config.cloudflared,
        )
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The name that is spelled like this, in any case.
    pub(crate) fn find(&self, host: &str) -> Option<&str> {
        self.0.get(host.to_ascii_lowercase().as_str()).map(String::as_str)
    }

    /// Why a configuration cannot come into force while the server runs, if it cannot: one line. Names that are no
    /// longer in it are no reason.
    pub(crate) fn refusal(&self, config: &Config) -> Option<String> {
        let wanted = Names::of(config);
        let missing = wanted.iter().find(|host| self.find(host).is_none())?;
        Some(format!(
            "{missing} has no certificate, since all of them are signed at the start; restart to serve it"
        ))
    }
}
