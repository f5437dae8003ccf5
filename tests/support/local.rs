//! The local team: its keys, a token of it, and verifiers.

use cfaccess::{Config, Keys, Refusal, Verifier};
use serde_json::json;

use super::fetched::now;
use super::{mint, read};

pub const LOCAL: &str = "cfaccess-local";

pub fn local_document() -> Vec<u8> {
    read("tests/vectors/local.jwks.json")
}

pub fn verifier_of(team: &str, keys: &Keys) -> Result<Verifier, Refusal> {
    let mut config = Config::new(team).expect("a team");
    config.add_audience(mint::AUDIENCE).expect("an audience");
    Verifier::new(config, keys.clone())
}

pub fn local_token() -> String {
    let mut person = mint::person();
    person["iss"] = json!("https://cfaccess-local.cloudflareaccess.com");
    mint::token(&mint::header(), &person)
}

pub fn verdict(verifier: &Verifier, token: &str) -> &'static str {
    verifier.verify_at(token.as_bytes(), now()).map_or_else(|refusal| refusal.status().name(), |_| "OK")
}
