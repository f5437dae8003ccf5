//! Ports.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use super::StartError;

/// How many free ports of IPv4 are tried until one is free for IPv6 too.
const ATTEMPTS: usize = 16;

/// The same port of `127.0.0.1` and `::1`; the former alone on a computer without IPv6.
pub(super) fn on_loopback(port: u16) -> Result<(Vec<TcpListener>, u16), StartError> {
    let mut attempts = if port == 0 { ATTEMPTS } else { 1 };
    loop {
        attempts = attempts.saturating_sub(1);
        let (first, actual) = on(IpAddr::V4(Ipv4Addr::LOCALHOST), port)?;
        match bind(IpAddr::V6(Ipv6Addr::LOCALHOST), actual) {
            Ok(second) => return Ok((vec![first, second], actual)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts > 0 => {}
            Err(error) if is_without_ipv6(&error) => return Ok((vec![first], actual)),
            Err(error) => return Err(StartError::of_port(actual, &error)),
        }
    }
}

/// One port of one address.
pub(super) fn on(address: IpAddr, port: u16) -> Result<(TcpListener, u16), StartError> {
    let bound = bind(address, port).and_then(|listener| {
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    });
    bound.map_err(|error| match error.kind() {
        io::ErrorKind::AddrNotAvailable => {
            StartError::new(format!("{address} is not an address of this computer"))
        }
        _ => StartError::of_port(port, &error),
    })
}

fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(address, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn is_without_ipv6(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_port_is_the_same_one_for_both_versions_of_ip() {
        let (listeners, port) = on_loopback(0).unwrap();
        assert!(port > 0);
        for listener in listeners {
            assert_eq!(listener.local_addr().unwrap().port(), port);
        }
    }

    #[test]
    fn a_port_that_is_taken_is_one_line() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(taken) = TcpListener::bind(address) else { continue };
            let port = taken.local_addr().unwrap().port();
            assert_eq!(
                on_loopback(port).unwrap_err().to_string(),
                format!("port {port} is taken; choose another by --port, or 0 for any")
            );
        }
    }

    #[test]
    fn a_foreign_address_is_named() {
        assert_eq!(
            on("192.0.2.1".parse().unwrap(), 0).unwrap_err().to_string(),
            "192.0.2.1 is not an address of this computer"
        );
    }
}
