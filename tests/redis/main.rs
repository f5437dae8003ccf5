//! Revocations in Redis, with a real server of each test's own.
#![cfg(all(unix, feature = "store-redis"))]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod damage;
mod failover;
mod load;
mod nodes;
mod outage;
mod proxy;
mod reader;
mod restart;
mod shared;
mod tls;
