//! Whom a policy lets in.

use uuid::Uuid;

#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The claim `policy_id` of people.
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) decision: Decision,
    pub(crate) include: Include,
    /// In seconds; goes before that of the application.
    pub(crate) session_duration: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
    /// No login, and no token either.
    Bypass,
    /// Service Auth.
    NonIdentity,
}

/// Any of these is enough.
#[derive(Clone, Debug, Default)]
pub(crate) struct Include {
    pub(crate) everyone: bool,
    /// In lower case.
    pub(crate) emails: Vec<String>,
    /// In lower case, with the at sign: `@example.com`.
    pub(crate) emails_ending_in: Vec<String>,
    pub(crate) groups: Vec<String>,
    /// Client IDs of service tokens, as the configuration's names resolve.
    pub(crate) service_tokens: Vec<String>,
    pub(crate) any_valid_service_token: bool,
}
