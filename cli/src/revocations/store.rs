//! The store of revocations.

use cfaccess::{RevocationEntry, Revocations, Target, TargetKind};

use crate::arguments::StoreFlags;
use crate::exit::{Failure, are_apart};
use crate::output::Output;
use crate::settings::Settings;

const PAGE: usize = 1_000;
/// A store refuses writers whose clock is further from its own, in seconds.
const CLOCKS_APART_MAX: i64 = 300;

/// What is to be done with a store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Read,
    /// Write, as many replicas having it as the URL says or else these.
    Write {
        wait_replicas: u64,
    },
    /// As if it were to be written.
    DryRun,
}

/// The store that is configured, which must be one that other processes read.
pub fn open(
    settings: &Settings,
    flags: &StoreFlags,
    purpose: Purpose,
    output: &Output,
) -> Result<Opened, Failure> {
    if flags.store.store.as_deref().is_some_and(has_password) {
        output.note(
            "`ps` shows the password in --store; it does not show CFACCESS_STORE_URL and the configuration file",
        );
    }
    let url = settings
        .store(&flags.store)?
        .ok_or_else(|| Failure::config("no store; name it with --store or CFACCESS_STORE_URL"))?;
    if url.is_memory() {
        return Err(Failure::config(
            "memory: is the store of one process; nothing that is written there is read",
        ));
    }
    let url = match purpose {
        Purpose::Write { wait_replicas: 0 } => url,
        Purpose::Write { .. } if url.path().is_some() => {
            return Err(Failure::usage("--wait-replicas is for Redis; a file has no replicas"));
        }
        Purpose::Write { wait_replicas } => url.waiting_for(wait_replicas),
        Purpose::Read | Purpose::DryRun => url.for_reading(),
    };
    if purpose == Purpose::Read && url.is_missing() {
        let path = url.path().unwrap_or_default();
        return Err(Failure::unreachable(format!("there is no store at {}", path.display())));
    }
    let revocations = settings.open(&url, &flags.team, &flags.network)?;
    let is_new = purpose == Purpose::DryRun && url.would_be_made();
    if purpose == Purpose::DryRun {
        if !url.is_writable() {
            return Err(Failure::not_done("this user may not write to the store"));
        }
        if !is_new {
            revocations.connect()?;
            check_clock(&revocations, output)?;
        }
    }
    Ok(Opened { revocations, wait_replicas: url.replicas(), is_new })
}

/// What a write would find of the clocks. A user who may not ask for the time learns of it when he writes.
fn check_clock(revocations: &Revocations, output: &Output) -> Result<(), Failure> {
    let ahead = revocations.examine().ok().and_then(|report| report.clock_ahead).unwrap_or(0);
    let direction = if ahead > 0 { "behind" } else { "ahead of" };
    let words = format!("this machine's clock is {} s {direction} that of the store", ahead.abs());
    if ahead.abs() > CLOCKS_APART_MAX {
        return Err(Failure::not_done(format!("{words}, which would refuse the write")));
    }
    if are_apart(ahead) {
        output.note(&words);
    }
    Ok(())
}

/// A store, and how many replicas its writes wait for.
pub struct Opened {
    pub revocations: Revocations,
    pub wait_replicas: u64,
    /// It is not there, and a write would make it.
    pub is_new: bool,
}

fn has_password(url: &str) -> bool {
    url.split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

/// Calls `take` with each entry, in the order of kind and value.
pub fn each(
    revocations: &Revocations,
    kind: Option<TargetKind>,
    after: Option<Target>,
    mut take: impl FnMut(&RevocationEntry) -> Result<Next, Failure>,
) -> Result<(), Failure> {
    let mut after = after;
    loop {
        let page = revocations.list(kind, after.as_ref(), PAGE)?;
        for entry in &page {
            if take(entry)? == Next::Stop {
                return Ok(());
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.target.clone()),
            _ => return Ok(()),
        }
    }
}

/// Whether to go on after an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    GoOn,
    Stop,
}

/// The entry of a target.
pub fn find(revocations: &Revocations, target: &Target) -> Result<Option<RevocationEntry>, Failure> {
    let mut found = None;
    each(revocations, Some(target.kind()), before(target), |entry| {
        if entry.target == *target {
            found = Some(entry.clone());
        }
        Ok(if entry.target >= *target { Next::Stop } else { Next::GoOn })
    })?;
    Ok(found)
}

/// A target a little before this one: its value without the last character.
fn before(target: &Target) -> Option<Target> {
    let mut characters = target.value().chars();
    characters.next_back()?;
    Target::new(target.kind(), characters.as_str()).ok()
}
