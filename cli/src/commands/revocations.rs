//! `cfaccess revocations`: what the store holds.

use std::thread;
use std::time::Duration;

use cfaccess::{AuditLine, RevocationEntry, Revocations, TargetKind, Timestamp};
use serde_json::{Value, json};

use super::transfer;
use super::write::{described, entry_json};
use crate::arguments::{Audit, Import, Kind, List, Purge, RevocationsCommand, Show};
use crate::exit::{Exit, Failure};
use crate::output::{Output, count};
use crate::redaction::printable;
use crate::revocations::{Next, Opened, Purpose, about, each, find, open, says, target_of, terms_json};
use crate::settings::Settings;
use crate::time;

const AUDIT_PAGE: usize = 1_000;
/// How often the audit is looked at for new lines.
const FOLLOW: Duration = Duration::from_secs(1);
/// Entries are purged this many seconds after they fell away.
const GRACE: i64 = 3_600;

pub fn run(command: &RevocationsCommand, output: &Output) -> Result<Exit, Failure> {
    let settings = Settings::read(&command.store().common)?;
    let purpose = match command {
        RevocationsCommand::Import(Import { dry_run: false, .. })
        | RevocationsCommand::Purge(Purge { dry_run: false, .. }) => Purpose::Write { wait_replicas: 0 },
        RevocationsCommand::Import(_) | RevocationsCommand::Purge(_) => Purpose::DryRun,
        _ => Purpose::Read,
    };
    let Opened { revocations, is_new, .. } = open(&settings, command.store(), purpose, output)?;
    match command {
        RevocationsCommand::List(command) => list(command, &revocations, output),
        RevocationsCommand::Show(command) => show(command, &revocations, output),
        RevocationsCommand::Audit(command) => audit(command, &revocations, output),
        RevocationsCommand::Purge(command) => purge(command, &revocations, is_new, output),
        RevocationsCommand::Export(command) => {
            transfer::export(command, &revocations, &settings.team_name(&command.store.team)?, output)
        }
        RevocationsCommand::Import(command) => {
            transfer::import(command, &revocations, &settings.team_name(&command.store.team)?, output)
        }
    }
}

fn list(command: &List, revocations: &Revocations, output: &Output) -> Result<Exit, Failure> {
    let now = Timestamp::now();
    let kinds: &[Option<TargetKind>] = match command.kind {
        None => &[None],
        Some(Kind::User) => &[Some(TargetKind::Subject), Some(TargetKind::Email)],
        Some(Kind::App) => &[Some(TargetKind::Application)],
        Some(Kind::Service) => &[Some(TargetKind::Service)],
        Some(Kind::Session) => &[Some(TargetKind::Session)],
        Some(Kind::Team) => &[Some(TargetKind::Team)],
        Some(Kind::Email) => &[Some(TargetKind::Email)],
        Some(Kind::Subject) => &[Some(TargetKind::Subject)],
    };
    let mut entries = Vec::new();
    let mut text = String::new();
    for kind in kinds {
        each(revocations, *kind, None, |entry| {
            if command.all || is_alive(entry, now) {
                if command.store.common.json {
                    entries.push(entry_json(entry, now));
                } else {
                    text += &format!("{}  {}\n", about(&entry.target), described(entry, now));
                }
            }
            Ok(Next::GoOn)
        })?;
    }
    output.result(|| json!({"status": "OK", "entries": entries}), || text)?;
    Ok(Exit::Done)
}

/// Whether it refuses anything.
pub fn is_alive(entry: &RevocationEntry, now: Timestamp) -> bool {
    !entry.terms.is_lifted() && entry.terms.expires_at > now
}

fn show(command: &Show, revocations: &Revocations, output: &Output) -> Result<Exit, Failure> {
    let target = target_of(&command.target)?;
    let now = Timestamp::now();
    let Some(entry) = find(revocations, &target)? else {
        output.result(
            || json!({"status": "OK", "entry": null}),
            || format!("{}: there is no entry\n", about(&target)),
        )?;
        return Ok(Exit::Failed);
    };
    output.result(
        || json!({"status": "OK", "entry": entry_json(&entry, now)}),
        || {
            let mut text = format!("{}: {}\n", about(&target), described(&entry, now));
            if is_alive(&entry, now) && entry.terms.expires_at < Timestamp::MAX {
                text += &format!("  falls away on {}\n", time::local_date(entry.terms.expires_at.seconds()));
            }
            text
        },
    )?;
    Ok(Exit::Done)
}

fn audit(command: &Audit, revocations: &Revocations, output: &Output) -> Result<Exit, Failure> {
    let as_json = command.store.common.json;
    let mut after = String::new();
    let mut lines = Vec::new();
    loop {
        let page = revocations.audit(&after, AUDIT_PAGE)?;
        if let Some(last) = page.last() {
            after.clone_from(&last.id);
        }
        for line in &page {
            match (as_json, command.follow) {
                (true, true) => output.raw(format!("{}\n", line_json(line)))?,
                (true, false) => lines.push(line_json(line)),
                (false, _) => output.raw(line_told(line))?,
            }
        }
        if page.len() == AUDIT_PAGE {
            continue;
        }
        if !command.follow {
            break;
        }
        thread::sleep(FOLLOW);
    }
    if as_json {
        output.result(|| json!({"status": "OK", "lines": lines}), String::new)?;
    }
    Ok(Exit::Done)
}

fn line_told(line: &AuditLine) -> String {
    let now = Timestamp::now();
    let by = if line.made_by.is_empty() { "(unknown)" } else { &line.made_by };
    let mut text = format!(
        "{}  {} {} {}: {}",
        time::local(line.at.seconds()),
        by,
        line.action,
        about(&line.target),
        says(&line.terms, now)
    );
    if !line.reason.is_empty() {
        text += &format!("; {}", line.reason);
    }
    printable(&text) + "\n"
}

fn line_json(line: &AuditLine) -> Value {
    let mut object = terms_json(&line.target, &line.terms);
    if let Some(members) = object.as_object_mut() {
        members.insert("id".into(), line.id.as_str().into());
        members.insert("at".into(), line.at.seconds().into());
        members.insert("action".into(), line.action.as_str().into());
        members.insert("made_by".into(), line.made_by.as_str().into());
        members.insert("reason".into(), line.reason.as_str().into());
    }
    object
}

fn purge(command: &Purge, revocations: &Revocations, is_new: bool, output: &Output) -> Result<Exit, Failure> {
    let removed = if is_new {
        0
    } else if command.dry_run {
        let now = Timestamp::now();
        let mut old = 0;
        each(revocations, None, None, |entry| {
            old += u64::from(now.seconds() - entry.terms.expires_at.seconds() > GRACE);
            Ok(Next::GoOn)
        })?;
        old
    } else {
        revocations.purge()?
    };
    let entries = count(usize::try_from(removed).unwrap_or(usize::MAX), "entry");
    let verb = if command.dry_run { "would be removed" } else { "removed" };
    output.result(
        || json!({"status": "OK", "dry_run": command.dry_run, "removed": removed}),
        || format!("{verb}: {entries}\n"),
    )?;
    Ok(Exit::Done)
}
