//! Entries in the order of their targets, which the server does not keep: it is made here, and kept from one page to
//! the next.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::entry::RevocationEntry;
use super::super::store::{Position, Query};
use super::super::target::Target;
use super::connection::Connection;
use super::fault::Fault;
use super::keys::Keys;
use super::reading;
use super::row::{Row, field_of};
use crate::ffi::system;

const CHUNK: usize = 1_000;

/// Locked only while this process does not fork.
#[derive(Default)]
pub(super) struct Listing(Mutex<Option<Order>>);

/// The targets of the store up to a position.
struct Order {
    position: Position,
    targets: BTreeSet<Target>,
}

impl Listing {
    /// Each step may take the timeout.
    pub(super) fn list(
        &self,
        connection: &mut Connection,
        keys: &Keys,
        query: &Query<'_>,
        timeout: Duration,
    ) -> Result<Vec<RevocationEntry>, Fault> {
        // The first page begins anew; two lists at a time are made each for itself.
        let kept = self.with(Option::take).filter(|_| query.after.is_some());
        let order = Order::current(kept, connection, keys, timeout)?;
        let first = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut wanted = order
            .targets
            .range::<Target, _>((first, Bound::Unbounded))
            .filter(|target| query.kind.is_none_or(|kind| target.kind() == kind));
        let mut entries = Vec::new();
        let mut is_over = false;
        while entries.len() < query.limit && !is_over {
            let targets: Vec<_> = wanted.by_ref().take(CHUNK.min(query.limit - entries.len())).collect();
            is_over = targets.is_empty();
            connection.set_deadline(Instant::now() + timeout);
            entries.extend(entries_of(connection, keys, &targets)?);
        }
        if !is_over {
            self.with(|kept| kept.replace(order));
        }
        Ok(entries)
    }

    fn with<T>(&self, body: impl FnOnce(&mut Option<Order>) -> T) -> T {
        system::without_fork_or_exit(|| body(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Order {
    fn current(
        kept: Option<Order>,
        connection: &mut Connection,
        keys: &Keys,
        timeout: Duration,
    ) -> Result<Order, Fault> {
        let position = reading::position(connection, keys)?;
        let goes_on =
            |kept: &Order| kept.position.epoch == position.epoch && kept.position.version <= position.version;
        let (mut targets, mut next) = match kept.filter(goes_on) {
            Some(kept) => (kept.targets, Some(kept.position.version)),
            None => (BTreeSet::new(), Some(0)),
        };
        while let Some(after) = next {
            connection.set_deadline(Instant::now() + timeout);
            let page = reading::page(connection, keys, after, timeout)?;
            targets.extend(page.changes.into_iter().map(|change| change.target));
            next = page.up_to.filter(|up_to| *up_to > after);
        }
        Ok(Order { position, targets })
    }
}

/// Without those that were removed meanwhile.
fn entries_of(
    connection: &mut Connection,
    keys: &Keys,
    targets: &[&Target],
) -> Result<Vec<RevocationEntry>, Fault> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let fields: Vec<String> = targets.iter().map(|target| field_of(target)).collect();
    let values = reading::values_of(connection, keys, fields.iter().map(String::as_bytes))?;
    let found = targets.iter().zip(values).filter_map(|(target, value)| Some((*target, value?)));
    Ok(found.map(|(target, value)| Row::read(&value, 0).into_entry(target.clone())).collect())
}
