//! A Cloudflare Access for one computer, in front of an application under development.
//!
//! It signs in, signs tokens, sets cookies and headers, rotates keys, ends sessions and fails on demand. Its team is
//! always [`TEAM`], and its keys carry a mark, so that nothing that it signs is accepted in production.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unreachable
    )
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]
mod access;
mod clock;
mod config;
mod control;
mod duration;
mod edge;
mod face;
mod faults;
mod keys;
mod pages;
mod request_log;
mod run;
mod server;
mod sessions;
mod state;
mod team;
mod tls;
mod tokens;
mod transfer;
mod transfer_box;
mod transfer_endpoint;

pub use control::mint_offline;
pub use run::{Failure, Options, environment, run};
pub use team::{ISSUER, TEAM, TEAM_HOST};
