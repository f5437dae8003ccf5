//! What every way to a server needs: addresses for its name, authorities to trust, and words for what TLS refused.

mod name_lookup;
mod tls_error;
mod trust;

pub(crate) use name_lookup::{NameLookups, NameNotResolved, NoAddress};
pub(crate) use tls_error::explain_tls;
pub(crate) use trust::{certificates_in, trusted};
