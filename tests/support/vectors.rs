//! The format of `tests/vectors/`.

use std::collections::BTreeMap;
use std::sync::Mutex;

use cfaccess::{Config, EmailHeader, Keys, Refusal, Verifier};
use serde_json::Value;

/// A string, or a list of segments with `text` or `hex` and an optional `times`.
pub fn bytes(value: &Value) -> Vec<u8> {
    if let Some(text) = value.as_str() {
        return text.as_bytes().to_vec();
    }
    value.as_array().expect("a string or a list of segments").iter().flat_map(segment).collect()
}

fn segment(segment: &Value) -> Vec<u8> {
    expect_members(segment, &["text", "hex", "times"]);
    let once = match (segment["text"].as_str(), segment["hex"].as_str()) {
        (Some(text), None) => text.as_bytes().to_vec(),
        (None, Some(hex)) => from_hex(hex),
        _ => panic!("a segment has either text or hex"),
    };
    once.repeat(segment["times"].as_u64().unwrap_or(1) as usize)
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).expect("hex")).collect()
}

/// Name and value of each header of a request.
pub fn headers(value: &Value) -> Vec<(Vec<u8>, Vec<u8>)> {
    let headers = value.as_array().expect("a list of headers");
    headers.iter().map(|header| (bytes(&header[0]), bytes(&header[1]))).collect()
}

/// Every member that a configuration may have.
const CONFIG_MEMBERS: [&str; 8] = [
    "team",
    "audiences",
    "leeway",
    "max_lifetime",
    "max_age",
    "accept_cookie",
    "email_header",
    "allow_services",
];

/// Fails on a member that is not among those that a test reads, so that no vector is read in part.
pub fn expect_members(value: &Value, known: &[&str]) {
    let members = value.as_object().expect("an object").keys();
    let unknown: Vec<_> = members.filter(|name| !known.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "these tests do not read the members {unknown:?}");
}

pub fn config(value: &Value) -> Result<Config, Refusal> {
    expect_members(value, &CONFIG_MEMBERS);
    let mut config = Config::new(value["team"].as_str().expect("a team"))?;
    for audience in value["audiences"].as_array().expect("audiences") {
        config.add_audience(audience.as_str().expect("an audience"))?;
    }
    if let Some(seconds) = value.get("leeway") {
        config.set_leeway(seconds.as_i64().expect("seconds"))?;
    }
    if let Some(seconds) = value.get("max_lifetime") {
        config.set_max_lifetime(seconds.as_i64().expect("seconds"))?;
    }
    if let Some(seconds) = value.get("max_age") {
        config.set_max_age(seconds.as_i64().expect("seconds"))?;
    }
    if value.get("accept_cookie").is_some_and(|accepted| accepted.as_bool().expect("true or false")) {
        config.accept_cookie();
    }
    if let Some(policy) = value.get("email_header") {
        config.set_email_header(email_header(policy.as_str().expect("a policy")));
    }
    match value.get("allow_services") {
        None => {}
        Some(Value::String(any)) if any == "any" => config.allow_any_service()?,
        Some(listed) => {
            for client_id in listed.as_array().expect("a list or any") {
                config.allow_service(client_id.as_str().expect("a Client ID"))?;
            }
        }
    }
    Ok(config)
}

fn email_header(policy: &str) -> EmailHeader {
    match policy {
        "check" => EmailHeader::Check,
        "require" => EmailHeader::Require,
        "ignore" => EmailHeader::Ignore,
        _ => panic!("no policy is called {policy}"),
    }
}

pub fn keys(file: &str) -> Keys {
    Keys::from_json(&super::read(&format!("tests/vectors/{file}"))).expect("usable keys")
}

/// The keys of a file, prepared once for all vectors.
fn shared_keys(file: &str) -> Keys {
    static READ: Mutex<BTreeMap<String, Keys>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().expect("no panic before");
    read.entry(file.to_owned()).or_insert_with(|| keys(file)).clone()
}

pub fn verifier(config_value: &Value, keys_file: &str) -> Verifier {
    let keys = shared_keys(keys_file);
    Verifier::new(config(config_value).expect("a config"), keys).expect("a verifier")
}
