//! Who wrote what.

use redis::{Value, cmd};

use super::super::entry::Terms;
use super::super::store::AuditLine;
use super::super::target::Target;
use super::connection::Connection;
use super::fault::Fault;
use super::keys::Keys;
use super::reply::{array, array_of, pairs, text};
use super::row::{target_of, terms_of, time_of};
use crate::time::Timestamp;

pub(super) fn lines(
    connection: &mut Connection,
    keys: &Keys,
    after: &str,
    limit: usize,
) -> Result<Vec<AuditLine>, Fault> {
    let from = match after {
        "" => "-".to_owned(),
        id if is_id(id) => format!("({id}"),
        _ => return Err(Fault::refused("the audit of the store has no line with this id")),
    };
    let mut range = cmd("XRANGE");
    range.arg(&keys.audit).arg(from).arg("+").arg("COUNT").arg(limit);
    array(connection.ask(range)?)?.into_iter().map(line).collect()
}

/// What cannot be read of a line, since another program wrote it, is empty or taken as revoked for ever.
fn line(value: Value) -> Result<AuditLine, Fault> {
    let [id, fields] = array_of(value)?;
    let mut line = AuditLine {
        id: text(id)?,
        at: Timestamp::ZERO,
        action: String::new(),
        target: Target::team(),
        terms: Terms::ALWAYS,
        made_by: String::new(),
        reason: String::new(),
    };
    for (name, value) in pairs(fields)? {
        let (name, value) = (text(name)?, text(value)?);
        match &*name {
            "at" => line.at = time_of(&value).unwrap_or(Timestamp::ZERO),
            "action" => line.action = value,
            "entry" => line.target = target_of(value.as_bytes()).unwrap_or(line.target),
            "terms" => line.terms = terms_of(&mut value.split(' ')).unwrap_or(line.terms),
            "by" => line.made_by = value,
            "reason" => line.reason = value,
            _ => {}
        }
    }
    Ok(line)
}

/// `1764230405123-0`
fn is_id(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(time, count)| is_number(time) && is_number(count))
}
