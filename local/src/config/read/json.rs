//! From TOML to JSON, for what ends up in claims.

use serde_json::{Map, Number, Value};
use toml::de::{DeInteger, DeValue};

/// All of TOML but dates, and numbers that are none.
pub(super) fn from_toml(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Integer(digits) => {
            Value::from(integer(digits).ok_or_else(|| format!("{} is too large a number", digits.as_str()))?)
        }
        DeValue::Float(digits) => digits
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| format!("JSON has no number {}", digits.as_str()))?,
        DeValue::Datetime(_) => return Err("JSON has no dates; write it as a string".to_owned()),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| from_toml(item.get_ref())).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => {
            let mut object = Map::new();
            for (name, value) in table {
                object.insert(name.get_ref().to_string(), from_toml(value.get_ref())?);
            }
            Value::Object(object)
        }
    })
}

pub(super) fn integer(digits: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(digits.as_str(), digits.radix()).ok()
}

/// What a value is, as a message says it.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Boolean(_) => "true or false",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<Value, String> {
        from_toml(DeValue::parse(text).expect("TOML").get_ref())
    }

    #[test]
    fn values_stay_what_they_are() {
        let text = r#"{ a = "x", b = [1, 0x10, -2, 1_000], c = 1.5, d = true, e = { f = [] } }"#;
        let expected = json!({"a": "x", "b": [1, 16, -2, 1000], "c": 1.5, "d": true, "e": {"f": []}});
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn what_json_does_not_have_is_refused() {
        for text in ["2026-01-01", "[2026-01-01T00:00:00Z]", "{ a = 10:30:00 }", "nan", "inf", "-inf"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read("9223372036854775808").is_err_and(|error| error.contains("too large")));
    }
}
