//! The commands that write revocations.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::settings::{Common, KeysFlag, NetworkFlags, StoreFlag, TeamFlag};
use crate::time;

#[derive(Subcommand)]
pub enum Revoke {
    /// A person, by e-mail address or by the UUID that `sub` has
    User(RevokeUser),
    /// Everybody in an application, by its Application Audience (AUD) tag
    App(RevokeApp),
    /// A service, by its Client ID; it gets a new token at once unless it is blocked
    Service(RevokeService),
    /// One login, by its nonce (`session` of `cfaccess verify`)
    Session(RevokeSession),
    /// Everybody in the team
    Team(RevokeTeam),
    /// What a token on standard input names, after its signature was verified
    Token(RevokeToken),
}

#[derive(clap::Args)]
pub struct RevokeUser {
    #[command(flatten)]
    pub user: User,
    #[command(flatten)]
    pub cut_off: CutOffFlags,
    #[command(flatten)]
    pub cloudflare: CloudflareFlags,
    #[command(flatten)]
    pub write: WriteFlags,
}

/// A person.
#[derive(clap::Args)]
pub struct User {
    /// E-mail address, or UUID
    pub user: String,

    /// What USER is, where its form does not tell
    #[arg(long = "as", value_name = "KIND")]
    pub named_as: Option<UserKind>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum UserKind {
    Email,
    Subject,
}

#[derive(clap::Args)]
pub struct RevokeApp {
    /// Application Audience (AUD) tag
    pub audience: String,
    #[command(flatten)]
    pub cut_off: CutOffFlags,
    #[command(flatten)]
    pub cloudflare: CloudflareFlags,

    /// The application's ID at Cloudflare, for --cloudflare; without it the applications are searched for the tag
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,

    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,

    #[command(flatten)]
    pub write: WriteFlags,
}

#[derive(clap::Args)]
pub struct RevokeService {
    /// Client ID
    pub client_id: String,
    #[command(flatten)]
    pub cut_off: CutOffFlags,
    #[command(flatten)]
    pub write: WriteFlags,
}

#[derive(clap::Args)]
pub struct RevokeSession {
    /// `identity_nonce` of its tokens, or `nonce` in older ones
    pub nonce: String,
    #[command(flatten)]
    pub replicas: ReplicaFlag,
    #[command(flatten)]
    pub write: WriteFlags,
}

#[derive(clap::Args)]
pub struct RevokeTeam {
    #[command(flatten)]
    pub cut_off: CutOffFlags,

    /// The name of the team, typed here instead of at the question
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,

    #[command(flatten)]
    pub write: WriteFlags,
}

#[derive(clap::Args)]
pub struct RevokeToken {
    /// `-`: the token is on standard input
    pub source: std::ffi::OsString,

    /// What of the token is revoked
    #[arg(long, value_name = "WHAT", default_value = "session")]
    pub what: TokenPart,

    #[command(flatten)]
    pub cut_off: CutOffFlags,
    #[command(flatten)]
    pub cloudflare: CloudflareFlags,

    /// The application's ID at Cloudflare, for --what app --cloudflare
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,

    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,

    #[command(flatten)]
    pub keys: KeysFlag,
    #[command(flatten)]
    pub write: WriteFlags,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TokenPart {
    Session,
    User,
    App,
}

/// Up to when tokens are refused.
#[derive(clap::Args)]
pub struct CutOffFlags {
    /// Refuse tokens issued up to this time instead of now: `2026-01-01 10:30` (local), `2h ago`
    #[arg(long, value_name = "TIME", value_parser = time::past)]
    pub at: Option<i64>,

    /// How much later than now the cut-off is, at most 300 s [default: 2s]
    #[arg(long, value_name = "DURATION", value_parser = time::seconds, conflicts_with = "at")]
    pub margin: Option<i64>,

    #[command(flatten)]
    pub replicas: ReplicaFlag,
}

#[derive(clap::Args)]
pub struct ReplicaFlag {
    /// How many replicas of Redis must have it; exit code 3 if fewer have
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub wait_replicas: u64,
}

/// Whether and how Cloudflare is told as well.
#[derive(clap::Args)]
pub struct CloudflareFlags {
    /// Revoke it at Cloudflare, too, after it is in the store
    #[arg(long)]
    pub cloudflare: bool,

    /// The ID of the account, for --cloudflare [env: CLOUDFLARE_ACCOUNT_ID]
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,

    /// Read the API token from this file [env: CLOUDFLARE_API_TOKEN has the token itself]
    #[arg(long, value_name = "PATH")]
    pub api_token_file: Option<PathBuf>,

    /// How long an answer of Cloudflare may take [default: 15s]
    #[arg(long, value_name = "DURATION", value_parser = time::seconds)]
    pub api_timeout: Option<i64>,
}

#[derive(clap::Args)]
pub struct WriteFlags {
    /// Why, in one line, for the audit
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// Who, for the audit [default: $SUDO_USER, or user@host]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// Write nothing, and show what would be written and what it would replace
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    #[command(flatten)]
    pub store: StoreFlags,
}

/// Which store of which team.
#[derive(clap::Args)]
pub struct StoreFlags {
    #[command(flatten)]
    pub store: StoreFlag,
    #[command(flatten)]
    pub team: TeamFlag,
    #[command(flatten)]
    pub network: NetworkFlags,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Subcommand)]
pub enum Block {
    /// A person, by e-mail address or by the UUID that `sub` has
    User(BlockUser),
    /// A service, by its Client ID
    Service(BlockService),
}

#[derive(clap::Args)]
pub struct BlockUser {
    #[command(flatten)]
    pub user: User,
    #[command(flatten)]
    pub block: BlockFlags,
}

#[derive(clap::Args)]
pub struct BlockService {
    /// Client ID
    pub client_id: String,
    #[command(flatten)]
    pub block: BlockFlags,
}

#[derive(clap::Args)]
pub struct BlockFlags {
    /// When it ends: `3d`, `2026-01-01 10:30` (local) [default: never]
    #[arg(long, value_name = "TIME", value_parser = time::future)]
    pub until: Option<i64>,
    #[command(flatten)]
    pub replicas: ReplicaFlag,
    #[command(flatten)]
    pub write: WriteFlags,
}

#[derive(clap::Args)]
pub struct Lift {
    #[command(flatten)]
    pub target: TargetArguments,
    #[command(flatten)]
    pub replicas: ReplicaFlag,
    #[command(flatten)]
    pub write: WriteFlags,
}

/// An entry.
#[derive(clap::Args)]
pub struct TargetArguments {
    /// What it is about
    pub kind: Kind,
    /// E-mail address or UUID, AUD tag, Client ID, or nonce; nothing for the team
    pub value: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    User,
    #[value(alias = "application")]
    App,
    Service,
    Session,
    Team,
    #[value(hide = true)]
    Email,
    #[value(hide = true)]
    Subject,
}

impl Revoke {
    pub fn write(&self) -> &WriteFlags {
        match self {
            Revoke::User(command) => &command.write,
            Revoke::App(command) => &command.write,
            Revoke::Service(command) => &command.write,
            Revoke::Session(command) => &command.write,
            Revoke::Team(command) => &command.write,
            Revoke::Token(command) => &command.write,
        }
    }
}

impl Block {
    pub fn flags(&self) -> &BlockFlags {
        match self {
            Block::User(command) => &command.block,
            Block::Service(command) => &command.block,
        }
    }
}
