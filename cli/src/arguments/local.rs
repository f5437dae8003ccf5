//! The commands of the local Access.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::Subcommand;

use super::ControlCommand;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Local {
    #[command(subcommand)]
    pub command: Option<LocalCommand>,
    #[command(flatten)]
    pub start: LocalStart,
}

/// What is done with an Access that runs; without one of these, one is started.
#[derive(Subcommand)]
pub enum LocalCommand {
    /// Print what to set in a shell, for programs that this Access protects: eval "$(cfaccess local env)"
    Env(LocalEnv),
    #[command(flatten)]
    Control(ControlCommand),
}

impl Local {
    /// Whether the result is wanted as JSON.
    pub fn is_json(&self) -> bool {
        match &self.command {
            Some(LocalCommand::Control(command)) => command.server().json,
            Some(LocalCommand::Env(_)) | None => false,
        }
    }
}

#[derive(clap::Args)]
pub struct LocalStart {
    #[command(flatten)]
    pub place: LocalPlace,

    /// Let connections to other hosts through the proxy, too
    #[arg(long, requires = "tls")]
    pub tunnel_others: bool,

    /// Sign this person in without a page, at the first visit
    #[arg(long, value_name = "EMAIL")]
    pub auto_login: Option<String>,

    /// How long a session lasts where application and policy do not say: 30m, 24h [default: 24h]
    #[arg(long, value_name = "DURATION")]
    pub session_duration: Option<String>,

    /// Print one line of JSON to standard output when it answers; all else goes to standard error
    #[arg(long)]
    pub ready_json: bool,

    /// Start this program when it answers, with its environment set; hand signals on to it, and end as it ends
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

#[derive(clap::Args)]
pub struct LocalEnv {
    #[command(flatten)]
    pub place: LocalPlace,
}

/// Which applications, and where they are reached.
#[derive(clap::Args)]
pub struct LocalPlace {
    /// Where the application listens, such as http://127.0.0.1:8000, if there is no configuration
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    pub upstream: Option<String>,

    /// Read the configuration from this file [default: cfaccess-local.toml, if it is there]
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,

    /// The port to listen on; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8780)]
    pub port: u16,

    /// Serve TLS under real names, through a proxy on the port, instead of plain HTTP at localhost
    #[arg(long)]
    pub tls: bool,

    /// Keep keys, secrets and sessions in this folder, which is yours alone (mode 0700)
    #[arg(long, value_name = "PATH")]
    pub state: Option<PathBuf>,

    /// Listen at this address instead of this computer's own; takes --tls and --expose
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<IpAddr>,

    /// Let other computers connect, who can sign in as anybody; takes --tls and --listen
    #[arg(long)]
    pub expose: bool,
}
