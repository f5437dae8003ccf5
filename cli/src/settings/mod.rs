//! What a command goes by: flags, then the environment, then the configuration file.

mod access;
mod file;
mod flags;
mod store_url;

pub use access::{Settings, variable};
pub use file::{OneOrMore, Seconds, read_toml};
pub use flags::{ApplicationFlags, Common, KeysFlag, NetworkFlags, StoreFlag, TeamFlag};
pub use store_url::StoreUrl;
