//! Where the store is, and what has changed since.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use redis::{Value, cmd};

use super::super::store::{Change, Page, Position};
use super::connection::Connection;
use super::fault::Fault;
use super::keys::{FORMAT, Keys};
use super::reply::{array, array_of, bytes, number, optional, pairs, text};
use super::row::{Row, target_of};

const PAGE: usize = 1_000;
/// A write between two answers makes them look as if entries were lost: it is asked again before that is believed.
const LOOKS: usize = 3;

pub(super) fn position(connection: &mut Connection, keys: &Keys) -> Result<Position, Fault> {
    let mut position = look(connection, keys)?;
    for _ in 1..LOOKS {
        if position.entries == position.counted {
            break;
        }
        position = look(connection, keys)?;
    }
    Ok(position)
}

fn look(connection: &mut Connection, keys: &Keys) -> Result<Position, Fault> {
    let mut meta = cmd("HMGET");
    meta.arg(&keys.meta).arg(&["format", "epoch", "version", "count"]);
    let mut entries = cmd("HLEN");
    entries.arg(&keys.entries);
    let mut changes = cmd("ZCARD");
    changes.arg(&keys.changes);
    let [meta, entries, changes] = connection.ask_all([meta, entries, changes])?;
    let [format, epoch, version, count] = array_of(meta)?;
    // An entry that is in one of both only is as good as lost.
    let counted = number(entries)?.min(number(changes)?);
    let connection = connection.number;
    let meta = (optional(format, text)?, optional(epoch, text)?);
    match (meta, optional(version, number)?, optional(count, number)?) {
        ((Some(format), Some(epoch)), Some(version), Some(entries)) if format == FORMAT => {
            Ok(Position { epoch, version, entries, counted, connection })
        }
        ((None, None), None, None) => {
            Ok(Position { epoch: String::new(), version: 0, entries: 0, counted, connection })
        }
        _ => Err(Fault::refused("the store has a format that this version does not know")),
    }
}

pub(super) fn page(
    connection: &mut Connection,
    keys: &Keys,
    after: u64,
    timeout: Duration,
) -> Result<Page, Fault> {
    let mut changes = cmd("ZRANGE");
    changes.arg(&keys.changes).arg(format!("({after}")).arg("+inf");
    changes.arg(&["BYSCORE", "LIMIT", "0"]).arg(PAGE).arg("WITHSCORES");
    let mut indexed = cmd("ZCARD");
    indexed.arg(&keys.changes);
    let mut entries = cmd("HLEN");
    entries.arg(&keys.entries);
    let [changes, indexed, entries] = connection.ask_all([changes, indexed, entries])?;
    if after == 0 && number(indexed)? < number(entries)? {
        return everything(connection, keys, timeout);
    }
    let changes = pairs(changes)?
        .into_iter()
        .map(|(field, score)| Ok((bytes(field)?, number(score)?)))
        .collect::<Result<Vec<_>, Fault>>()?;
    let Some((_, last)) = changes.last() else { return Ok(Page::default()) };
    let up_to = (changes.len() >= PAGE).then_some(*last);
    let fields = changes.iter().map(|(field, _)| field.as_slice());
    let values = values_of(connection, keys, fields)?;
    let mut page = Page { up_to, ..Page::default() };
    for ((field, version), value) in changes.iter().zip(values) {
        // Without a value it was removed meanwhile.
        if let Some(value) = value {
            add(&mut page, field, &value, *version);
        }
    }
    Ok(page)
}

pub(super) fn values_of<'a>(
    connection: &mut Connection,
    keys: &Keys,
    fields: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<Option<Vec<u8>>>, Fault> {
    let mut values = cmd("HMGET");
    values.arg(&keys.entries);
    fields.for_each(|field| {
        values.arg(field);
    });
    let values: Vec<Value> = array(connection.ask(values)?)?;
    values.into_iter().map(|value| optional(value, bytes)).collect()
}

/// Every entry, without the index, which has lost some. Each step may take the timeout.
fn everything(connection: &mut Connection, keys: &Keys, timeout: Duration) -> Result<Page, Fault> {
    let mut found = HashMap::new();
    let mut cursor = "0".to_owned();
    loop {
        connection.set_deadline(Instant::now() + timeout);
        let mut scan = cmd("HSCAN");
        scan.arg(&keys.entries).arg(&cursor).arg("COUNT").arg(PAGE);
        let [next, entries] = array_of(connection.ask(scan)?)?;
        for (field, value) in pairs(entries)? {
            found.insert(bytes(field)?, bytes(value)?);
        }
        cursor = text(next)?;
        if cursor == "0" {
            break;
        }
    }
    let mut page = Page::default();
    found.iter().for_each(|(field, value)| add(&mut page, field, value, 0));
    page.changes.sort_by_key(|change| change.version);
    Ok(page)
}

fn add(page: &mut Page, field: &[u8], value: &[u8], version: u64) {
    match target_of(field) {
        Some(target) => {
            let Row { terms, version, .. } = Row::read(value, version);
            page.changes.push(Change { target, terms, version });
        }
        None => page.skipped += 1,
    }
}
