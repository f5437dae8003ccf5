//! The one team that there is.

/// The reserved team: the library accepts marked keys for it alone, and for it nothing but marked keys.
pub const TEAM: &str = "cfaccess-local";
/// The host of the team.
pub const TEAM_HOST: &str = "cfaccess-local.cloudflareaccess.com";
/// The issuer of all tokens, on both faces.
pub const ISSUER: &str = "https://cfaccess-local.cloudflareaccess.com";
