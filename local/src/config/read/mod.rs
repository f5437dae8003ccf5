//! `cfaccess-local.toml`: its tables and names, each read into the type that it means.

mod application;
mod json;
mod people;
mod policy;
mod table;

use std::collections::HashMap;
use std::sync::Arc;

use super::{Application, Config, ConfigError, ServiceToken, TeamSettings, User, duration, session_duration};
pub(super) use policy::policy_id;
use table::Table;

const FILE: [&str; 4] = ["team", "application", "user", "service_token"];
const TEAM: [&str; 4] = ["session_duration", "strict_service_token_auth", "revocation_delay", "cloudflared"];

/// Of a global session, where nothing says otherwise.
pub(super) const SESSION_DURATION: i64 = 24 * 3_600;

impl Config {
    /// Reads a configuration. Unknown names are errors that tell the nearest known one.
    pub(crate) fn parse(text: &str, face_is_exact: bool) -> Result<Config, ConfigError> {
        let mut file = Table::of_file(text, &FILE)?;
        let (team, cloudflared) = team(&mut file)?;
        let users = users(&mut file)?;
        let service_tokens = service_tokens(&mut file)?;
        let applications = applications(&mut file, face_is_exact, &service_tokens)?;
        Ok(Config { team, applications, users, service_tokens, cloudflared })
    }
}

fn team(file: &mut Table<'_>) -> Result<(TeamSettings, bool), ConfigError> {
    let Some(mut table) = file.table("team", &TEAM)? else { return Ok((TeamSettings::default(), false)) };
    let settings = TeamSettings {
        session_duration: table.text("session_duration", session_duration)?.unwrap_or(SESSION_DURATION),
        strict_service_token_auth: table.flag("strict_service_token_auth", true)?,
        revocation_delay: table.text("revocation_delay", duration)?.unwrap_or(0),
    };
    Ok((settings, table.flag("cloudflared", false)?))
}

impl Default for TeamSettings {
    fn default() -> TeamSettings {
        TeamSettings {
            session_duration: SESSION_DURATION,
            strict_service_token_auth: true,
            revocation_delay: 0,
        }
    }
}

fn users(file: &mut Table<'_>) -> Result<Vec<User>, ConfigError> {
    let mut emails = Unique::new("email");
    let mut users = Vec::new();
    for mut table in file.tables("user", &people::USER)? {
        let user = people::user(&mut table)?;
        emails.add(&table, &user.email)?;
        users.push(user);
    }
    Ok(users)
}

fn service_tokens(file: &mut Table<'_>) -> Result<Vec<ServiceToken>, ConfigError> {
    let mut names = Unique::new("name");
    let mut client_ids = Unique::new("client_id");
    let mut variables = Unique::new("environment variable");
    let mut tokens = Vec::new();
    for mut table in file.tables("service_token", &people::SERVICE_TOKEN)? {
        let token = people::service_token(&mut table)?;
        names.add(&table, &token.name)?;
        client_ids.add(&table, &token.client_id)?;
        variables.add(&table, &token.secret_variable())?;
        tokens.push(token);
    }
    Ok(tokens)
}

fn applications(
    file: &mut Table<'_>,
    face_is_exact: bool,
    service_tokens: &[ServiceToken],
) -> Result<Vec<Arc<Application>>, ConfigError> {
    let mut names = Unique::new("name");
    let mut audiences = Unique::new("aud");
    let mut domains = Unique::new("domain");
    let mut applications: Vec<Arc<Application>> = Vec::new();
    for mut table in file.tables("application", &application::APPLICATION)? {
        let application = application::application(&mut table, face_is_exact, service_tokens)?;
        names.add(&table, &application.name)?;
        audiences.add(&table, &application.aud)?;
        let domain = &application.domain;
        domains.add(&table, &format!("{}{}", domain.host, domain.path.as_str()))?;
        let other = applications.first().map(|first| &first.domain);
        if other.is_some_and(|other| other.host != domain.host && either_is_localhost(other, domain)) {
            return Err(table.wrong(
                "\"localhost\" is for the only host; where there are several, each is NAME.localhost",
            ));
        }
        applications.push(Arc::new(application));
    }
    match applications.is_empty() {
        true => Err(file.wrong("there is no [[application]]")),
        false => Ok(applications),
    }
}

fn either_is_localhost(one: &super::Domain, other: &super::Domain) -> bool {
    one.is_plain_localhost() || other.is_plain_localhost()
}

/// What may be there once.
struct Unique {
    what: &'static str,
    /// Each value with the number of its table.
    seen: HashMap<String, usize>,
}

impl Unique {
    fn new(what: &'static str) -> Unique {
        Unique { what, seen: HashMap::new() }
    }

    fn add(&mut self, table: &Table<'_>, value: &str) -> Result<(), ConfigError> {
        let number = self.seen.len() + 1;
        match self.seen.insert(value.to_owned(), number) {
            None => Ok(()),
            Some(first) => {
                Err(table.wrong(&format!("the {} {value:?} is that of number {first}, too", self.what)))
            }
        }
    }
}

#[cfg(test)]
mod documentation;
#[cfg(test)]
mod tests;
