//! What is known of one token: by which targets it is found, and which snapshot cleared it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::key::Key;
use super::snapshot::{Snapshot, Verdict};
use super::table::Table;
use super::target::TargetKind;
use crate::claims::Payload;
use crate::status::{Refusal, Remedy, Status};
use crate::time::Timestamp;

/// Kept with a verified token.
pub(crate) struct Clearance {
    /// The latest snapshot without an entry of this token; 0 if there is none.
    version: AtomicU64,
    /// The targets that would refuse it, in the order in which they are asked; none where nothing is revoked.
    targets: Box<[(TargetKind, Key)]>,
}

/// A target of a token that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    kind: TargetKind,
    verdict: Verdict,
}

impl Clearance {
    /// Of a token that no revocations are checked for.
    pub(crate) fn none() -> Clearance {
        Clearance { version: AtomicU64::new(0), targets: Box::default() }
    }

    /// Each value of the token that can be revoked, by itself.
    pub(super) fn new(table: &Table, payload: &Payload<'_>) -> Clearance {
        let text = |kind: TargetKind, value: Option<&str>| {
            let folded = kind.fold(value?);
            (!folded.is_empty()).then(|| (kind, table.key(kind, &folded)))
        };
        let mut targets = Vec::with_capacity(payload.audiences.iter().count() + 5);
        targets.push((TargetKind::Team, table.key(TargetKind::Team, "")));
        targets.extend(
            payload.audiences.iter().filter_map(|audience| text(TargetKind::Application, Some(audience))),
        );
        targets.extend(text(TargetKind::Subject, payload.subject.as_deref()));
        targets.extend(text(TargetKind::Email, payload.email.as_deref()));
        targets.extend(text(TargetKind::Service, payload.common_name.as_deref()));
        targets.extend(text(TargetKind::Session, payload.session()));
        Clearance { version: AtomicU64::new(0), targets: targets.into() }
    }

    /// The memory that it takes besides its own size, in bytes.
    pub(crate) fn heap_size(&self) -> usize {
        size_of_val(&*self.targets)
    }

    /// Whether the snapshot in force is the one that cleared it.
    pub(super) fn is_of(&self, version: u64) -> bool {
        self.version.load(Ordering::Relaxed) == version
    }

    /// Looks the token up in a snapshot, and notes it if the snapshot clears it.
    pub(super) fn probe(&self, snapshot: &Snapshot, issued_at: Timestamp, now: Timestamp) -> Result<(), Hit> {
        let mut is_clear = true;
        let mut hit = None;
        for (kind, key) in &self.targets {
            match snapshot.find(*kind, *key, issued_at, now) {
                Verdict::Clear => {}
                Verdict::NotNow => is_clear = false,
                verdict => hit = hit.or(Some(Hit { kind: *kind, verdict })),
            }
        }
        match hit {
            Some(hit) => Err(hit),
            None => {
                if is_clear {
                    self.version.store(snapshot.version, Ordering::Relaxed);
                }
                Ok(())
            }
        }
    }
}

impl Hit {
    #[cold]
    pub(super) fn refusal(self) -> Refusal {
        let what = match self.kind {
            TargetKind::Team => "the team",
            TargetKind::Application => "the application",
            TargetKind::Subject => "the subject",
            TargetKind::Email => "the e-mail",
            TargetKind::Service => "the service",
            TargetKind::Session => "the session",
        };
        match self.verdict {
            Verdict::Blocked => Refusal::new(Status::Blocked, format!("{what} of the token is blocked")),
            Verdict::Revoked(cut_off) if cut_off < Timestamp::MAX => {
                let at = cut_off.seconds();
                let message =
                    format!("{what} of the token was revoked; tokens issued up to {at} are refused");
                Refusal::new(Status::Revoked, message).with_remedy(Remedy::NewToken { after: cut_off })
            }
            _ => Refusal::new(Status::Revoked, format!("{what} of the token was revoked"))
                .with_remedy(Remedy::NewLogin),
        }
    }
}
