//! The public keys of a team: where they come from, and which are in force.

mod cache_file;
mod connection;
mod document;
mod endpoint;
mod fetch;
mod fetch_error;
mod found_key;
mod http;
mod inspection;
mod jwk;
mod keys;
mod local_address;
mod mark;
mod options;
mod proxy;
mod public_key;
mod replacement;
mod status;
mod way;

pub(crate) use document::DOCUMENT_MAX;
pub use document::SkippedKey;
pub(crate) use found_key::FoundKey;
pub use inspection::CertsAnswer;
pub use keys::Keys;
pub(crate) use keys::Patience;
pub use local_address::LocalAddress;
pub(crate) use mark::foreign;
pub use options::{FetchFunction, RemoteOptions};
pub use proxy::Proxy;
pub(crate) use public_key::PublicKey;
pub use status::{KeyStatus, KeysStatus};
