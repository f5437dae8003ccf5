//! The proxy over real sockets, between clients and origins that speak in bytes.

mod bodies;
mod connections;
mod expect;
mod failures;
mod headers;
mod http2;
mod memory;
mod property;
mod refused;
mod support;
mod upgrades;
