//! Revocations in Redis or Valkey, for the processes of many hosts.

mod address;
mod audit;
mod connection;
mod dialer;
mod examine;
mod fault;
mod keys;
mod listing;
mod pool;
mod reading;
mod reply;
mod row;
mod socket;
mod store;
#[cfg(test)]
mod tests;
mod writing;

pub(super) use store::Redis;
