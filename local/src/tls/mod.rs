//! The exact face: a certificate authority whose key is gone after the start, and TLS under the names that it signed.

mod authority;
mod names;
mod trust;

pub(crate) use authority::{CertificateError, Certificates};
pub(crate) use names::{Names, TRANSFER_HOST};
pub(crate) use trust::TrustFiles;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::has_tool;
