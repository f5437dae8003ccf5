//! From flags, environment and configuration file to what the library takes.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use cfaccess::{Config, Keys, RemoteOptions, RevocationOptions, Revocations};

use super::StoreUrl;
use super::file::{ConfigFile, Seconds};
use super::flags::{ApplicationFlags, Common, KeysFlag, NetworkFlags, StoreFlag, TeamFlag};
use crate::exit::Failure;

const TEAM: &str = "CFACCESS_TEAM";
const AUDIENCE: &str = "CFACCESS_AUDIENCE";
const STORE: &str = "CFACCESS_STORE_URL";
const ACCOUNT: &str = "CLOUDFLARE_ACCOUNT_ID";
const TIMEOUT_DEFAULT: i64 = 5;

/// The configuration file, to which flags and environment are added.
pub struct Settings {
    file: ConfigFile,
}

impl Settings {
    pub fn read(common: &Common) -> Result<Settings, Failure> {
        Ok(Settings { file: ConfigFile::read(common.config.as_deref())? })
    }

    /// The configuration file that was read.
    pub fn path(&self) -> Option<&PathBuf> {
        self.file.path.as_ref()
    }

    pub fn team(&self, flag: &TeamFlag) -> Result<String, Failure> {
        let team = flag.team.clone().or(variable(TEAM)?).or_else(|| self.file.team.clone());
        team.ok_or_else(|| Failure::config("no team; name it with --team or CFACCESS_TEAM"))
    }

    /// The name before `.cloudflareaccess.com`, however the team was given.
    pub fn team_name(&self, flag: &TeamFlag) -> Result<String, Failure> {
        let config = Config::new(&self.team(flag)?)?;
        let host = config.issuer().strip_prefix("https://").unwrap_or_default();
        Ok(host.strip_suffix(".cloudflareaccess.com").unwrap_or(host).to_owned())
    }

    pub fn audiences(&self, flags: &ApplicationFlags) -> Result<Vec<String>, Failure> {
        if !flags.audience.is_empty() {
            return Ok(flags.audience.clone());
        }
        Ok(match variable(AUDIENCE)? {
            Some(list) => list.split(',').map(|audience| audience.trim().to_owned()).collect(),
            None => self.file.audience.0.clone(),
        })
    }

    /// What the application accepts; a verifier refuses one without an audience.
    pub fn application(&self, team: &TeamFlag, flags: &ApplicationFlags) -> Result<Config, Failure> {
        let mut config = Config::new(&self.team(team)?)?;
        let audiences = self.audiences(flags)?;
        if audiences.is_empty() {
            return Err(Failure::config("no audience; name it with --audience or CFACCESS_AUDIENCE"));
        }
        for audience in audiences {
            config.add_audience(&audience)?;
        }
        let services_by_flag = flags.allow_any_service || !flags.allow_service.is_empty();
        let (any, listed) = match services_by_flag {
            true => (flags.allow_any_service, &flags.allow_service),
            false => (self.file.allow_any_service, &self.file.allow_service.0),
        };
        for client_id in listed {
            config.allow_service(client_id)?;
        }
        if any {
            config.allow_any_service()?;
        }
        if let Some(leeway) = seconds(flags.leeway, self.file.leeway) {
            config.set_leeway(leeway)?;
        }
        if let Some(max_age) = seconds(flags.max_age, self.file.max_age) {
            config.set_max_age(max_age)?;
        }
        if let Some(max_lifetime) = seconds(flags.max_lifetime, self.file.max_lifetime) {
            config.set_max_lifetime(max_lifetime)?;
        }
        Ok(config)
    }

    /// The file that keys are taken from, if they are not fetched.
    pub fn keys_file(&self, flag: &KeysFlag) -> Option<PathBuf> {
        flag.keys.clone().or_else(|| self.file.keys.clone())
    }

    /// How keys are fetched.
    pub fn remote(&self, network: &NetworkFlags) -> RemoteOptions {
        let mut options = RemoteOptions::default();
        options.ca_file = self.ca_file(network);
        options.timeout = self.timeout(network);
        options
    }

    pub fn keys(&self, team: &TeamFlag, keys: &KeysFlag, network: &NetworkFlags) -> Result<Keys, Failure> {
        match self.keys_file(keys) {
            Some(path) => Ok(Keys::from_file(&path)?),
            None => Ok(Keys::remote(&self.team(team)?, self.remote(network))?),
        }
    }

    /// The URL of the store, if one is configured.
    pub fn store(&self, flag: &StoreFlag) -> Result<Option<StoreUrl>, Failure> {
        let url = flag.store.clone().or(variable(STORE)?).or_else(|| self.file.store.clone());
        Ok(url.map(StoreUrl::new))
    }

    /// Opens a store. Nothing is read yet.
    pub fn open(
        &self,
        url: &StoreUrl,
        team: &TeamFlag,
        network: &NetworkFlags,
    ) -> Result<Revocations, Failure> {
        let mut options = RevocationOptions::default();
        options.ca_file = self.ca_file(network);
        options.timeout = self.timeout(network);
        Ok(Revocations::open(url.as_str(), &self.team(team)?, options)?)
    }

    /// The ID of the account at Cloudflare.
    pub fn account(&self, flag: Option<&String>) -> Result<Option<String>, Failure> {
        Ok(flag.cloned().or(variable(ACCOUNT)?).or_else(|| self.file.account.clone()))
    }

    /// The file that holds the token for Cloudflare's API: a flag, or else the configuration file.
    pub fn api_token_file(&self, flag: Option<&PathBuf>) -> Option<PathBuf> {
        flag.or(self.file.api_token_file.as_ref()).cloned()
    }

    pub fn ca_file(&self, network: &NetworkFlags) -> Option<PathBuf> {
        network.ca_file.clone().or_else(|| self.file.ca_file.clone())
    }

    fn timeout(&self, network: &NetworkFlags) -> Duration {
        let seconds = seconds(network.timeout, self.file.timeout).unwrap_or(TIMEOUT_DEFAULT);
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    }
}

fn seconds(flag: Option<i64>, file: Option<Seconds>) -> Option<i64> {
    flag.or(file.map(|Seconds(seconds)| seconds))
}

/// A variable that is set but empty says nothing.
pub fn variable(name: &str) -> Result<Option<String>, Failure> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Failure::config(format!("{name} is not UTF-8"))),
    }
}
