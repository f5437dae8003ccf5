//! A store in Redis.

use std::time::{Duration, Instant};

use super::super::entry::RevocationEntry;
use super::super::options::RevocationOptions;
use super::super::store::{AuditLine, Order, Page, Position, Query, Receipt, Store, StoreError, StoreReport};
use super::address::Address;
use super::connection::Connection;
use super::dialer::Dialer;
use super::fault::Fault;
use super::keys::Keys;
use super::listing::Listing;
use super::pool::Pool;
use super::{audit, examine, reading, writing};
use crate::status::Refusal;
use crate::team::Team;
use crate::time::Timestamp;

pub(in super::super) struct Redis {
    keys: Keys,
    dialer: Dialer,
    /// The poll has its own connection, since a new one means that everything is read again.
    polling: Pool,
    others: Pool,
    listing: Listing,
}

impl Redis {
    pub(in super::super) fn open(
        url: &str,
        team: &Team,
        options: &RevocationOptions,
    ) -> Result<Redis, Refusal> {
        let dialer = Dialer::new(Address::parse(url)?, options.ca_file.as_deref())?;
        let [polling, others] = [Pool::default(), Pool::default()];
        Ok(Redis { keys: Keys::of(team), dialer, polling, others, listing: Listing::default() })
    }

    /// Runs a body on a connection, which is kept only if nothing went wrong. If another node of the cluster has the
    /// keys, the body runs once more there.
    fn on<T>(
        &self,
        pool: &Pool,
        timeout: Duration,
        body: impl Fn(&mut Connection, Instant) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        // It ends before its callers stop waiting, so that they learn why.
        let deadline = Instant::now() + timeout - timeout / 20;
        let attempt = || {
            let mut connection = match pool.take() {
                Some(connection) => connection,
                None => self.dialer.dial(deadline)?,
            };
            connection.set_deadline(deadline);
            let (connection, answer) = match body(&mut connection, deadline) {
                Err(Fault::Moved { host, port }) => {
                    let mut connection = self.dialer.dial_node(host, port, deadline)?;
                    let answer = body(&mut connection, deadline)?;
                    (connection, answer)
                }
                answer => (connection, answer?),
            };
            pool.put(connection);
            Ok(answer)
        };
        attempt().map_err(Fault::into_error)
    }
}

impl Store for Redis {
    fn position(&self, timeout: Duration) -> Result<Position, StoreError> {
        let position =
            self.on(&self.polling, timeout, |connection, _| reading::position(connection, &self.keys))?;
        if self.dialer.address().require_initialised && position.epoch.is_empty() {
            let reason = "the store is empty, which require_initialised does not allow";
            return Err(StoreError::Refused(reason.to_owned()));
        }
        Ok(position)
    }

    fn changes_after(&self, version: u64, timeout: Duration) -> Result<Page, StoreError> {
        let read = |connection: &mut Connection, _| reading::page(connection, &self.keys, version, timeout);
        self.on(&self.polling, timeout, read)
    }

    fn write(&self, orders: &[Order<'_>], timeout: Duration) -> Result<Vec<Receipt>, StoreError> {
        self.on(&self.others, timeout, |connection, deadline| {
            let mut receipts = writing::write(connection, &self.keys, orders)?;
            if let Some(wanted) = self.dialer.address().wait_replicas {
                let replicas = writing::replicas(connection, wanted, deadline);
                receipts.iter_mut().for_each(|receipt| receipt.replicas = Some(replicas));
            }
            Ok(receipts)
        })
    }

    fn list(&self, query: &Query<'_>, timeout: Duration) -> Result<Vec<RevocationEntry>, StoreError> {
        self.on(&self.others, timeout, |connection, _| {
            self.listing.list(connection, &self.keys, query, timeout)
        })
    }

    fn audit(&self, after: &str, limit: usize, timeout: Duration) -> Result<Vec<AuditLine>, StoreError> {
        self.on(&self.others, timeout, |connection, _| audit::lines(connection, &self.keys, after, limit))
    }

    fn purge(&self, now: Timestamp, timeout: Duration) -> Result<u64, StoreError> {
        self.on(&self.others, timeout, |connection, _| writing::purge(connection, &self.keys, now, timeout))
    }

    fn examine(&self, timeout: Duration) -> Result<StoreReport, StoreError> {
        self.on(&self.others, timeout, |connection, _| examine::examine(connection))
    }
}
