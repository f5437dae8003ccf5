//! Random choices, and random JSON values as text.

use fastrand::Rng;

/// Whether a value is one that every reader takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Strict {
    Always,
    Seldom,
}

#[rustfmt::skip]
const STRICT: [&str; 18] = [
    "null", "true", "false", "0", "-0", "-1", "1", "1.0", "1.5", "1e3", "0.1E-7", "1e308", "9007199254740992",
    "18446744073709551616", r#""""#, r#""\ud83d\ude00""#, "[]", r#"{"a":{"a":[{}]}}"#,
];

/// Some are no JSON, some are JSON that not every reader takes, some are nothing that a claim may be.
#[rustfmt::skip]
const ODD: [&str; 26] = [
    "1e400", "-1e400", "01", "+1", ".5", "1.", "0x1", "NaN", "Infinity", "'x'", "", "\"", "[1,]", "{,}",
    r#""\u0000""#, r#""\u001f""#, r#""\u007f""#, r#""\ud800""#, r#""\udc00\ud800""#, r#""\x""#, "\"\u{1}\"",
    "\"\u{7f}\"", "\"\u{feff}\"", "\"\u{202e}abc\"", r#"{"a":1,"a":2}"#, r#"{"a":{"b":1,"\u0062":2}}"#,
];

pub fn any_of<T: Clone>(chance: &mut Rng, choices: &[T]) -> T {
    choices[chance.usize(..choices.len())].clone()
}

pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Any JSON value with at most this many levels of arrays and objects.
pub fn any_value(chance: &mut Rng, levels: u8, strict: Strict) -> String {
    match chance.u8(..if levels == 0 { 5 } else { 8 }) {
        0 => chance.u64(..).to_string(),
        1 => quoted(&any_text(chance)),
        2 if strict == Strict::Seldom => any_of(chance, &ODD).to_owned(),
        5 => array(chance, levels - 1, strict),
        6 => object(chance, levels - 1, strict),
        7 if strict == Strict::Seldom => {
            let deep = chance.usize(28..36);
            format!("{}{}", "[".repeat(deep), "]".repeat(deep))
        }
        _ => any_of(chance, &STRICT).to_owned(),
    }
}

fn array(chance: &mut Rng, levels: u8, strict: Strict) -> String {
    let items: Vec<String> = (0..chance.usize(..4)).map(|_| any_value(chance, levels, strict)).collect();
    format!("[{}]", items.join(","))
}

/// Names repeat only where strict readers need not be pleased.
fn object(chance: &mut Rng, levels: u8, strict: Strict) -> String {
    let mut text = String::from("{");
    for index in 0..chance.usize(..4) {
        let number = if strict == Strict::Always { index } else { chance.usize(..9) };
        let comma = if index == 0 { "" } else { "," };
        text += &format!("{comma}\"m{number}\":{}", any_value(chance, levels, strict));
    }
    text + "}"
}

/// Text without control characters.
pub fn any_text(chance: &mut Rng) -> String {
    let character = |chance: &mut Rng| match chance.u8(..6) {
        0 => chance.char('\u{a0}'..='\u{7ff}'),
        1 => chance.char('\u{800}'..='\u{10ffff}'),
        _ => chance.char(' '..='~'),
    };
    (0..chance.usize(..24)).map(|_| character(chance)).collect()
}
