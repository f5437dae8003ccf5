//! Where a local Access listens: in plain text, on this computer and nowhere else.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::status::{Refusal, Status};

const HOSTS: [(&str, IpAddr); 2] =
    [("127.0.0.1", IpAddr::V4(Ipv4Addr::LOCALHOST)), ("[::1]", IpAddr::V6(Ipv6Addr::LOCALHOST))];

/// The address of a local Access: `http://127.0.0.1:PORT` or `http://[::1]:PORT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalAddress(SocketAddr);

impl LocalAddress {
    /// Reads `http://127.0.0.1:PORT` or `http://[::1]:PORT`, with at most a slash after it. No other host, no name and
    /// no other spelling of these addresses is taken.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it is not of this form; the message does not repeat it.
    pub fn new(url: &str) -> Result<LocalAddress, Refusal> {
        parse(url).ok_or_else(|| refused("local"))
    }

    /// Reads what the environment variable of this name holds.
    pub(super) fn of_variable(name: &str, value: &std::ffi::OsStr) -> Result<LocalAddress, Refusal> {
        value.to_str().and_then(parse).ok_or_else(|| refused(name))
    }

    /// With both ends of the connection on this computer there is no name to look up.
    pub(super) fn socket(self) -> SocketAddr {
        self.0
    }
}

/// `127.0.0.1:8780`
impl fmt::Display for LocalAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// No parser of URLs: they take `http:\\127.1:08780` for one of these.
fn parse(url: &str) -> Option<LocalAddress> {
    let rest = url.strip_prefix("http://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    HOSTS.iter().find_map(|(host, address)| {
        let port = rest.strip_prefix(host)?.strip_prefix(':')?;
        let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
        let port: u16 = is_plain.then(|| port.parse().ok())??;
        Some(LocalAddress(SocketAddr::new(*address, port)))
    })
}

fn refused(named_by: &str) -> Refusal {
    let expected = "expected http://127.0.0.1:PORT or http://[::1]:PORT";
    Refusal::new(Status::InvalidConfig, format!("{named_by} is no address of a local Access; {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_scheme() {
        for (url, shown) in [
            ("http://127.0.0.1:8780", "127.0.0.1:8780"),
            ("http://127.0.0.1:80/", "127.0.0.1:80"),
            ("http://[::1]:65535", "[::1]:65535"),
        ] {
            assert_eq!(LocalAddress::new(url).expect(url).to_string(), shown);
        }
    }

    #[test]
    fn a_refusal_names_where_the_address_came_from_and_does_not_repeat_it() {
        for url in ["http://user:secret@127.0.0.1:8780", "secret", ""] {
            let refusal = LocalAddress::new(url).expect_err(url);
            assert_eq!(refusal.status(), Status::InvalidConfig);
            assert!(refusal.message().starts_with("local "), "{refusal}");
            assert!(!refusal.message().contains("secret"), "{refusal}");
            let refusal = LocalAddress::of_variable("CFACCESS_LOCAL", url.as_ref()).expect_err(url);
            assert!(refusal.message().starts_with("CFACCESS_LOCAL "), "{refusal}");
        }
    }
}
