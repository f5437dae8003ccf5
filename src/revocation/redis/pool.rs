//! Connections that wait for their next use.

use std::sync::{Mutex, PoisonError};

use super::connection::Connection;
use crate::ffi::system;

/// So many threads can write without connecting anew each time.
const CONNECTIONS_MAX: usize = 8;

/// Locked only while this process does not fork. After a fork the child finds the connections of its parent here, and
/// closes its copies of them, of which the server sees nothing.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Connection>>);

impl Pool {
    pub(super) fn take(&self) -> Option<Connection> {
        while let Some(connection) = self.with(Vec::pop) {
            if connection.is_usable() {
                return Some(connection);
            }
        }
        None
    }

    pub(super) fn put(&self, connection: Connection) {
        let excess = self.with(|connections| {
            if connection.is_usable() && connections.len() < CONNECTIONS_MAX {
                connections.push(connection);
                return None;
            }
            Some(connection)
        });
        drop(excess);
    }

    fn with<T>(&self, body: impl FnOnce(&mut Vec<Connection>) -> T) -> T {
        system::without_fork_or_exit(|| body(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
