//! The server of forward-auth.

use std::path::PathBuf;

#[derive(clap::Args)]
pub struct ForwardAuth {
    /// Read the configuration from this TOML file
    #[arg(long, value_name = "PATH", default_value = "/etc/cfaccess/forward-auth.toml")]
    pub config: PathBuf,

    /// Say whether the configuration is usable, and end
    #[arg(long)]
    pub check: bool,
}
