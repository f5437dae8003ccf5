//! Revocations in an SQLite file, shared by the processes of one host.

mod fault;
mod location;
mod network;
mod place;
mod read;
mod rows;
mod schema;
mod session;
mod sqlite;
mod write;

pub(super) use location::Location;
pub(super) use sqlite::Sqlite;

#[cfg(test)]
mod tests;
