//! The commands that ask a running local Access, or tell it what to do.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

#[derive(Subcommand)]
pub enum ControlCommand {
    /// Show applications, people, sessions, keys, faults and the clock
    Status(Status),
    /// Show the last requests, and what was decided about each
    Requests(Requests),
    /// Sign somebody in without a page
    Login(Login),
    /// Sign a token
    ///
    /// With --state and without --port no server is asked: the keys of the folder sign, and the application is that
    /// of --config.
    Mint(Mint),
    /// End sessions
    Revoke(RevokeLocal),
    /// Sign with a new key; the one before stays published
    Rotate(Rotate),
    /// Move the clock of the local Access, or stop it
    Clock(Clock),
    /// Make something fail; without a name, list what does
    Fault(Fault),
    /// End all sessions, clear faults and revocations, set the clock as the system's, read the configuration again
    Reset(Reset),
}

/// Which local Access is asked.
#[derive(clap::Args)]
pub struct ServerFlags {
    /// The port on 127.0.0.1 where it listens [default: that of CFACCESS_LOCAL, or 8780]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,

    /// Its state folder, which holds the control token [default: the token is taken from CFACCESS_LOCAL_CONTROL]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(clap::Args)]
pub struct Status {
    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(clap::Args)]
pub struct Requests {
    /// Go on as requests arrive; with --json an object for each
    #[arg(long, short)]
    pub follow: bool,
    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(clap::Args)]
pub struct Login {
    /// Who signs in
    pub email: String,

    /// The application; may be left out where there is one
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,

    /// What to print: the cookie as NAME=VALUE, the token alone, or a curl command
    #[arg(long, value_name = "WHAT", default_value = "cookie")]
    pub print: Print,

    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Print {
    Cookie,
    Token,
    Curl,
}

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("subject").required(true)))]
pub struct Mint {
    /// The application; may be left out where there is one
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,

    /// A token of the person with this e-mail address
    #[arg(long, value_name = "EMAIL", group = "subject")]
    pub email: Option<String>,

    /// A token of the service token with this name
    #[arg(long, value_name = "NAME", group = "subject")]
    pub service: Option<String>,

    /// Set a claim to a JSON value, or leave it out with null; may be given several times
    #[arg(long = "claim", value_name = "NAME=JSON", value_parser = claim)]
    pub claims: Vec<(String, serde_json::Value)>,

    /// When it was issued, as an offset from now such as -2h, or a time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub issued: Option<String>,

    /// When it expires, as an offset from now such as +1h, or a time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub expires: Option<String>,

    /// The type of the token
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<TokenType>,

    /// What is wrong with it: a fault of the stage token
    #[arg(long, value_name = "NAME")]
    pub fault: Option<String>,

    /// The configuration, where no server is asked [default: ./cfaccess-local.toml if it is there]
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,

    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum TokenType {
    App,
    Org,
    Meta,
    Match,
}

impl TokenType {
    pub fn name(self) -> &'static str {
        match self {
            TokenType::App => "app",
            TokenType::Org => "org",
            TokenType::Meta => "meta",
            TokenType::Match => "match",
        }
    }
}

#[derive(clap::Args)]
pub struct RevokeLocal {
    /// What ends
    pub kind: EndingKind,

    /// The name of the application or service token, the e-mail address, or the claim identity_nonce of the session
    pub name: String,

    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum EndingKind {
    App,
    User,
    Session,
    Service,
}

impl EndingKind {
    pub fn name(self) -> &'static str {
        match self {
            EndingKind::App => "app",
            EndingKind::User => "user",
            EndingKind::Session => "session",
            EndingKind::Service => "service",
        }
    }
}

#[derive(clap::Args)]
pub struct Rotate {
    /// Publish the new key alone
    #[arg(long)]
    pub retire_previous: bool,
    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(clap::Args)]
pub struct Clock {
    /// An offset such as +10m or -2h, a time such as 2026-01-01T10:30:00Z at which it stands still, or real
    #[arg(allow_hyphen_values = true)]
    pub setting: String,
    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(clap::Args)]
pub struct Fault {
    /// What fails
    #[arg(conflicts_with = "clear")]
    pub name: Option<String>,

    /// Only for this application
    #[arg(long, value_name = "NAME", requires = "name")]
    pub app: Option<String>,

    /// Only for this path and what is below
    #[arg(long, value_name = "PATH", requires = "name")]
    pub path: Option<String>,

    /// Only for so many requests
    #[arg(long, value_name = "N", requires = "name")]
    pub times: Option<u64>,

    /// Only for so long
    #[arg(long = "for", value_name = "DURATION", requires = "name", conflicts_with = "times")]
    pub duration: Option<String>,

    /// Clear all faults
    #[arg(long)]
    pub clear: bool,

    #[command(flatten)]
    pub server: ServerFlags,
}

#[derive(clap::Args)]
pub struct Reset {
    #[command(flatten)]
    pub server: ServerFlags,
}

impl ControlCommand {
    pub fn server(&self) -> &ServerFlags {
        match self {
            ControlCommand::Status(command) => &command.server,
            ControlCommand::Requests(command) => &command.server,
            ControlCommand::Login(command) => &command.server,
            ControlCommand::Mint(command) => &command.server,
            ControlCommand::Revoke(command) => &command.server,
            ControlCommand::Rotate(command) => &command.server,
            ControlCommand::Clock(command) => &command.server,
            ControlCommand::Fault(command) => &command.server,
            ControlCommand::Reset(command) => &command.server,
        }
    }
}

fn claim(text: &str) -> Result<(String, serde_json::Value), String> {
    let (name, json) = text.split_once('=').ok_or("expected NAME=JSON, such as country='\"DE\"'")?;
    let value = serde_json::from_str(json)
        .map_err(|_| "the value is no JSON; a string has quotes: country='\"DE\"'".to_owned())?;
    Ok((name.to_owned(), value))
}
