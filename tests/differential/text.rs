//! The text of a JSON object that may be as wrong as random changes make it: names that repeat, odd
//! spellings, values that no writer of JSON makes.

use fastrand::Rng;

use crate::values::{Strict, any_of, any_value, quoted};

/// An object as a list of members, each name and value as it stands in the text.
#[derive(Clone)]
pub struct Text(Vec<(String, String)>);

impl Text {
    pub fn new(members: &[(&str, String)]) -> Text {
        Text(members.iter().map(|(name, value)| (quoted(name), value.clone())).collect())
    }

    /// Whether a member has this name, as it is usually spelled.
    pub fn has(&self, name: &str) -> bool {
        let name = quoted(name);
        self.0.iter().any(|(known, _)| *known == name)
    }

    pub fn push(&mut self, name: &str, value: String) {
        self.0.push((quoted(name), value));
    }

    pub fn set(&mut self, name: &str, value: String) {
        self.remove(name);
        self.push(name, value);
    }

    pub fn remove(&mut self, name: &str) {
        let name = quoted(name);
        self.0.retain(|(known, _)| *known != name);
    }

    /// What changes how the text looks and nothing that it says.
    pub fn reword(&mut self, chance: &mut Rng) {
        let any = chance.usize(..self.0.len());
        match chance.u8(..4) {
            0 => chance.shuffle(&mut self.0),
            1 => self.push(&format!("x{}", chance.u16(..)), any_value(chance, 3, Strict::Always)),
            2 => self.0[any].0 = spelled_out(chance, &self.0[any].0),
            _ => self.0[any].1 = spelled_out(chance, &self.0[any].1),
        }
    }

    /// What changes what the text says, or makes it no JSON at all.
    pub fn break_somewhere(&mut self, chance: &mut Rng, values: &[String]) {
        if self.0.is_empty() {
            return;
        }
        let [any, another] = [chance.usize(..self.0.len()), chance.usize(..self.0.len())];
        let other = if chance.bool() { any_of(chance, values) } else { any_value(chance, 3, Strict::Seldom) };
        match chance.u8(..8) {
            0 => drop(self.0.remove(any)),
            1 => self.0.push(self.0[any].clone()),
            2 => self.0.push((spelled_out(chance, &self.0[any].0), other)),
            3 => self.0[any].0 = self.0[another].0.clone(),
            4 => self.0[any].1 = format!("[{}]", self.0[any].1),
            _ => self.0[any].1 = other,
        }
    }

    pub fn render(&self, chance: &mut Rng) -> Vec<u8> {
        let airy = chance.u8(..4) == 0;
        let mut space = || if airy { any_of(chance, &[" ", "", "\n", "\t \r\n"]) } else { "" };
        let mut text = format!("{}{{", space());
        for (index, (name, value)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            text += &format!("{comma}{}{name}{}:{}{value}{}", space(), space(), space(), space());
        }
        format!("{text}}}{}", space()).into_bytes()
    }
}

/// The same string with some of its characters as escapes (RFC 8259 section 7); other values as they are.
fn spelled_out(chance: &mut Rng, value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| !inner.contains('\\')) else { return value.to_owned() };
    let spelled = inner.chars().map(|character| {
        let mut units = [0; 2];
        match chance.u8(..4) {
            0 => character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            _ => character.to_string(),
        }
    });
    format!("\"{}\"", spelled.collect::<String>())
}
