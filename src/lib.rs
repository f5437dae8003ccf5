//! Who is calling? Verifies [Cloudflare Access] application tokens at an origin server.
//!
//! ```no_run
//! use cfaccess::{Config, Keys, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let token = b"";
//! let keys = Keys::from_file("certs.json".as_ref())?;
//! let mut config = Config::new("acme")?;
//! config.add_audience("32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228")?;
//! let verifier = Verifier::new(config, keys)?;
//!
//! match verifier.verify(token) {
//!     Ok(claims) => println!("{} is calling", claims.principal_id()),
//!     Err(refusal) => println!("HTTP {}: {refusal}", refusal.status().http_status()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The C ABI of the same core is described in `include/cfaccess.h`. It is the feature `ffi`, which is on by default;
//! a program with `panic = "abort"` depends on this crate with `default-features = false`.
//!
//! [Cloudflare Access]: https://developers.cloudflare.com/cloudflare-one/access-controls/

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::todo,
        clippy::unreachable
    )
)]
// Some of the core is used by the C ABI only, and some by the stores only.
#![cfg_attr(not(all(feature = "ffi", feature = "store-sqlite")), allow(dead_code, unused_imports))]

mod ascii;
mod cache;
mod claims;
mod config;
mod explain;
#[cfg(feature = "failpoint")]
mod failpoint;
#[cfg(feature = "ffi")]
mod ffi;
/// Without the C ABI only the calls of the system are left.
#[cfg(not(feature = "ffi"))]
#[allow(unsafe_code)]
mod ffi {
    pub(crate) mod system;
}
mod file_access;
mod guard;
mod json;
mod keys;
#[cfg(feature = "later")]
mod later;
mod net;
mod policy;
mod refresh;
mod request;
mod revocation;
mod signature;
mod stats;
mod status;
mod team;
mod thread_number;
mod time;
mod token;
mod verifier;

pub use cache::Verified;
pub use claims::{Claims, Kind};
pub use config::{Config, EmailHeader};
pub use guard::{Answer, Decision, Guard, GuardConfig, GuardRequest, HEADERS_READ};
pub use keys::{
    CertsAnswer, FetchFunction, KeyStatus, Keys, KeysStatus, LocalAddress, Proxy, RemoteOptions, SkippedKey,
};
pub use refresh::{LogFunction, LogLevel};
pub use revocation::{
    AuditLine, Note, Receipt, RevocationEntry, RevocationOptions, Revocations, RevocationsStatus,
    RevokeOptions, StoreReport, Target, TargetKind, Terms, WhenStale,
};
pub use stats::Stats;
pub use status::{Refusal, Remedy, Status};
pub use time::Timestamp;
pub use verifier::Verifier;
