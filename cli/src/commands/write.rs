//! What every command that writes to the store has in common.

use cfaccess::{Note, Receipt, Refusal, RevocationEntry, Target, Terms, Timestamp};
use serde_json::{Value, json};

use crate::arguments::{ReplicaFlag, WriteFlags};
use crate::exit::{Exit, Failure, are_apart};
use crate::output::{Output, Style};
use crate::redaction::printable;
use crate::revocations::{CallFailure, Opened, Purpose, about, author, find, says, terms_json};
use crate::time;

/// Other processes hear of a write within this, unless they were told to ask less often.
const IN_FORCE_AFTER: i64 = 2;

/// What a write is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Revoke,
    Block,
    Lift,
}

/// What came of a write.
pub struct Outcome {
    pub action: Action,
    pub receipts: Vec<Receipt>,
    /// How many replicas were asked for.
    pub wait_replicas: u64,
    /// What Cloudflare did, if it was asked.
    pub cloudflare: Option<Result<(), CallFailure>>,
    /// How many seconds Cloudflare's clock is ahead of this one.
    pub cloudflare_ahead: i64,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Action::Revoke => "revoke",
            Action::Block => "block",
            Action::Lift => "lift",
        }
    }

    fn past(self) -> &'static str {
        match self {
            Action::Revoke => "revoked",
            Action::Block => "blocked",
            Action::Lift => "lifted",
        }
    }
}

pub fn purpose(flags: &WriteFlags, replicas: &ReplicaFlag) -> Purpose {
    if flags.dry_run { Purpose::DryRun } else { Purpose::Write { wait_replicas: replicas.wait_replicas } }
}

pub fn note(flags: &WriteFlags) -> Note {
    Note { made_by: author(flags.by.as_ref()), reason: flags.reason.clone().unwrap_or_default() }
}

/// Shows what would be written and what it would replace. The store is read, so that it is known to be there.
pub fn dry_run(
    action: Action,
    targets: &[Target],
    terms: impl Fn(&Target) -> Terms,
    store: &Opened,
    output: &Output,
) -> Result<Exit, Failure> {
    let now = Timestamp::now();
    let mut text = String::new();
    let mut planned = Vec::new();
    if store.is_new {
        text += "there is no store yet; a write would make it\n";
    }
    for target in targets {
        let there = if store.is_new { None } else { find(&store.revocations, target)? };
        let terms = terms(target);
        text += &format!("would be {}: {}", action.past(), about(target));
        if action != Action::Lift {
            text += &format!(", {}", says(&terms, now));
        }
        text += "\n";
        text += &match &there {
            Some(entry) => format!("  there now: {}\n", described(entry, now)),
            None => "  there now: nothing\n".to_owned(),
        };
        let mut entry = terms_json(target, &terms);
        if let Some(members) = entry.as_object_mut() {
            // It depends on the clock of the store.
            members.remove("expires_at");
            members.insert("there_now".into(), there.map_or(Value::Null, |entry| entry_json(&entry, now)));
        }
        planned.push(entry);
    }
    output.result(
        || json!({"status": "OK", "action": action.name(), "dry_run": true, "entries": planned}),
        || text,
    )?;
    Ok(Exit::Done)
}

/// What an entry says, who made it and why.
pub fn described(entry: &RevocationEntry, now: Timestamp) -> String {
    let mut text = says(&entry.terms, now);
    text += &format!("; written {}", time::local(entry.made_at.seconds()));
    if !entry.made_by.is_empty() {
        text += &format!(" by {}", entry.made_by);
    }
    if !entry.reason.is_empty() {
        text += &format!(": {}", entry.reason);
    }
    printable(&text)
}

pub fn entry_json(entry: &RevocationEntry, now: Timestamp) -> Value {
    let mut object: Value = serde_json::from_str(&entry.to_json()).unwrap_or_default();
    if let Some(members) = object.as_object_mut() {
        members.insert("blocked".into(), entry.terms.is_blocked(now).into());
    }
    object
}

impl Outcome {
    pub fn new(action: Action, receipts: Vec<Receipt>, wait_replicas: u64) -> Outcome {
        Outcome { action, receipts, wait_replicas, cloudflare: None, cloudflare_ahead: 0 }
    }

    /// Reports what was written. It is written, whether or not it can be reported.
    pub fn report(&self, output: &Output) -> Exit {
        let printed = output.result(|| self.to_json(), || self.told(output));
        if let Err(failure) = printed {
            output.note(&failure.message);
        }
        if let Some(Err(failure)) = &self.cloudflare {
            output.note(&format!("the store has it and Cloudflare does not: {failure}"));
        }
        if let Some(has) = self.missing_replicas() {
            let wanted = self.wait_replicas;
            output.note(&format!("{has} replicas have it, {wanted} were asked for; a failover may lose it"));
        }
        self.warn_of_clocks(output);
        self.exit()
    }

    fn exit(&self) -> Exit {
        let is_partial = matches!(self.cloudflare, Some(Err(_))) || self.missing_replicas().is_some();
        if is_partial {
            Exit::Partial
        } else if are_apart(self.clock_ahead()) || are_apart(self.cloudflare_ahead) {
            Exit::ClocksDiffer
        } else {
            Exit::Done
        }
    }

    fn warn_of_clocks(&self, output: &Output) {
        for (whose, ahead) in [("the store", self.clock_ahead()), ("Cloudflare", self.cloudflare_ahead)] {
            if are_apart(ahead) {
                let direction = if ahead > 0 { "behind" } else { "ahead of" };
                let apart = ahead.abs();
                output.note(&format!(
                    "this machine's clock is {apart} s {direction} that of {whose}; set it, then do this again"
                ));
            }
        }
    }

    fn clock_ahead(&self) -> i64 {
        self.receipts.iter().map(|receipt| receipt.clock_ahead).max_by_key(|ahead| ahead.abs()).unwrap_or(0)
    }

    /// How many replicas have it, if that is fewer than were asked for.
    fn missing_replicas(&self) -> Option<u64> {
        let least = self.receipts.iter().map(|receipt| receipt.replicas.unwrap_or(0)).min().unwrap_or(0);
        (least < self.wait_replicas).then_some(least)
    }

    fn told(&self, output: &Output) -> String {
        let now = Timestamp::now();
        let done = output.paint(Style::Good, self.action.past());
        let mut text = String::new();
        for receipt in &self.receipts {
            text += &format!("{done}: {}", about(&receipt.target));
            if self.action != Action::Lift || !receipt.terms.is_lifted() {
                text += &format!(", {}", says(&receipt.terms, now));
            }
            text += &format!("; in force everywhere by {}", time::local(in_force_by()));
            if !receipt.terms.is_lifted() && receipt.terms.expires_at < Timestamp::MAX {
                text += &format!("; falls away on {}", time::local_date(receipt.terms.expires_at.seconds()));
            }
            text += "\n";
        }
        if matches!(self.cloudflare, Some(Ok(()))) {
            text += &format!("{done} at Cloudflare, too\n");
        }
        text
    }

    fn to_json(&self) -> Value {
        let entries = self.receipts.iter().map(|receipt| {
            let mut entry = terms_json(&receipt.target, &receipt.terms);
            if let Some(members) = entry.as_object_mut() {
                members.insert("clock_ahead".into(), receipt.clock_ahead.into());
                members.insert("replicas".into(), receipt.replicas.into());
            }
            entry
        });
        let cloudflare = self.cloudflare.as_ref().map(|done| match done {
            Ok(()) => json!({"done": true, "clock_ahead": self.cloudflare_ahead}),
            Err(failure) => json!({
                "done": false,
                "http_status": failure.http_status,
                "message": failure.message,
                "retry_after": failure.retry_after,
            }),
        });
        json!({
            "status": "OK",
            "action": self.action.name(),
            "dry_run": false,
            "entries": entries.collect::<Value>(),
            "in_force_by": in_force_by(),
            "cloudflare": cloudflare,
        })
    }
}

/// The second by which every process has heard of what is written now.
fn in_force_by() -> i64 {
    // The second that has begun counts as a whole one.
    time::now() + 1 + IN_FORCE_AFTER
}

/// A time that was checked when it was read.
pub fn timestamp(seconds: i64) -> Result<Timestamp, Failure> {
    Timestamp::new(seconds).ok_or_else(|| Failure::usage("the time is out of range"))
}

/// The writes of several targets, of which the first that fails ends the command.
pub fn each_of(
    targets: &[Target],
    write: impl Fn(&Target) -> Result<Receipt, Refusal>,
) -> Result<Vec<Receipt>, Failure> {
    Ok(targets.iter().map(write).collect::<Result<Vec<_>, _>>()?)
}
