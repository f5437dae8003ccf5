//! `[[user]]` and `[[service_token]]`

use serde_json::{Map, Value};

use super::super::ConfigError;
use super::super::people::{ServiceToken, User, email};
use super::application::name;
use super::table::Table;

pub(super) const USER: [&str; 5] = ["email", "name", "groups", "country", "custom"];
pub(super) const SERVICE_TOKEN: [&str; 4] = ["name", "client_id", "secret", "client_secret"];

pub(super) fn user(table: &mut Table<'_>) -> Result<User, ConfigError> {
    let email = table.text("email", email)?.ok_or_else(|| table.missing("email"))?;
    let usual = User::stranger(&email);
    let custom = match table.json("custom")? {
        None => Map::new(),
        Some(Value::Object(custom)) => custom,
        Some(_) => return Err(table.wrong("\"custom\" is a table, such as { department = \"research\" }")),
    };
    Ok(User {
        email,
        name: table.text("name", |text| Ok(text.to_owned()))?.unwrap_or(usual.name),
        groups: groups(table)?,
        country: table.text("country", country)?.unwrap_or(usual.country),
        custom,
    })
}

fn groups(table: &mut Table<'_>) -> Result<Vec<Value>, ConfigError> {
    let groups = match table.json("groups")? {
        None => return Ok(Vec::new()),
        Some(Value::Array(groups)) => groups,
        Some(_) => return Err(table.wrong("\"groups\" is a list, such as [\"admins\"]")),
    };
    match groups.iter().all(is_group) {
        true => Ok(groups),
        false => Err(table.wrong(
            "\"groups\" has strings, or tables with \"id\", \"name\" or \"email\", such as { id = \"7\", name = \"admins\" }",
        )),
    }
}

fn is_group(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return value.as_str().is_some_and(|name| !name.is_empty()) };
    ["id", "name", "email"].iter().any(|name| object.get(*name).is_some_and(Value::is_string))
}

fn country(text: &str) -> Result<String, String> {
    match text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        true => Ok(text.to_owned()),
        false => Err(format!("{text:?} is not of the form \"DE\"")),
    }
}

pub(super) fn service_token(table: &mut Table<'_>) -> Result<ServiceToken, ConfigError> {
    let name = table.text("name", service_name)?.ok_or_else(|| table.missing("name"))?;
    let client_id = table.text("client_id", client_id)?.unwrap_or_else(|| ServiceToken::client_id_of(&name));
    let token = ServiceToken { name, client_id };
    if table.has("secret") || table.has("client_secret") {
        return Err(table.wrong(&format!(
            "a secret never stands in this file; set the environment variable {}, or let one be made, which --state DIR keeps",
            token.secret_variable()
        )));
    }
    Ok(token)
}

/// A name of which a variable of the environment can be made.
fn service_name(text: &str) -> Result<String, String> {
    let name = name(text)?;
    let fits =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, ' ' | '-' | '_' | '.');
    match name.chars().all(fits) {
        true => Ok(name),
        false => Err(format!("{text:?} has more than letters, digits, spaces and - _ .")),
    }
}

fn client_id(text: &str) -> Result<String, String> {
    let digits = text.strip_suffix(".access").unwrap_or_default();
    match digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        true => Ok(text.to_owned()),
        false => {
            Err(format!("{text:?} is not 32 hexadecimal digits in lower case with \".access\" after them"))
        }
    }
}
