//! `cfaccess block` and `cfaccess lift`

use cfaccess::{Target, TargetKind, Terms, Timestamp};

use super::revoke::MARGIN;
use super::write::{Action, Outcome, dry_run, each_of, note, purpose, timestamp};
use crate::arguments::{Block, Lift};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::revocations::{open, target_of, user};
use crate::settings::Settings;

pub fn block(command: &Block, output: &Output) -> Result<Exit, Failure> {
    let flags = command.flags();
    let target = match command {
        Block::User(command) => user(&command.user)?,
        Block::Service(command) => Target::new(TargetKind::Service, &command.client_id)?,
    };
    let until = flags.until.map(timestamp).transpose()?;
    let settings = Settings::read(&flags.write.store.common)?;
    let purpose = purpose(&flags.write, &flags.replicas);
    let store = open(&settings, &flags.write.store, purpose, output)?;
    if flags.write.dry_run {
        let terms = |_: &Target| Terms {
            not_issued_after: Timestamp::new(Timestamp::now().seconds() + MARGIN),
            blocked_until: Some(until.unwrap_or(Timestamp::MAX)),
            expires_at: Timestamp::MAX,
        };
        return dry_run(Action::Block, &[target], terms, &store, output);
    }
    let note = note(&flags.write);
    let receipts = each_of(&[target], |target| store.revocations.block(target, until, &note))?;
    Ok(Outcome::new(Action::Block, receipts, store.wait_replicas).report(output))
}

pub fn lift(command: &Lift, output: &Output) -> Result<Exit, Failure> {
    let target = target_of(&command.target)?;
    let settings = Settings::read(&command.write.store.common)?;
    let purpose = purpose(&command.write, &command.replicas);
    let store = open(&settings, &command.write.store, purpose, output)?;
    if command.write.dry_run {
        let terms =
            |_: &Target| Terms { not_issued_after: None, blocked_until: None, expires_at: Timestamp::MAX };
        return dry_run(Action::Lift, &[target], terms, &store, output);
    }
    let note = note(&command.write);
    let receipts = each_of(&[target], |target| store.revocations.lift(target, &note))?;
    Ok(Outcome::new(Action::Lift, receipts, store.wait_replicas).report(output))
}
