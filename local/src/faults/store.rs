//! The faults in force.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use serde::{Serialize, Serializer};

use super::{Fault, Stage};
use crate::config::PathPattern;

/// More are refused: nobody needs them, and each request goes through all.
const MAX: usize = 100;

/// The faults in force, in the order in which they were added.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<ActiveFault>>);

/// One fault in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ActiveFault {
    #[serde(serialize_with = "name")]
    pub(crate) fault: Fault,
    #[serde(flatten)]
    pub(crate) scope: Scope,
    #[serde(flatten)]
    pub(crate) limit: Limit,
    /// How many requests it has hit.
    pub(crate) hits: u64,
}

/// Which requests a fault hits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Scope {
    /// The name of an application; none for all.
    pub(crate) application: Option<String>,
    /// Everything at and below this path; none for all.
    #[serde(serialize_with = "path")]
    path: Option<PathPattern>,
}

/// When a fault ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Limit {
    /// After so many more requests.
    Times(NonZeroU64),
    /// At this time of the local Access's clock, in seconds since 1970.
    Until(i64),
    /// When it is cleared.
    #[serde(untagged)]
    Never {},
}

/// Why a fault is not taken in; one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FaultError(pub(crate) String);

impl Scope {
    /// As it was given.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_ref().map(shown)
    }

    /// `path` begins with a slash; a star stands for any part of a segment.
    pub(crate) fn new(application: Option<String>, path: Option<&str>) -> Result<Scope, FaultError> {
        let path = match path {
            None => None,
            Some(path) if path.starts_with('/') => Some(PathPattern::new(path.trim_end_matches('/'))),
            Some(_) => return Err(FaultError("the path of a fault has to begin with a slash".into())),
        };
        Ok(Scope { application, path })
    }

    fn contains(&self, application: Option<&str>, path: &str) -> bool {
        self.application.as_deref().is_none_or(|wanted| application == Some(wanted))
            && self.path.as_ref().is_none_or(|pattern| pattern.matches(path))
    }
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault, scope: Scope, limit: Limit) -> Result<(), FaultError> {
        if fault.stage() == Stage::Certs && scope != Scope::default() {
            return Err(FaultError(format!(
                "{} concerns the keys of the team: it has neither application nor path",
                fault.name()
            )));
        }
        let mut faults = self.lock();
        if faults.len() >= MAX {
            return Err(FaultError(format!("{MAX} faults are in force; clear some first")));
        }
        faults.push(ActiveFault { fault, scope, limit, hits: 0 });
        Ok(())
    }

    /// Those in force at this time.
    pub(crate) fn list(&self, now: i64) -> Vec<ActiveFault> {
        let mut faults = self.lock();
        drop_ended(&mut faults, now);
        faults.clone()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The fault for a request at this step, if there is one; counts it. `path` is decoded and normalised.
    pub(crate) fn take(
        &self,
        stage: Stage,
        application: Option<&str>,
        path: &str,
        now: i64,
    ) -> Option<Fault> {
        self.take_if(stage, application, path, now, |_| true)
    }

    /// As `take`, for a request that only some faults can hit, such as those of WebSockets.
    pub(crate) fn take_if(
        &self,
        stage: Stage,
        application: Option<&str>,
        path: &str,
        now: i64,
        can_hit: impl Fn(Fault) -> bool,
    ) -> Option<Fault> {
        let mut faults = self.lock();
        if faults.is_empty() {
            return None;
        }
        drop_ended(&mut faults, now);
        let at = faults.iter().position(|active| {
            active.fault.stage() == stage && can_hit(active.fault) && active.scope.contains(application, path)
        })?;
        let active = faults.get_mut(at)?;
        active.hits += 1;
        let fault = active.fault;
        if let Limit::Times(times) = active.limit {
            match NonZeroU64::new(times.get() - 1) {
                Some(left) => active.limit = Limit::Times(left),
                None => drop(faults.remove(at)),
            }
        }
        Some(fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<ActiveFault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drop_ended(faults: &mut Vec<ActiveFault>, now: i64) {
    faults.retain(|active| !matches!(active.limit, Limit::Until(end) if end <= now));
}

impl fmt::Display for FaultError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn name<S: Serializer>(fault: &Fault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(fault.name())
}

fn path<S: Serializer>(path: &Option<PathPattern>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(shown).serialize(serializer)
}

fn shown(path: &PathPattern) -> &str {
    if path.as_str().is_empty() { "/" } else { path.as_str() }
}
