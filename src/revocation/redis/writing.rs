//! Writes, by one script: Redis runs nothing else meanwhile.

use std::time::{Duration, Instant};

use aws_lc_rs::{digest, rand};
use redis::{Cmd, Value, cmd};

use super::super::entry::{Action, LIFT_LIFETIME};
use super::super::store::{CLOCKS_APART_MAX, GRACE, Order, Receipt, StoreError, later_clock};
use super::connection::Connection;
use super::fault::Fault;
use super::keys::{FORMAT, Keys};
use super::reply::{array, number, text};
use super::row::{field_of, seconds_of, terms_of, time_of};
use super::socket::time_left;
use crate::config::{LEEWAY_MAX, LIFETIME_MAX};
use crate::ffi::system;
use crate::time::Timestamp;

const SCRIPT: &str = include_str!("write.lua");
/// The server answers nobody else while the script runs.
const ORDERS_MAX: usize = 1_000;
const AUDIT_LINES: u32 = 100_000;
/// How many entries a write looks at for one that fell away, and how many a purge does at a time.
const STEP: u32 = 20;
const PURGE_STEP: u32 = 1_000;
/// Of an order, in the answer of the script.
const RECEIPT_WIDTH: usize = 4;

/// Which entries the script looks at for those that fell away.
struct Removal<'a> {
    /// None for where the last write stopped.
    cursor: Option<&'a str>,
    step: u32,
    recounts: bool,
    clock: Timestamp,
}

/// What the script did.
struct Answer {
    store_clock: Timestamp,
    removed: u64,
    cursor: String,
    receipts: Vec<Value>,
}

pub(super) fn write(
    connection: &mut Connection,
    keys: &Keys,
    orders: &[Order<'_>],
) -> Result<Vec<Receipt>, Fault> {
    let Some(first) = orders.first() else { return Ok(Vec::new()) };
    if orders.len() > ORDERS_MAX {
        let reason =
            format!("{} entries at once; at most {ORDERS_MAX} can be written together", orders.len());
        return Err(Fault::refused(reason));
    }
    let removal = Removal { cursor: None, step: STEP, recounts: false, clock: first.writer_clock };
    let answer = run(connection, keys, &removal, orders)?;
    let mut values = answer.receipts.into_iter().map(text);
    let mut receipts = Vec::with_capacity(orders.len());
    for order in orders {
        let words = values.by_ref().take(RECEIPT_WIDTH).collect::<Result<Vec<_>, Fault>>()?;
        let mut words = words.iter().map(String::as_str);
        let version = words.next().and_then(|word| word.parse().ok());
        let (Some(version), Some(terms)) = (version, terms_of(&mut words)) else {
            return Err(Fault::unexpected());
        };
        receipts.push(Receipt {
            target: order.target.clone(),
            terms,
            version,
            clock_ahead: answer.store_clock.since(order.writer_clock),
            replicas: None,
        });
    }
    Ok(receipts)
}

/// How many replicas have what this connection wrote; they are waited for until the deadline.
pub(super) fn replicas(connection: &mut Connection, wanted: u32, deadline: Instant) -> u64 {
    // The rest is for the answer.
    let patience = time_left(deadline).map_or(1, |left| (left * 3 / 4).as_millis().max(1));
    let mut wait = cmd("WAIT");
    wait.arg(wanted).arg(u64::try_from(patience).unwrap_or(u64::MAX));
    // The write is there, and no replica is known to have it.
    connection.ask(wait).and_then(number).unwrap_or(0)
}

/// Each step may take the timeout.
pub(super) fn purge(
    connection: &mut Connection,
    keys: &Keys,
    clock: Timestamp,
    timeout: Duration,
) -> Result<u64, Fault> {
    let mut removed = 0;
    let mut cursor = "0".to_owned();
    loop {
        connection.set_deadline(Instant::now() + timeout);
        let removal = Removal { cursor: Some(&cursor), step: PURGE_STEP, recounts: true, clock };
        let answer = run(connection, keys, &removal, &[])?;
        removed += answer.removed;
        if answer.cursor == "0" {
            return Ok(removed);
        }
        cursor = answer.cursor;
    }
}

fn run(
    connection: &mut Connection,
    keys: &Keys,
    removal: &Removal<'_>,
    orders: &[Order<'_>],
) -> Result<Answer, Fault> {
    let hash = hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, SCRIPT.as_bytes()).as_ref());
    let epoch = epoch();
    let command = |name: &str, script: &str| {
        let mut command = cmd(name);
        command.arg(script).arg(4).arg(&keys.meta).arg(&keys.entries).arg(&keys.changes).arg(&keys.audit);
        add_settings(&mut command, &epoch, removal);
        orders.iter().for_each(|order| add_order(&mut command, order));
        command
    };
    let answer = match connection.ask(command("EVALSHA", &hash)) {
        Err(Fault::NoScript) => connection.ask(command("EVAL", SCRIPT)),
        answer => answer,
    };
    let mut words = array(answer?)?.into_iter();
    let mut word = || words.next().map_or_else(|| Err(Fault::unexpected()), text);
    match &*word()? {
        "OK" => Ok(Answer {
            store_clock: time_of(&word()?).ok_or_else(Fault::unexpected)?,
            removed: word()?.parse().map_err(|_| Fault::unexpected())?,
            cursor: word()?,
            receipts: words.collect(),
        }),
        "CLOCK" => {
            let store = time_of(&word()?).ok_or_else(Fault::unexpected)?;
            let clocks = orders.iter().map(|order| later_clock(order.writer_clock, store));
            Err(clocks.filter_map(Result::err).next().map_or_else(Fault::unexpected, Fault::Store))
        }
        "FORMAT" => Err(Fault::refused("the store has a format that this version does not know")),
        _ => Err(Fault::unexpected()),
    }
}

fn add_settings(command: &mut Cmd, epoch: &str, removal: &Removal<'_>) {
    command.arg(FORMAT).arg(epoch);
    command.arg(LIFETIME_MAX).arg(LEEWAY_MAX).arg(LIFT_LIFETIME).arg(CLOCKS_APART_MAX).arg(GRACE);
    command.arg(AUDIT_LINES).arg(Timestamp::MAX.seconds());
    command.arg(removal.cursor.unwrap_or_default()).arg(removal.step).arg(u8::from(removal.recounts));
    command.arg(removal.clock.seconds());
}

/// What an action does not have is empty.
fn add_order(command: &mut Cmd, order: &Order<'_>) {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let (at, blocked_until, expires_at, margin) = match order.action {
        Action::Revoke { at, margin } => (at.map(Timestamp::seconds), None, None, Some(margin)),
        Action::Block { until, margin } => (None, Some(until.seconds()), None, Some(margin)),
        Action::Lift => (None, None, None, None),
        Action::Import(terms) => (
            Some(seconds_of(terms.not_issued_after)),
            Some(seconds_of(terms.blocked_until)),
            Some(terms.expires_at.seconds()),
            None,
        ),
    };
    command.arg(field_of(order.target)).arg(order.action.name()).arg(order.writer_clock.seconds());
    command.arg(number(at)).arg(number(blocked_until)).arg(number(expires_at)).arg(number(margin));
    command.arg(&order.note.made_by).arg(&order.note.reason);
}

/// Names the life of a store, if this write begins one.
fn epoch() -> String {
    let mut bits = [0; 16];
    // Without random bits the time of the write has to do.
    if system::without_fork_or_exit(|| rand::fill(&mut bits)).is_err() {
        return Timestamp::now().seconds().to_string();
    }
    hex(&bits)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Store(error)
    }
}
