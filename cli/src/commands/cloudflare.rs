//! `--cloudflare`: the store first, then Cloudflare, then the cut-off by Cloudflare's clock.

use std::time::Duration;

use cfaccess::{Note, Revocations, RevokeOptions, Target, TargetKind, Timestamp};

use super::write::Outcome;
use crate::arguments::{CloudflareFlags, WriteFlags};
use crate::exit::Failure;
use crate::revocations::{Api, Call, CallFailure, check_id};
use crate::settings::Settings;
use crate::time;

/// Until a revocation of a user has reached the whole edge; nobody can log in again meanwhile.
const PROPAGATION: i64 = 30;
/// The furthest from now that a cut-off may be.
const MARGIN_MAX: i64 = 300;
const TIMEOUT_DEFAULT: i64 = 15;

/// What Cloudflare can be asked for a target.
pub fn check_call(target: &Target, app_id: Option<&String>) -> Result<Call, Failure> {
    if let Some(id) = app_id {
        check_id("app", id)?;
    }
    match target.kind() {
        TargetKind::Email => Ok(Call::User { email: target.value().to_owned() }),
        TargetKind::Application => Ok(Call::App { audience: target.value().to_owned(), id: app_id.cloned() }),
        _ => Err(Failure::usage(
            "Cloudflare revokes applications, and users by their e-mail address; leave out --cloudflare",
        )),
    }
}

pub struct AtCloudflare<'a> {
    api: Api,
    call: &'a Call,
}

impl<'a> AtCloudflare<'a> {
    pub fn new(
        flags: &CloudflareFlags,
        call: &'a Call,
        write: &WriteFlags,
        settings: &Settings,
    ) -> Result<AtCloudflare<'a>, Failure> {
        let timeout = flags.api_timeout.unwrap_or(TIMEOUT_DEFAULT);
        let api = Api::new(
            settings.account(flags.account.as_ref())?,
            settings.api_token_file(flags.api_token_file.as_ref()).as_ref(),
            settings.ca_file(&write.store.network).as_deref(),
            Duration::from_secs(u64::try_from(timeout).unwrap_or_default()),
        )?;
        Ok(AtCloudflare { api, call })
    }

    /// Makes the call after the store has the revocation. Tokens are dated by Cloudflare's clock, and so the cut-off
    /// is raised to what that clock showed.
    pub fn call(&self, outcome: &mut Outcome, revocations: &Revocations, note: &Note, margin: i64) {
        let begun = time::now();
        let date = match self.api.make(self.call) {
            Ok(date) => date,
            Err(failure) => {
                outcome.cloudflare = Some(Err(failure));
                return;
            }
        };
        outcome.cloudflare = Some(Ok(()));
        let Some(date) = date else { return };
        outcome.cloudflare_ahead = difference(date, begun, time::now());
        let extra = match self.call {
            Call::User { .. } => PROPAGATION,
            Call::App { .. } => margin,
        };
        let latest = time::now() + MARGIN_MAX;
        let Some(at) = Timestamp::new((date + extra).min(latest)) else { return };
        for receipt in &mut outcome.receipts {
            if receipt.terms.not_issued_after.is_some_and(|cut_off| cut_off >= at) {
                continue;
            }
            let mut options = RevokeOptions::default();
            options.at = Some(at);
            options.margin = Some(MARGIN_MAX);
            options.note = note.clone();
            match revocations.revoke(&receipt.target, &options) {
                Ok(raised) => *receipt = raised,
                Err(refusal) => {
                    let message = format!(
                        "Cloudflare has it, but the cut-off could not be raised to its clock: {}; run this again",
                        refusal.message()
                    );
                    outcome.cloudflare =
                        Some(Err(CallFailure { http_status: None, message, retry_after: None }));
                    return;
                }
            }
        }
    }
}

/// How far a clock that showed `date` between two moments is ahead of this one, in seconds.
fn difference(date: i64, begun: i64, ended: i64) -> i64 {
    if date > ended { date - ended } else { (date - begun).min(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_asked_slowly_does_not_differ() {
        assert_eq!(difference(100, 95, 105), 0);
        assert_eq!(difference(110, 95, 105), 5);
        assert_eq!(difference(90, 95, 105), -5);
    }
}
