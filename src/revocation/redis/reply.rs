//! What the server answered, as what was expected.

use redis::Value;

use super::fault::Fault;

pub(super) fn array(value: Value) -> Result<Vec<Value>, Fault> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(Fault::unexpected()),
    }
}

/// An array of this length.
pub(super) fn array_of<const N: usize>(value: Value) -> Result<[Value; N], Fault> {
    array(value)?.try_into().map_err(|_| Fault::unexpected())
}

/// An array of names and what they stand for, or of members and their scores.
pub(super) fn pairs(value: Value) -> Result<Vec<(Value, Value)>, Fault> {
    let mut values = array(value)?.into_iter();
    let mut pairs = Vec::with_capacity(values.len() / 2);
    while let Some(first) = values.next() {
        pairs.push((first, values.next().ok_or_else(Fault::unexpected)?));
    }
    Ok(pairs)
}

pub(super) fn bytes(value: Value) -> Result<Vec<u8>, Fault> {
    match value {
        Value::BulkString(bytes) => Ok(bytes),
        Value::SimpleString(text) => Ok(text.into_bytes()),
        Value::Int(number) => Ok(number.to_string().into_bytes()),
        Value::Okay => Ok(b"OK".to_vec()),
        _ => Err(Fault::unexpected()),
    }
}

pub(super) fn text(value: Value) -> Result<String, Fault> {
    String::from_utf8(bytes(value)?).map_err(|_| Fault::unexpected())
}

pub(super) fn number(value: Value) -> Result<u64, Fault> {
    let text = text(value)?;
    // A score of a sorted set is a double.
    let of_double = || text.parse::<f64>().ok().filter(|score| *score >= 0.0).map(|score| score as u64);
    text.parse().ok().or_else(of_double).ok_or_else(Fault::unexpected)
}

/// None for nil.
pub(super) fn optional<T>(
    value: Value,
    read: impl FnOnce(Value) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    match value {
        Value::Nil => Ok(None),
        value => read(value).map(Some),
    }
}
