//! Where to listen, and as what.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::{StartError, environment};
use crate::tls::{Names, TrustFiles};

/// As the command line and the configuration have them.
#[derive(Clone, Debug)]
pub(crate) struct ServerOptions {
    /// 0: any that is free.
    pub(crate) port: u16,
    /// Whether the face is the exact one.
    pub(crate) tls: bool,
    /// The names to make certificates for, if the face is the exact one.
    pub(crate) names: Names,
    /// Instead of `127.0.0.1`, with `tls` only; beyond loopback with `expose` only.
    pub(crate) listen: Option<IpAddr>,
    pub(crate) expose: bool,
    /// Whether the proxy leads to other hosts than `names` too, for clients on this computer.
    pub(crate) tunnel_others: bool,
    /// Where `ca.pem` and `ca-bundle.pem` are written, if not into a temporary folder.
    pub(crate) state: Option<PathBuf>,
}

/// The two kinds of server that there are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Plain,
    Exact { address: IpAddr },
}

impl ServerOptions {
    /// Whether they fit together.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        self.entry().map(drop)
    }

    /// What a program will have in its environment, for a port that is not 0. The files of the exact face are known
    /// only where they are in a state folder.
    pub(crate) fn environment(&self) -> Result<Vec<(String, String)>, StartError> {
        match (self.entry()?, &self.state) {
            (Entry::Plain, _) => Ok(environment::plain(self.port)),
            (Entry::Exact { address }, Some(state)) => {
                Ok(environment::exact(SocketAddr::new(address, self.port), &TrustFiles::of(state)))
            }
            (Entry::Exact { .. }, None) => {
                Err(StartError::new("--tls needs --state here, where the certificates are"))
            }
        }
    }

    pub(super) fn entry(&self) -> Result<Entry, StartError> {
        let beyond = self.listen.filter(|address| !address.is_loopback());
        match (beyond, self.listen) {
            (None, _) if self.expose => {
                Err(StartError::new("--expose needs --listen with an address beyond this computer"))
            }
            (None, Some(_)) if !self.tls => Err(StartError::new("--listen needs --tls")),
            (Some(address), _) if !self.tls || !self.expose => {
                Err(StartError::new(format!("--listen {address} needs --tls and --expose")))
            }
            _ if self.tunnel_others && !self.tls => Err(StartError::new("--tunnel-others needs --tls")),
            _ if self.tls => Ok(Entry::Exact { address: self.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()) }),
            _ => Ok(Entry::Plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(tls: bool, listen: Option<&str>, expose: bool) -> ServerOptions {
        ServerOptions {
            port: 0,
            tls,
            names: Names::new([], false),
            listen: listen.map(|address| address.parse().unwrap()),
            expose,
            tunnel_others: false,
            state: None,
        }
    }

    #[test]
    fn nothing_listens_beyond_loopback_unless_it_is_asked_for_twice_and_encrypted() {
        for address in ["0.0.0.0", "::", "192.0.2.1", "::ffff:127.0.0.1"] {
            for (tls, expose) in [(false, false), (false, true), (true, false)] {
                assert_eq!(
                    options(tls, Some(address), expose).entry().unwrap_err().to_string(),
                    format!("--listen {address} needs --tls and --expose")
                );
            }
            let entry = options(true, Some(address), true).entry().unwrap();
            assert_eq!(entry, Entry::Exact { address: address.parse().unwrap() });
        }
    }

    #[test]
    fn options_that_would_do_nothing_are_refused() {
        assert!(options(true, None, true).entry().is_err());
        assert!(options(true, Some("127.0.0.1"), true).entry().is_err());
        assert!(options(false, Some("127.0.0.1"), false).entry().is_err());
        assert!(ServerOptions { tunnel_others: true, ..options(false, None, false) }.entry().is_err());
        assert_eq!(options(false, None, false).entry().unwrap(), Entry::Plain);
        let exact = options(true, Some("::1"), false).entry().unwrap();
        assert_eq!(exact, Entry::Exact { address: "::1".parse().unwrap() });
    }
}
