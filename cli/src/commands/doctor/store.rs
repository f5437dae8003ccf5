//! The store of revocations.

use std::time::Instant;

use cfaccess::{Refusal, Revocations, StoreReport};

use super::check::{Check, Finding, bad, check};
use crate::arguments::Doctor;
use crate::exit::are_apart;
use crate::output::count;
use crate::settings::{Settings, StoreUrl};

const HELP: &str = "look at the URL of the store, and at what lies between this machine and it";

/// Whether it can be read and written, what time it is there, and what of its settings may lose revocations.
pub fn store(command: &Doctor, settings: &Settings) -> Vec<Check> {
    let url = match settings.store(&command.store) {
        Ok(None) => return vec![check("store", Finding::Skipped("no store is configured"))],
        Ok(Some(url)) => url.for_reading(),
        Err(failure) => return vec![check("store", Finding::Bad(failure.message, HELP.to_owned()))],
    };
    let revocations = match settings.open(&url, &command.team, &command.network) {
        Ok(revocations) => revocations,
        Err(failure) => return vec![check("store", Finding::Bad(failure.message, HELP.to_owned()))],
    };
    let begun = Instant::now();
    if let Err(refusal) = revocations.connect() {
        return vec![check("store", bad(&refusal, HELP))];
    }
    let mut checks = vec![check("store", contents(&revocations, &url, begun))];
    checks.extend(settings_of(revocations.examine()));
    checks
}

fn contents(revocations: &Revocations, url: &StoreUrl, begun: Instant) -> Finding {
    let status = revocations.status();
    let (entries, took) = (count(status.entries, "entry"), begun.elapsed().as_millis());
    let may = if url.is_writable() { "" } else { "; this user may read it, and not write it" };
    match status.skipped {
        0 => Finding::Good(format!("{}: {entries} in {took} ms{may}", status.source)),
        skipped => Finding::Warning(
            format!("{}: {entries}, and {skipped} that cannot be read", status.source),
            "something else writes to the store: compare the versions of cfaccess on all hosts".to_owned(),
        ),
    }
}

fn settings_of(report: Result<StoreReport, Refusal>) -> Vec<Check> {
    let report = match report {
        Ok(report) => report,
        Err(refusal) => {
            let help = "look with a user whose ACL allows TIME and INFO";
            let finding = Finding::Warning(refusal.message().to_owned(), help.to_owned());
            return vec![check("store settings", finding)];
        }
    };
    let mut checks = Vec::new();
    if let Some(ahead) = report.clock_ahead {
        checks.push(check("store clock", clock(ahead)));
    }
    for (concern, help) in report.concerns {
        checks.push(check("store settings", Finding::Warning(concern, help)));
    }
    checks
}

fn clock(ahead: i64) -> Finding {
    if !are_apart(ahead) {
        return Finding::Good("agrees with the store's".to_owned());
    }
    let direction = if ahead > 0 { "behind" } else { "ahead of" };
    let words = format!("this machine's clock is {} s {direction} the store's", ahead.abs());
    Finding::Warning(words, "set the clocks of both: timedatectl set-ntp true".to_owned())
}
