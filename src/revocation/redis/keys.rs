//! The four keys of a team, which share a hash tag and thereby a slot of a cluster.

use crate::team::Team;

/// The format of what lies under them.
pub(super) const FORMAT: &str = "1";

pub(super) struct Keys {
    /// A hash: `format`, `epoch`, `version`, `count`, and `cursor` for the removal of old entries.
    pub(super) meta: String,
    /// A hash: an entry for each target.
    pub(super) entries: String,
    /// A sorted set: the targets by the versions of their entries.
    pub(super) changes: String,
    /// A stream: who wrote what.
    pub(super) audit: String,
}

impl Keys {
    pub(super) fn of(team: &Team) -> Keys {
        let key = |what: &str| format!("{{cfaccess:{}}}:{what}", team.label());
        Keys { meta: key("meta"), entries: key("entries"), changes: key("changes"), audit: key("audit") }
    }
}
