//! Answers proxies whether requests may pass.

mod app;
mod config;
mod metrics;
mod notify;
mod route;
mod server;
mod verdict;

pub use config::Settings;
pub use server::{check, serve};
