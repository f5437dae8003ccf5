//! Flags that several commands have.

use std::path::PathBuf;

use crate::time;

#[derive(clap::Args)]
pub struct Common {
    /// Read the configuration from this TOML file
    ///
    /// Without it the first of $XDG_CONFIG_HOME/cfaccess/config.toml (or ~/.config/cfaccess/config.toml) and
    /// /etc/cfaccess/config.toml that exists is read. Its names are those of the long flags, with _ for -.
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct TeamFlag {
    /// The team: acme, or acme.cloudflareaccess.com [env: CFACCESS_TEAM]
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
}

/// What the application accepts.
#[derive(clap::Args)]
pub struct ApplicationFlags {
    /// The Application Audience (AUD) tag; may be given several times [env: CFACCESS_AUDIENCE]
    #[arg(long, value_name = "AUD")]
    pub audience: Vec<String>,

    /// Accept the service with this Client ID, in addition to people; may be given several times
    #[arg(long, value_name = "CLIENT_ID", conflicts_with = "allow_any_service")]
    pub allow_service: Vec<String>,

    /// Accept every service that Access lets in, in addition to people
    #[arg(long)]
    pub allow_any_service: bool,

    /// How far clocks may differ [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = time::seconds)]
    pub leeway: Option<i64>,

    /// The longest time since login [default: no limit]
    #[arg(long, value_name = "DURATION", value_parser = time::seconds)]
    pub max_age: Option<i64>,

    /// The longest lifetime of a token [default: a month]
    #[arg(long, value_name = "DURATION", value_parser = time::seconds)]
    pub max_lifetime: Option<i64>,
}

#[derive(clap::Args)]
pub struct KeysFlag {
    /// Take the keys from this file, as `cfaccess keys fetch` writes it, instead of fetching them
    #[arg(long, value_name = "PATH")]
    pub keys: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct StoreFlag {
    /// The store of revocations: sqlite:PATH, redis://HOST, rediss://HOST [env: CFACCESS_STORE_URL]
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
}

/// How the endpoint of keys and the store are reached.
#[derive(clap::Args)]
pub struct NetworkFlags {
    /// Trust the certificate authorities of this PEM file, too
    #[arg(long, value_name = "PATH")]
    pub ca_file: Option<PathBuf>,

    /// How long an answer may take [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = time::seconds)]
    pub timeout: Option<i64>,
}
