//! `forward-auth.toml`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exit::Failure;
use crate::settings::{OneOrMore, Seconds, read_toml};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub listen: String,
    #[serde(default)]
    pub expose: bool,
    pub team: Option<String>,
    pub store: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub timeout: Option<Seconds>,
    pub state: Option<PathBuf>,
    #[serde(default)]
    pub app: BTreeMap<String, AppSettings>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    pub team: Option<String>,
    pub audience: OneOrMore,
    #[serde(default)]
    pub allow_service: OneOrMore,
    #[serde(default)]
    pub allow_any_service: bool,
    #[serde(default)]
    pub accept_cookie: bool,
    #[serde(default)]
    pub email_header: EmailPolicy,
    pub leeway: Option<Seconds>,
    pub max_age: Option<Seconds>,
    pub max_lifetime: Option<Seconds>,
    pub keys: Option<PathBuf>,
    pub headers: Option<BTreeMap<String, Claim>>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmailPolicy {
    #[default]
    Check,
    Require,
}

/// What a header says of an identity.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Claim {
    Email,
    Subject,
    Principal,
}

impl Settings {
    pub fn read(path: &Path) -> Result<Settings, Failure> {
        read_toml(path)
    }
}
