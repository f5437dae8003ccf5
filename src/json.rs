//! Strict JSON, for every part of a token and for key documents.
//!
//! RFC 8259 syntax in UTF-8, no byte order mark, no lone surrogate, no number outside the range of a double,
//! nothing after the end, at most [`DEPTH_MAX`] levels. Repeated names are recorded in their object, so that
//! the reader of a token can refuse them anywhere and the reader of a key document can skip just one key.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Levels of arrays and objects, including the outermost.
const DEPTH_MAX: u8 = 32;

/// Up to this many names, comparing each with each is cheaper than a set.
const FEW_MEMBERS: usize = 16;

/// A JSON value that borrows from the text where possible.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// An integer from 0 to 2^64 - 1, written without fraction or exponent.
    Integer(u64),
    /// Every other number.
    Number(serde_json::Number),
    String(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Object<'a>),
}

/// A JSON object: its members in their order.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    repeats_a_name: bool,
}

/// The text is not strict JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotStrict;

/// JSON is UTF-8 (RFC 8259 section 8.1).
pub(crate) fn text(bytes: &[u8]) -> Result<&str, NotStrict> {
    std::str::from_utf8(bytes).map_err(|_| NotStrict)
}

/// Reads one value that fills the whole text.
pub(crate) fn parse(text: &str) -> Result<Value<'_>, NotStrict> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Reader { levels_left: DEPTH_MAX }.deserialize(&mut deserializer).map_err(|_| NotStrict)?;
    deserializer.end().map_err(|_| NotStrict)?;
    Ok(value)
}

/// Reads an object that fills the whole text and repeats no name at any depth.
pub(crate) fn parse_object(text: &str) -> Result<Object<'_>, NotStrict> {
    match parse(text)? {
        Value::Object(object) if !object.repeats_a_name_anywhere() => Ok(object),
        _ => Err(NotStrict),
    }
}

impl<'a> Value<'a> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Value<'a>]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    fn repeats_a_name_anywhere(&self) -> bool {
        match self {
            Value::Array(items) => items.iter().any(Value::repeats_a_name_anywhere),
            Value::Object(object) => object.repeats_a_name_anywhere(),
            _ => false,
        }
    }
}

impl<'a> Object<'a> {
    fn new(members: Vec<(Cow<'a, str>, Value<'a>)>) -> Object<'a> {
        let repeats_a_name = repeats_a_name(&members);
        Object { members, repeats_a_name }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(crate) fn into_members(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        self.members.into_iter()
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value<'a>> {
        let index = self.members.iter().position(|(known, _)| known == name)?;
        Some(self.members.swap_remove(index).1)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a name occurs twice in this object itself.
    pub(crate) fn repeats_a_name(&self) -> bool {
        self.repeats_a_name
    }

    /// Whether a name occurs twice in this object or in one inside it.
    pub(crate) fn repeats_a_name_anywhere(&self) -> bool {
        self.repeats_a_name || self.members.iter().any(|(_, value)| value.repeats_a_name_anywhere())
    }
}

fn repeats_a_name(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    if members.len() > FEW_MEMBERS {
        let mut seen = HashSet::with_capacity(members.len());
        return members.iter().any(|(name, _)| !seen.insert(name));
    }
    let mut rest = members;
    while let Some(((name, _), later)) = rest.split_first() {
        if later.iter().any(|(other, _)| other == name) {
            return true;
        }
        rest = later;
    }
    false
}

#[derive(Clone, Copy)]
struct Reader {
    levels_left: u8,
}

impl Reader {
    fn one_level_down<E: Error>(self) -> Result<Reader, E> {
        let levels_left = self.levels_left.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Reader { levels_left })
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, boolean: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(boolean))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value<'de>, E> {
        serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value<'de>, A::Error> {
        let inside = self.one_level_down()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value<'de>, A::Error> {
        let inside = self.one_level_down()?;
        let outermost = self.levels_left == DEPTH_MAX;
        let mut members = Vec::with_capacity(if outermost { FEW_MEMBERS } else { 0 });
        while let Some(name) = access.next_key_seed(Name)? {
            members.push((name, access.next_value_seed(inside)?));
        }
        Ok(Value::Object(Object::new(members)))
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Value<'_>, NotStrict> {
        text(bytes).and_then(parse)
    }

    fn nested(levels: usize) -> Vec<u8> {
        [b"[".repeat(levels), b"]".repeat(levels)].concat()
    }

    #[test]
    fn takes_what_rfc_8259_takes() {
        for text in ["null", " [ ] ", "{\"a\":1,\"b\":[true,-1,1.5e3,\"\\/\\u00e9\\ud83d\\ude00\"]}", "1e308"]
        {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_only_lenient_readers_take() {
        let texts: [&[u8]; 16] = [
            b"",
            b"\xef\xbb\xbf{}",
            b"{} x",
            b"{}{}",
            b"{}\0",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"[1,]",
            b"{/**/}",
            b"NaN",
            b"Infinity",
            b"1e400",
            b"01",
            b"\"\\ud800\"",
            b"\"\\udc00\"",
            b"\"\x01\"",
        ];
        for text in texts {
            assert_eq!(read(text).err(), Some(NotStrict), "{}", text.escape_ascii());
        }
        assert!(read(b"\"\xff\"").is_err());
        assert!(read(b"{\"\xc0\xaf\":1}").is_err());
    }

    #[test]
    fn counts_the_outermost_level() {
        assert!(read(&nested(32)).is_ok());
        assert!(read(&nested(33)).is_err());
        assert!(read(&nested(100_000)).is_err());
    }

    #[test]
    fn sees_a_repeated_name_at_any_depth_and_spelling() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"b":[{"a":1,"a":2}]}"#] {
            assert!(parse_object(text).is_err(), "{text}");
        }
        assert!(parse_object(r#"{"a":{"a":1},"A":2}"#).is_ok());
    }

    #[test]
    fn sees_a_repeated_name_among_many() {
        let names: Vec<String> = (0..5_000).map(|index| format!("\"n{index}\":0")).collect();
        let unique = format!("{{{}}}", names.join(","));
        assert!(parse_object(&unique).is_ok());
        let repeated = format!("{{{},\"n77\":0}}", names.join(","));
        assert!(parse_object(&repeated).is_err());
    }

    #[test]
    fn is_content_with_a_small_stack() {
        let deep = nested(32);
        let run = std::thread::Builder::new().stack_size(64 * 1024).spawn(move || read(&deep).is_ok());
        assert!(run.expect("a thread").join().expect("no overflow"));
    }
}
