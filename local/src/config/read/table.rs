//! A table of the file, from which values are taken by name. Every error names the line and the table.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::ConfigError;
use super::json;

/// A name is near if it is at least this much the same (Jaro-Winkler, from 0 to 1).
const NEAR: f64 = 0.8;

/// A table whose values have not all been taken yet.
pub(super) struct Table<'a> {
    source: &'a str,
    /// Where the table begins, as an offset of the file.
    offset: usize,
    /// `[[application]] number 1`, or nothing for the whole file.
    place: String,
    /// In the order of names.
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    name: Cow<'a, str>,
    offset: usize,
    value: Spanned<DeValue<'a>>,
}

impl<'a> Table<'a> {
    /// The file. A name that is not among `known` is an error.
    pub(super) fn of_file(source: &'a str, known: &[&str]) -> Result<Table<'a>, ConfigError> {
        let table = DeTable::parse(source).map_err(|error| {
            // The message has no text of the file, in which a secret may stand by mistake.
            let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            located(source, error.span().map_or(0, |span| span.start), &message)
        })?;
        Table::new(source, 0, String::new(), table.into_inner(), known)
    }

    fn new(
        source: &'a str,
        offset: usize,
        place: String,
        table: DeTable<'a>,
        known: &[&str],
    ) -> Result<Table<'a>, ConfigError> {
        let entries = table
            .into_iter()
            .map(|(name, value)| Entry { offset: name.span().start, name: name.into_inner(), value })
            .collect();
        let table = Table { source, offset, place, entries };
        let unknown = table.entries.iter().filter(|entry| !known.contains(&&*entry.name));
        match unknown.min_by_key(|entry| entry.offset) {
            Some(entry) => {
                let message =
                    format!("unknown name {:?}{}", entry.name, hint(&entry.name, known.iter().copied()));
                Err(table.error(entry.offset, &message))
            }
            None => Ok(table),
        }
    }

    /// The table as a whole is wrong.
    pub(super) fn wrong(&self, message: &str) -> ConfigError {
        self.error(self.offset, message)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    pub(super) fn missing(&self, name: &str) -> ConfigError {
        self.wrong(&format!("{name:?} is missing"))
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> Result<bool, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(default) };
        match value {
            DeValue::Boolean(flag) => Ok(flag),
            other => Err(self.mismatch(offset, name, "true or false", &other)),
        }
    }

    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(None) };
        match &value {
            DeValue::Integer(integer) => json::integer(integer)
                .map(Some)
                .ok_or_else(|| self.error(offset, &format!("{name:?} is too large a number"))),
            other => Err(self.mismatch(offset, name, "a number", other)),
        }
    }

    /// A string that means something.
    pub(super) fn text<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(None) };
        match &value {
            DeValue::String(text) => {
                parse(text).map(Some).map_err(|error| self.error(offset, &format!("{name}: {error}")))
            }
            other => Err(self.mismatch(offset, name, "a string", other)),
        }
    }

    /// A list of strings that mean something.
    pub(super) fn texts<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(Vec::new()) };
        let items = match value {
            DeValue::Array(items) => items,
            other => return Err(self.mismatch(offset, name, "a list of strings", &other)),
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items.iter() {
            let offset = item.span().start;
            let text = item
                .get_ref()
                .as_str()
                .ok_or_else(|| self.mismatch(offset, name, "a list of strings", item.get_ref()))?;
            texts.push(parse(text).map_err(|error| self.error(offset, &format!("{name}: {error}")))?);
        }
        Ok(texts)
    }

    /// What is to be JSON: an array or a table, as the caller checks.
    pub(super) fn json(&mut self, name: &str) -> Result<Option<serde_json::Value>, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(None) };
        json::from_toml(&value).map(Some).map_err(|error| self.error(offset, &format!("{name}: {error}")))
    }

    /// `[name]`
    pub(super) fn table(&mut self, name: &str, known: &[&str]) -> Result<Option<Table<'a>>, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(None) };
        match value {
            DeValue::Table(table) => {
                Table::new(self.source, offset, self.within(&format!("[{name}]")), table, known).map(Some)
            }
            other => Err(self.mismatch(offset, name, "a table", &other)),
        }
    }

    /// `[[name]]`, as often as it is there.
    pub(super) fn tables(&mut self, name: &str, known: &[&str]) -> Result<Vec<Table<'a>>, ConfigError> {
        let Some((offset, value)) = self.take(name) else { return Ok(Vec::new()) };
        let expected = format!("a list of tables, each of which begins with two brackets: [[{name}]]");
        let items = match value {
            DeValue::Array(items) => items,
            other => return Err(self.mismatch(offset, name, &expected, &other)),
        };
        let mut tables = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let offset = item.span().start;
            match item.into_inner() {
                DeValue::Table(table) => {
                    let place = self.within(&format!("[[{name}]] number {}", index + 1));
                    tables.push(Table::new(self.source, offset, place, table, known)?);
                }
                other => return Err(self.mismatch(offset, name, &expected, &other)),
            }
        }
        Ok(tables)
    }

    fn take(&mut self, name: &str) -> Option<(usize, DeValue<'a>)> {
        let index = self.entries.iter().position(|entry| entry.name == name)?;
        let entry = self.entries.swap_remove(index);
        // An array of tables has no place of its own; its key does.
        Some((entry.offset, entry.value.into_inner()))
    }

    fn within(&self, part: &str) -> String {
        if self.place.is_empty() { part.to_owned() } else { format!("{}, {part}", self.place) }
    }

    fn mismatch(&self, offset: usize, name: &str, expected: &str, found: &DeValue<'_>) -> ConfigError {
        self.error(offset, &format!("{name:?} is {}; it takes {expected}", json::kind(found)))
    }

    fn error(&self, offset: usize, message: &str) -> ConfigError {
        if self.place.is_empty() {
            return located(self.source, offset, message);
        }
        located(self.source, offset, &format!("{}: {message}", self.place))
    }
}

/// `, did you mean "…"?`, or nothing where no name is near.
pub(super) fn hint<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let likeness = |candidate: &&str| strsim::jaro_winkler(name, candidate);
    let nearest = known.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    match nearest.filter(|candidate| likeness(candidate) >= NEAR) {
        Some(nearest) => format!(", did you mean {nearest:?}?"),
        None => String::new(),
    }
}

fn located(source: &str, offset: usize, message: &str) -> ConfigError {
    let before = source.as_bytes().iter().take(offset);
    let line = before.filter(|byte| **byte == b'\n').count() + 1;
    ConfigError(format!("line {line}: {message}"))
}
