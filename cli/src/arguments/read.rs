//! The commands that read the store, and move it.

use std::path::PathBuf;

use clap::Subcommand;

use super::write::{Kind, StoreFlags, TargetArguments};

#[derive(Subcommand)]
pub enum RevocationsCommand {
    /// List the entries of the store
    List(List),
    /// Show one entry
    Show(Show),
    /// Show who wrote what, when and why
    Audit(Audit),
    /// Write all entries to standard output or a file, a JSON object a line
    Export(Export),
    /// Add the entries of an export, which only raise what is there
    Import(Import),
    /// Remove entries that fell away more than an hour ago
    Purge(Purge),
}

#[derive(clap::Args)]
pub struct List {
    /// Only entries of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<Kind>,

    /// Lifted entries, too, and those that fell away
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    pub store: StoreFlags,
}

#[derive(clap::Args)]
pub struct Show {
    #[command(flatten)]
    pub target: TargetArguments,
    #[command(flatten)]
    pub store: StoreFlags,
}

#[derive(clap::Args)]
pub struct Audit {
    /// Go on as lines are written; with --json an object for each line
    #[arg(long, short)]
    pub follow: bool,
    #[command(flatten)]
    pub store: StoreFlags,
}

#[derive(clap::Args)]
pub struct Export {
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub store: StoreFlags,
}

#[derive(clap::Args)]
pub struct Import {
    /// The export, or - for standard input
    #[arg(value_name = "PATH")]
    pub source: PathBuf,

    /// Write nothing, and say how many entries there are
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    #[command(flatten)]
    pub store: StoreFlags,
}

#[derive(clap::Args)]
pub struct Purge {
    /// Remove nothing, and say how many entries would be removed
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    #[command(flatten)]
    pub store: StoreFlags,
}

impl RevocationsCommand {
    pub fn store(&self) -> &StoreFlags {
        match self {
            RevocationsCommand::List(command) => &command.store,
            RevocationsCommand::Show(command) => &command.store,
            RevocationsCommand::Audit(command) => &command.store,
            RevocationsCommand::Export(command) => &command.store,
            RevocationsCommand::Import(command) => &command.store,
            RevocationsCommand::Purge(command) => &command.store,
        }
    }
}
