//! What was revoked: the entries, the snapshot that tokens are compared with, and the stores that remember them.

mod clearance;
mod edit;
mod entry;
mod entry_json;
mod key;
mod memory;
mod moment;
mod open;
mod options;
mod polled;
#[cfg(feature = "store-redis")]
mod redis;
mod review;
mod revocations;
mod snapshot;
#[cfg(feature = "store-sqlite")]
mod sqlite;
mod status;
mod store;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod upkeep;

pub(crate) use clearance::Clearance;
pub use entry::{Note, RevocationEntry, Terms};
pub(crate) use entry_json::{entries_from_json, entries_to_json};
pub use options::{RevocationOptions, WhenStale};
pub(crate) use revocations::Finding;
pub use revocations::{Revocations, RevokeOptions};
pub use status::RevocationsStatus;
pub use store::{AuditLine, Receipt, StoreReport};
pub use target::{Target, TargetKind};
