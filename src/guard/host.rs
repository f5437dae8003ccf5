//! The host of a request or of a route, with an optional port (RFC 9110 section 7.2, RFC 3986 section 3.2.2).

use std::net::Ipv6Addr;

const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// A host in a form that can be compared. A name has no final dot; an IPv4 address is a name here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Host<Name> {
    Name(Name),
    Address(Ipv6Addr),
}

/// A host as a configuration names it.
pub(super) type ConfiguredHost = Host<Box<[u8]>>;

/// A host with an optional port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Authority<'a> {
    pub(super) host: Host<&'a [u8]>,
    pub(super) port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// `None` unless it is a name or a bracketed address, and then a port or nothing: the application might read
    /// anything else as another host.
    pub(super) fn parse(text: &'a [u8]) -> Option<Authority<'a>> {
        let (host, rest) = match text.strip_prefix(b"[") {
            Some(inner) => {
                let end = inner.iter().position(|&byte| byte == b']')?;
                let (address, rest) = inner.split_at_checked(end)?;
                (Host::Address(parse_address(address)?), rest.get(1..)?)
            }
            None => {
                let end = text.iter().position(|&byte| byte == b':').unwrap_or(text.len());
                let (name, rest) = text.split_at_checked(end)?;
                (Host::Name(parse_name(name)?), rest)
            }
        };
        Some(Authority { host, port: parse_port(rest)? })
    }

    /// The port, unless it is the default of the scheme.
    pub(super) fn non_default_port(&self, is_secure: bool) -> Option<u16> {
        self.port.filter(|&port| port != if is_secure { 443 } else { 80 })
    }
}

impl ConfiguredHost {
    /// Reads a host without a port, as a configuration has it; an IPv6 address with or without brackets.
    pub(super) fn parse(text: &str) -> Option<ConfiguredHost> {
        if let Some(address) = parse_address(text.as_bytes()) {
            return Some(Host::Address(address));
        }
        if text.contains(':') && !text.ends_with(']') {
            return None;
        }
        Some(Authority::parse(text.as_bytes())?.host.to_owned())
    }
}

impl<Name: AsRef<[u8]>> Host<Name> {
    pub(super) fn is<Other: AsRef<[u8]>>(&self, other: &Host<Other>) -> bool {
        match (self, other) {
            (Host::Name(name), Host::Name(other)) => name.as_ref().eq_ignore_ascii_case(other.as_ref()),
            (Host::Address(address), Host::Address(other)) => address == other,
            _ => false,
        }
    }
}

impl Host<&[u8]> {
    pub(super) fn to_owned(self) -> ConfiguredHost {
        match self {
            Host::Name(name) => Host::Name(name.into()),
            Host::Address(address) => Host::Address(address),
        }
    }
}

fn parse_address(text: &[u8]) -> Option<Ipv6Addr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Without the final dot of a fully qualified name. Underscores are not allowed in host names, but in use.
fn parse_name(text: &[u8]) -> Option<&[u8]> {
    let name = text.strip_suffix(b".").unwrap_or(text);
    let is_label = |label: &[u8]| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let sane = name.len() <= NAME_MAX && name.split(|&byte| byte == b'.').all(is_label);
    sane.then_some(name)
}

/// Nothing, or a colon and at most five digits; RFC 3986 allows an empty port.
fn parse_port(rest: &[u8]) -> Option<Option<u16>> {
    match rest.strip_prefix(b":") {
        None => rest.is_empty().then_some(None),
        Some(b"") => Some(None),
        Some(digits) if digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok()?.parse().ok().map(Some)
        }
        Some(_) => None,
    }
}
