//! The command line.

mod forward_auth;
mod local;
mod local_control;
mod read;
mod write;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use forward_auth::*;
pub use local::*;
pub use local_control::*;
pub use read::*;
pub use write::*;

use crate::settings::{ApplicationFlags, Common, KeysFlag, NetworkFlags, StoreFlag, TeamFlag};
use crate::time;
use crate::token::TokenSource;

const AFTER_HELP: &str = "\
Exit codes:
  0  done; the token is accepted
  1  refused or failed; nothing was written
  2  the arguments or the configuration are wrong
  3  done in part: the store has it, Cloudflare or enough replicas do not
  4  the keys or the store cannot be reached, so nothing was decided or written
  5  written, but clocks differ by more than 5 seconds

Environment:
  CFACCESS_TEAM, CFACCESS_AUDIENCE (several with commas between them), CFACCESS_STORE_URL,
  CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, NO_COLOR,
  and for fetching keys HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR";

/// Verifies Cloudflare Access tokens, and ends sessions
#[derive(Parser)]
#[command(name = "cfaccess", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Verify a token and print its claims
    Verify(Verify),
    /// Make every check of a token and show what each expected and found
    ///
    /// It is no verdict: claims are shown whether or not the signature is valid.
    Explain(Explain),
    /// The team's public keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look for what keeps tokens from being verified here
    Doctor(Doctor),
    /// End sessions: refuse tokens that were issued up to now
    ///
    /// A revocation here ends tokens; the login lives at Cloudflare. End both: --cloudflare.
    #[command(subcommand)]
    Revoke(Revoke),
    /// Keep somebody out, whatever token is shown
    #[command(subcommand)]
    Block(Block),
    /// End a block, or else take back a revocation
    Lift(Lift),
    /// The entries of the store
    #[command(subcommand)]
    Revocations(RevocationsCommand),
    /// Run a Cloudflare Access on this computer, in front of an application under development
    ///
    /// To begin: start your application, say on port 8000, then run
    ///
    ///   cfaccess local --upstream http://127.0.0.1:8000
    ///
    /// and open the address that it prints. Everybody can sign in, as anybody. Your application is configured as in
    /// production, with team "cfaccess-local", the audience that is printed, and CFACCESS_LOCAL in its environment;
    /// tokens of this team are good for nothing elsewhere. Or have your application started with all of that set:
    ///
    ///   cfaccess local --upstream http://127.0.0.1:8000 -- flask run --port 8000
    ///
    /// More applications, policies and people stand in cfaccess-local.toml. SIGHUP has it read again.
    Local(Local),
    /// Answer a proxy whether requests may pass: for Caddy, Traefik, HAProxy, Envoy and nginx
    ForwardAuth(ForwardAuth),
    /// Print a completion script
    Completions(Completions),
    /// Write the manual pages
    #[command(hide = true)]
    Man(Man),
}

#[derive(clap::Args)]
pub struct Verify {
    #[command(flatten)]
    pub token: TokenSource,
    #[command(flatten)]
    pub question: Question,
}

#[derive(clap::Args)]
pub struct Explain {
    #[command(flatten)]
    pub token: TokenSource,
    #[command(flatten)]
    pub question: Question,
}

/// What a token is checked against.
#[derive(clap::Args)]
pub struct Question {
    #[command(flatten)]
    pub team: TeamFlag,
    #[command(flatten)]
    pub application: ApplicationFlags,
    #[command(flatten)]
    pub keys: KeysFlag,
    #[command(flatten)]
    pub store: StoreFlag,
    #[command(flatten)]
    pub network: NetworkFlags,

    /// Check as if it were this time
    #[arg(long, value_name = "TIME", value_parser = time::past)]
    pub at: Option<i64>,

    #[command(flatten)]
    pub common: Common,
}

#[derive(Subcommand)]
pub enum KeysCommand {
    /// List the keys that tokens are verified with
    Show(KeysShow),
    /// Fetch the key document, for --keys where there is no network
    Fetch(KeysFetch),
}

#[derive(clap::Args)]
pub struct KeysShow {
    #[command(flatten)]
    pub team: TeamFlag,
    #[command(flatten)]
    pub keys: KeysFlag,
    #[command(flatten)]
    pub network: NetworkFlags,
    #[command(flatten)]
    pub common: Common,
}

#[derive(clap::Args)]
pub struct KeysFetch {
    /// Write the document to this file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub team: TeamFlag,
    #[command(flatten)]
    pub network: NetworkFlags,
    #[command(flatten)]
    pub common: Common,
}

#[derive(clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    pub team: TeamFlag,
    #[command(flatten)]
    pub application: ApplicationFlags,
    #[command(flatten)]
    pub keys: KeysFlag,
    #[command(flatten)]
    pub store: StoreFlag,
    #[command(flatten)]
    pub network: NetworkFlags,
    #[command(flatten)]
    pub common: Common,
}

#[derive(clap::Args)]
pub struct Completions {
    pub shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(clap::Args)]
pub struct Man {
    /// The folder to write them to
    pub folder: PathBuf,
}

impl Command {
    /// Whether the result is to be one JSON object.
    pub fn json(&self) -> bool {
        match self {
            Command::Verify(command) => command.question.common.json,
            Command::Explain(command) => command.question.common.json,
            Command::Keys(KeysCommand::Show(command)) => command.common.json,
            Command::Keys(KeysCommand::Fetch(command)) => command.common.json,
            Command::Doctor(command) => command.common.json,
            Command::Revoke(command) => command.write().store.common.json,
            Command::Block(command) => command.flags().write.store.common.json,
            Command::Lift(command) => command.write.store.common.json,
            Command::Revocations(command) => command.store().common.json,
            Command::Local(command) => command.is_json(),
            Command::ForwardAuth(_) | Command::Completions(_) | Command::Man(_) => false,
        }
    }
}
