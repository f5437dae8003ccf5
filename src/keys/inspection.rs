//! What a fetch would meet, step by step, for tools that look for a fault.

use std::env;

use super::endpoint::way_to;
use super::fetch::Answer;
use super::options::RemoteOptions;
use super::proxy;
use super::way::Way;
use crate::net::trusted;
use crate::status::{Refusal, Status};
use crate::team::Team;
use crate::time::Timestamp;

/// What the certs endpoint of a team answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CertsAnswer {
    /// The key document as it came, which [`Keys::from_json`](crate::Keys::from_json) reads.
    pub document: Vec<u8>,
    /// When it was sent, by the endpoint's clock (the header `Date`); `None` from a fetch function.
    pub date: Option<Timestamp>,
}

impl RemoteOptions {
    /// How many certificate authorities a fetch would trust: those of the platform and of `ca_file`. For the team
    /// `cfaccess-local` those of `ca_file` alone count.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if there are none, or some that were named cannot be read.
    pub fn authorities(&self) -> Result<usize, Refusal> {
        trusted(self.ca_file.as_deref()).map(|trusted| trusted.len())
    }

    /// The proxy that a fetch of this team's keys would go through, and what names it, without user and password;
    /// `None` if it would connect directly.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if the team or a proxy of the environment is wrong.
    pub fn proxy_to(&self, team: &str) -> Result<Option<String>, Refusal> {
        let team = Team::parse(team)?;
        if let Way::Local(_) = Way::chosen(&team, self, |name| env::var_os(name))? {
            return Ok(None);
        }
        let server = proxy::server_for(team.host(), self.proxy.as_ref(), |name| env::var_os(name))?;
        Ok(server.map(|server| server.to_string()))
    }

    /// Fetches a team's key document once, as [`Keys::remote`](crate::Keys::remote) would, and waits for it.
    ///
    /// # Errors
    /// `INVALID_CONFIG` as `Keys::remote`; `KEYS_UNAVAILABLE` with the reason if the endpoint does not answer with
    /// a document.
    pub fn fetch_certs(&self, team: &str) -> Result<CertsAnswer, Refusal> {
        let team = Team::parse(team)?;
        let timeout = self.timing()?.timeout;
        let unavailable = |reason: &str| {
            let message = format!("no keys from {}: {reason}", team.host());
            Refusal::new(Status::KeysUnavailable, message)
        };
        match way_to(&team, timeout, self)?.fetch(None, timeout) {
            Ok(Answer::Document { bytes, date, .. }) => Ok(CertsAnswer { document: bytes, date }),
            Ok(Answer::NotModified { .. }) => Err(unavailable("the endpoint answered HTTP 304")),
            Err(failure) => Err(unavailable(&failure.reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::FetchFunction;

    #[test]
    fn a_fetch_function_answers_without_a_date() {
        let fetch = FetchFunction::new(|url| Ok(url.as_bytes().to_vec()));
        let options = RemoteOptions { fetch: Some(fetch), ..RemoteOptions::default() };
        let answer = options.fetch_certs("acme").expect("an answer");
        assert_eq!(answer.document, b"https://acme.cloudflareaccess.com/cdn-cgi/access/certs");
        assert_eq!(answer.date, None);
    }

    #[test]
    fn a_fetch_that_fails_says_why() {
        let fetch = FetchFunction::new(|_| Err("no route".to_owned()));
        let options = RemoteOptions { fetch: Some(fetch), ..RemoteOptions::default() };
        let refusal = options.fetch_certs("acme").expect_err("a refusal");
        assert_eq!(refusal.status(), Status::KeysUnavailable);
        assert!(refusal.message().ends_with("the fetch function failed: no route"), "{refusal}");
        assert_eq!(options.fetch_certs("a b").expect_err("a refusal").status(), Status::InvalidConfig);
    }
}
