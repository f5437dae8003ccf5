//! Why a fetch over HTTPS failed, in plain words.

use std::io;
use std::time::Duration;

use ureq::Error;

use super::connection::Step;
use super::document::DOCUMENT_MAX;
use super::proxy::ProxyServer;
use crate::net::{NameNotResolved, explain_tls};

/// Where a fetch leads.
pub(super) struct Route {
    /// The team's host, or the local Access, as a sentence names it.
    pub(super) peer: String,
    pub(super) proxy: Option<ProxyServer>,
    /// How long a fetch may take.
    pub(super) timeout: Duration,
}

impl Route {
    /// One sentence about an error that ended a fetch in this step.
    pub(super) fn explain(&self, error: &Error, step: Step) -> String {
        match error {
            Error::Timeout(_) => {
                format!("timeout: after {} s, {}", self.timeout.as_secs_f64(), self.unfinished(step))
            }
            Error::ConnectProxyFailed(answer) => self.refused_tunnel(answer),
            Error::BodyExceedsLimit(_) => format!("the key document has more than {DOCUMENT_MAX} bytes"),
            Error::LargeResponseHeader(..) => {
                format!("the header of the answer of {} is too large", self.peer)
            }
            Error::Protocol(_) | Error::Http(_) if step == Step::Tunnel => {
                format!("{} did not answer as an HTTP proxy does", self.peer_of(step))
            }
            Error::Protocol(_) | Error::Http(_) => format!("{} did not answer with valid HTTP", self.peer),
            Error::Rustls(error) => self.tls(error, step),
            Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(error) => self.tls(error, step),
                None => self.io(error, step),
            },
            Error::Other(error) if error.is::<NameNotResolved>() => match &self.proxy {
                Some(server) if step == Step::Resolve => format!("{error} (on the way through {server})"),
                _ => error.to_string(),
            },
            // The others have no cause in the network; their texts are plain.
            other => format!("no answer of {}: {other}", self.peer),
        }
    }

    /// Whoever the step waits for.
    fn peer_of(&self, step: Step) -> String {
        match (step, &self.proxy) {
            (Step::Resolve | Step::Connect | Step::Tunnel, Some(server)) => server.to_string(),
            _ => self.peer.clone(),
        }
    }

    fn unfinished(&self, step: Step) -> String {
        let peer = self.peer_of(step);
        match step {
            Step::Resolve => "the name lookup had not ended".to_owned(),
            Step::Connect => format!("{peer} had not accepted the connection"),
            Step::Tunnel => format!("{peer} had not connected to {}", self.peer),
            Step::Handshake => format!("{peer} had not completed the TLS handshake"),
            Step::Request => format!("{peer} had not answered the request"),
            Step::Read => format!("{peer} had not sent the whole document"),
        }
    }

    fn refused_tunnel(&self, answer: &str) -> String {
        let peer = self.peer_of(Step::Tunnel);
        // ureq hands on the code in a text only: "proxy server responded 407/407".
        match answer.rsplit('/').next().map(str::parse::<u16>) {
            // 407 by RFC 9110 section 15.5.8; tinyproxy answers a wrong password with 401.
            Some(Ok(code @ (401 | 407))) => {
                format!("{peer} answered HTTP {code}: it requires a valid user and password")
            }
            Some(Ok(code)) => format!("{peer} answered HTTP {code} to the CONNECT to {}", self.peer),
            _ => format!("{peer} did not answer the CONNECT to {}", self.peer),
        }
    }

    fn io(&self, error: &io::Error, step: Step) -> String {
        let peer = self.peer_of(step);
        match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("{peer} refused the connection"),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                format!("{peer} cannot be reached: {error}")
            }
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => format!("{peer} closed the connection {}", during(step)),
            _ if matches!(step, Step::Resolve | Step::Connect) => {
                format!("cannot connect to {peer}: {error}")
            }
            _ => format!("the connection to {peer} failed {}: {error}", during(step)),
        }
    }

    fn tls(&self, error: &rustls::Error, step: Step) -> String {
        explain_tls(
            &self.peer_of(step),
            error,
            "if your network intercepts TLS, set ca_file to its authority",
        )
    }
}

fn during(step: Step) -> &'static str {
    match step {
        Step::Resolve | Step::Connect => "at once",
        Step::Tunnel => "before it was connected to the endpoint",
        Step::Handshake => "during the TLS handshake",
        Step::Request => "before it answered the request",
        Step::Read => "before the document was whole",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::proxy;
    use rustls::{CertificateError, InvalidMessage};

    const HOST: &str = "acme.cloudflareaccess.com";

    fn direct() -> Route {
        Route { peer: HOST.to_owned(), proxy: None, timeout: Duration::from_millis(4_750) }
    }

    fn through_a_proxy() -> Route {
        let variable = |name: &str| (name == "ALL_PROXY").then(|| "http://user:secret@proxy:3128".into());
        Route { proxy: proxy::server_for(HOST, None, variable).expect("a proxy"), ..direct() }
    }

    fn io(kind: io::ErrorKind) -> Error {
        Error::Io(kind.into())
    }

    fn tls(error: rustls::Error) -> Error {
        Error::Io(io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[test]
    fn a_timeout_names_what_was_waited_for() {
        for (step, directly, by_proxy) in [
            (Step::Resolve, "the name lookup had not ended", "the name lookup had not ended"),
            (
                Step::Connect,
                "acme.cloudflareaccess.com had not accepted the connection",
                "the proxy proxy:3128 (ALL_PROXY) had not accepted the connection",
            ),
            (
                Step::Handshake,
                "acme.cloudflareaccess.com had not completed the TLS handshake",
                "acme.cloudflareaccess.com had not completed the TLS handshake",
            ),
            (
                Step::Request,
                "acme.cloudflareaccess.com had not answered the request",
                "acme.cloudflareaccess.com had not answered the request",
            ),
            (
                Step::Read,
                "acme.cloudflareaccess.com had not sent the whole document",
                "acme.cloudflareaccess.com had not sent the whole document",
            ),
        ] {
            let error = Error::Timeout(ureq::Timeout::Global);
            let expected = |what: &str| format!("timeout: after 4.75 s, {what}");
            assert_eq!(direct().explain(&error, step), expected(directly));
            assert_eq!(through_a_proxy().explain(&error, step), expected(by_proxy));
        }
    }

    #[test]
    fn a_connection_that_fails_names_who_did_not_want_it() {
        let refused = io(io::ErrorKind::ConnectionRefused);
        assert_eq!(
            direct().explain(&refused, Step::Connect),
            "acme.cloudflareaccess.com refused the connection"
        );
        assert_eq!(
            through_a_proxy().explain(&refused, Step::Connect),
            "the proxy proxy:3128 (ALL_PROXY) refused the connection"
        );
        for (kind, step, expected) in [
            (
                io::ErrorKind::NetworkUnreachable,
                Step::Connect,
                "acme.cloudflareaccess.com cannot be reached: network unreachable",
            ),
            (
                io::ErrorKind::ConnectionReset,
                Step::Request,
                "acme.cloudflareaccess.com closed the connection before it answered the request",
            ),
            (
                io::ErrorKind::PermissionDenied,
                Step::Connect,
                "cannot connect to acme.cloudflareaccess.com: permission denied",
            ),
        ] {
            assert_eq!(direct().explain(&io(kind), step), expected);
        }
    }

    #[test]
    fn what_a_proxy_answers_is_reported_by_its_code() {
        for (answer, expected) in [
            ("proxy server responded 407/407", "answered HTTP 407: it requires a valid user and password"),
            ("proxy server responded 401/401", "answered HTTP 401: it requires a valid user and password"),
            (
                "proxy server responded 403/403",
                "answered HTTP 403 to the CONNECT to acme.cloudflareaccess.com",
            ),
            ("proxy server did not respond", "did not answer the CONNECT to acme.cloudflareaccess.com"),
        ] {
            let reason =
                through_a_proxy().explain(&Error::ConnectProxyFailed(answer.to_owned()), Step::Tunnel);
            assert_eq!(reason, format!("the proxy proxy:3128 (ALL_PROXY) {expected}"));
        }
    }

    /// rustls itself prints the names of variants.
    #[test]
    fn errors_of_tls_are_plain_sentences() {
        use rustls::{AlertDescription, PeerIncompatible, PeerMisbehaved};

        for (error, expected) in [
            (
                rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
                "does not speak TLS on this port",
            ),
            (rustls::Error::InvalidMessage(InvalidMessage::InvalidCcs), "sent invalid TLS data"),
            (
                rustls::Error::AlertReceived(AlertDescription::HandshakeFailure),
                "closed the TLS connection with alert 40 (RFC 8446 section 6)",
            ),
            (
                rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
                "shares no TLS version or cipher suite with this library",
            ),
            (
                rustls::Error::PeerMisbehaved(PeerMisbehaved::TooMuchEarlyDataReceived),
                "sent invalid TLS data",
            ),
        ] {
            let reason = direct().explain(&tls(error), Step::Handshake);
            assert_eq!(reason, format!("acme.cloudflareaccess.com {expected}"));
        }
    }

    #[test]
    fn errors_of_certificates_are_plain_sentences() {
        for (fault, expected) in [
            (CertificateError::BadEncoding, "cannot be read"),
            (CertificateError::Revoked, "is revoked"),
            (CertificateError::InvalidPurpose, "is not a server certificate"),
            (CertificateError::UnhandledCriticalExtension, "is not accepted"),
        ] {
            let reason = direct().explain(&tls(rustls::Error::InvalidCertificate(fault)), Step::Handshake);
            assert_eq!(reason, format!("the certificate of acme.cloudflareaccess.com {expected}"));
        }
    }
}
