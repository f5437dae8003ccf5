//! `cfaccess revoke`

use cfaccess::{Revocations, RevokeOptions, Target, TargetKind, Terms, Timestamp};

use super::cloudflare::{AtCloudflare, check_call};
use super::revoke_token;
use super::write::{Action, Outcome, dry_run, each_of, note, purpose, timestamp};
use crate::arguments::{
    CloudflareFlags, CutOffFlags, ReplicaFlag, Revoke, RevokeApp, RevokeTeam, RevokeUser, WriteFlags,
};
use crate::exit::{Exit, Failure};
use crate::output::{Output, count};
use crate::revocations::{Call, about, ask, ask_for, open, user};
use crate::settings::Settings;

/// How much later than now a cut-off is, unless --margin says otherwise; as in the library.
pub const MARGIN: i64 = 2;

/// What is to be revoked, and what is to be asked before.
pub struct Plan<'a> {
    pub targets: Vec<Target>,
    pub at: Option<i64>,
    pub margin: Option<i64>,
    pub replicas: &'a ReplicaFlag,
    pub question: Question<'a>,
    /// What Cloudflare is asked to do, and how it is reached.
    pub cloudflare: Option<(&'a CloudflareFlags, Call)>,
}

pub enum Question<'a> {
    None,
    /// `--yes` was given, or not.
    Yes(bool),
    /// The name of the team, or what was given for it.
    Name(Option<&'a String>),
}

pub fn run(command: &Revoke, output: &Output) -> Result<Exit, Failure> {
    let settings = Settings::read(&command.write().store.common)?;
    match command {
        Revoke::User(command) => carry_out(of_user(command)?, &command.write, &settings, output),
        Revoke::App(command) => carry_out(of_app(command, output)?, &command.write, &settings, output),
        Revoke::Service(command) => {
            let target = Target::new(TargetKind::Service, &command.client_id)?;
            let plan = Plan::new(vec![target], &command.cut_off, Question::None);
            carry_out(plan, &command.write, &settings, output)
        }
        Revoke::Session(command) => {
            let targets = vec![Target::new(TargetKind::Session, &command.nonce)?];
            let replicas = &command.replicas;
            let (at, margin, question, cloudflare) = (None, None, Question::None, None);
            let plan = Plan { targets, at, margin, replicas, question, cloudflare };
            carry_out(plan, &command.write, &settings, output)
        }
        Revoke::Team(command) => carry_out(of_team(command), &command.write, &settings, output),
        Revoke::Token(command) => {
            let plan = revoke_token::plan(command, &settings)?;
            carry_out(plan, &command.write, &settings, output)
        }
    }
}

fn of_user(command: &RevokeUser) -> Result<Plan<'_>, Failure> {
    let target = user(&command.user)?;
    let call = command.cloudflare.cloudflare.then(|| check_call(&target, None)).transpose()?;
    let plan = Plan::new(vec![target], &command.cut_off, Question::None);
    Ok(Plan { cloudflare: call.map(|call| (&command.cloudflare, call)), ..plan })
}

fn of_app<'a>(command: &'a RevokeApp, output: &Output) -> Result<Plan<'a>, Failure> {
    let target = Target::new(TargetKind::Application, &command.audience)?;
    warn_of_tag(&target, output);
    let id = command.app_id.as_ref();
    let call = command.cloudflare.cloudflare.then(|| check_call(&target, id)).transpose()?;
    let plan = Plan::new(vec![target], &command.cut_off, Question::Yes(command.yes));
    Ok(Plan { cloudflare: call.map(|call| (&command.cloudflare, call)), ..plan })
}

fn of_team(command: &RevokeTeam) -> Plan<'_> {
    Plan::new(vec![Target::team()], &command.cut_off, Question::Name(command.confirm.as_ref()))
}

/// The dashboard shows an ID of the application, too, which no token has.
fn warn_of_tag(target: &Target, output: &Output) {
    let tag = target.value();
    if tag.len() != 64 || !tag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        output.note("this is no AUD tag of 64 hex digits; a revocation of anything else hits no token");
    }
}

impl<'a> Plan<'a> {
    pub fn new(targets: Vec<Target>, cut_off: &'a CutOffFlags, question: Question<'a>) -> Plan<'a> {
        let replicas = &cut_off.replicas;
        Plan { targets, at: cut_off.at, margin: cut_off.margin, replicas, question, cloudflare: None }
    }

    fn cut_off(&self, now: Timestamp) -> Result<Timestamp, Failure> {
        timestamp(self.at.unwrap_or_else(|| now.seconds() + self.margin.unwrap_or(MARGIN)))
    }
}

fn carry_out(
    plan: Plan<'_>,
    write: &WriteFlags,
    settings: &Settings,
    output: &Output,
) -> Result<Exit, Failure> {
    let api = plan.cloudflare.as_ref().map(|(flags, call)| AtCloudflare::new(flags, call, write, settings));
    let api = api.transpose()?;
    let purpose = purpose(write, plan.replicas);
    let store = open(settings, &write.store, purpose, output)?;
    let cut_off = plan.cut_off(Timestamp::now())?;
    if write.dry_run {
        let terms = |target: &Target| {
            let at = if target.kind() == TargetKind::Session { Timestamp::MAX } else { cut_off };
            Terms { not_issued_after: Some(at), blocked_until: None, expires_at: Timestamp::MAX }
        };
        return dry_run(Action::Revoke, &plan.targets, terms, &store, output);
    }
    confirm(&plan, write, settings, &store.revocations)?;

    let note = note(write);
    let mut options = RevokeOptions::default();
    options.at = plan.at.map(timestamp).transpose()?;
    options.margin = plan.margin;
    options.note = note.clone();
    let receipts = each_of(&plan.targets, |target| store.revocations.revoke(target, &options))?;
    let mut outcome = Outcome::new(Action::Revoke, receipts, store.wait_replicas);
    if let Some(api) = &api {
        api.call(&mut outcome, &store.revocations, &note, plan.margin.unwrap_or(MARGIN));
    }
    let exit = outcome.report(output);
    if api.is_none() {
        remind(&plan.targets, output);
    }
    Ok(exit)
}

fn confirm(
    plan: &Plan<'_>,
    write: &WriteFlags,
    settings: &Settings,
    revocations: &Revocations,
) -> Result<(), Failure> {
    match plan.question {
        Question::None | Question::Yes(true) => Ok(()),
        Question::Yes(false) => {
            let names: Vec<String> = plan.targets.iter().map(about).collect();
            revocations.connect()?;
            let entries = count(revocations.status().entries, "entry");
            ask(&format!("End every session of {}? The store has {entries}.", names.join(", ")), "--yes")
        }
        Question::Name(given) => {
            let name = settings.team_name(&write.store.team)?;
            match given {
                Some(given) if *given == name => Ok(()),
                Some(_) => Err(Failure::usage("--confirm is not the name of the team; nothing was written")),
                None => {
                    let question = format!("Every session of the team {name} ends.");
                    ask_for(&name, &question, &format!("--confirm {name}"))
                }
            }
        }
    }
}

/// What a revocation here does not do.
fn remind(targets: &[Target], output: &Output) {
    let kinds = || targets.iter().map(Target::kind);
    if kinds().any(|kind| matches!(kind, TargetKind::Email | TargetKind::Subject)) {
        output.note(
            "Access still has this user's session and can issue new tokens from it; add --cloudflare, or revoke \
             it in the dashboard",
        );
    } else if kinds().any(|kind| kind == TargetKind::Session) {
        output
            .note("the login lasts until /cdn-cgi/access/logout; its tokens are refused, new ones included");
    } else if kinds().any(|kind| kind == TargetKind::Service) {
        output.note(
            "the service gets a new token with its next request; to keep it out: cfaccess block service",
        );
    } else if kinds().any(|kind| matches!(kind, TargetKind::Application | TargetKind::Team)) {
        output.note("Access still has the sessions and can issue new tokens from them");
    }
}
