//! Keeps a fetched value current: when to fetch it, who waits for the fetch, and what an answer changes.

mod current;
mod freshness;
mod log;
mod monitor;
mod process;
mod refresher;
mod source;
mod state;
#[cfg(test)]
mod tests;
mod thread;
mod timing;

pub(crate) use current::Current;
pub use log::{LogFunction, LogLevel};
#[cfg_attr(not(feature = "store-redis"), allow(unused_imports))]
pub(crate) use process::Process;
pub(crate) use refresher::{Help, Refresher, jitter};
pub(crate) use source::{Answer, Failure, Source};
pub(crate) use state::{Attempt, State};
pub(crate) use timing::Timing;
