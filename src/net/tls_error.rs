//! Why TLS failed, in plain words: rustls itself prints the names of variants.

use rustls::{CertificateError, InvalidMessage};

/// One sentence; `advice` says what helps where the authority is not trusted.
pub(crate) fn explain_tls(peer: &str, error: &rustls::Error, advice: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(fault) => certificate(peer, fault, advice),
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => format!("{peer} does not speak TLS on this port"),
        rustls::Error::AlertReceived(alert) => {
            format!("{peer} closed the TLS connection with alert {} (RFC 8446 section 6)", u8::from(*alert))
        }
        rustls::Error::PeerIncompatible(_) => {
            format!("{peer} shares no TLS version or cipher suite with this library")
        }
        _ => format!("{peer} sent invalid TLS data"),
    }
}

fn certificate(peer: &str, fault: &CertificateError, advice: &str) -> String {
    const DAY: u64 = 86_400;
    let days_between = |earlier: u64, later: u64| later.saturating_sub(earlier) / DAY;
    let why = match fault {
        CertificateError::UnknownIssuer => {
            format!("is from a certificate authority that is not trusted; {advice}")
        }
        // The chain ends at the name of a trusted authority, but the key is another one.
        CertificateError::BadSignature => {
            format!("is from another certificate authority with the name of a trusted one; {advice}")
        }
        CertificateError::Expired => "has expired".to_owned(),
        CertificateError::ExpiredContext { time, not_after } => {
            let days = days_between(not_after.as_secs(), time.as_secs());
            format!("expired {days} days ago, by this machine's clock")
        }
        CertificateError::NotValidYet => "is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => {
            let days = days_between(time.as_secs(), not_before.as_secs());
            format!("is not valid for another {days} days, by this machine's clock")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another host".to_owned()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is not a server certificate".to_owned()
        }
        CertificateError::BadEncoding => "cannot be read".to_owned(),
        CertificateError::Revoked => "is revoked".to_owned(),
        _ => "is not accepted".to_owned(),
    };
    format!("the certificate of {peer} {why}")
}
