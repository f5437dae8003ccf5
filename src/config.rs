//! What one application accepts.

use crate::revocation::Revocations;
use crate::status::{Refusal, Status};
use crate::team::{Realm, Team};

const LEEWAY_DEFAULT: i64 = 30;
pub(crate) const LEEWAY_MAX: i64 = 300;
/// The longest session that the dashboard offers is a month, 2,628,000 s. Tokens were seen to live a second longer
/// than their session, so a minute is added.
const LIFETIME_DEFAULT: i64 = 2_628_060;
/// 366 days: longer sessions than a month can be set through the API of Access.
pub(crate) const LIFETIME_MAX: i64 = 31_622_400;
const AUDIENCES_MAX: usize = 1_024;
const AUDIENCE_BYTES_MAX: usize = 512;
const CLIENT_ID_BYTES_MAX: usize = 256;
const CACHE_ENTRIES_DEFAULT: usize = 8_192;
const CACHE_ENTRIES_MAX: i64 = 10_000_000;
/// Enough for `CACHE_ENTRIES_DEFAULT` typical tokens.
const CACHE_BYTES_DEFAULT: usize = 32 << 20;
const CACHE_BYTES_MAX: i64 = 64 << 30;

const LOCAL_TEAM_WARNING: &str = "local team: tokens of this computer only";

/// What one application accepts: built step by step, then frozen into a verifier.
///
/// It starts with a team, and needs at least one audience before a verifier can be made from it. No option
/// turns a check off.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) team: Team,
    pub(crate) audiences: Vec<String>,
    pub(crate) leeway: i64,
    pub(crate) max_lifetime: i64,
    pub(crate) max_age: Option<i64>,
    pub(crate) services: Services,
    pub(crate) accept_cookie: bool,
    pub(crate) email_header: EmailHeader,
    pub(crate) cache_entries: usize,
    pub(crate) cache_bytes: usize,
    pub(crate) revocations: Option<Revocations>,
}

/// How the request header `Cf-Access-Authenticated-User-Email`, which any client can send, is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailHeader {
    /// If present, it must equal the verified e-mail address. The default.
    Check,
    /// For a person it must be present and equal the verified e-mail address.
    Require,
    /// It is not read. Nothing downstream may then trust it.
    Ignore,
}

/// Which services are accepted, in addition to people.
#[derive(Clone, Debug)]
pub(crate) enum Services {
    /// Those with one of these Client IDs; none if the list is empty.
    Listed(Vec<String>),
    Any,
}

impl Config {
    /// Starts with the team whose tokens are accepted: `acme`, `acme.cloudflareaccess.com` or
    /// `https://acme.cloudflareaccess.com`; FedRAMP teams by their name under `fed.cloudflareaccess.com`.
    ///
    /// # Errors
    /// `INVALID_CONFIG`; the message says what was expected.
    pub fn new(team: &str) -> Result<Config, Refusal> {
        Ok(Config {
            team: Team::parse(team)?,
            audiences: Vec::new(),
            leeway: LEEWAY_DEFAULT,
            max_lifetime: LIFETIME_DEFAULT,
            max_age: None,
            services: Services::Listed(Vec::new()),
            accept_cookie: false,
            email_header: EmailHeader::Check,
            cache_entries: CACHE_ENTRIES_DEFAULT,
            cache_bytes: CACHE_BYTES_DEFAULT,
            revocations: None,
        })
    }

    /// The issuer of the team's tokens: `https://acme.cloudflareaccess.com`.
    pub fn issuer(&self) -> &str {
        self.team.issuer()
    }

    /// Accepts tokens issued for this Application Audience (AUD) tag, in addition to those already added.
    /// Adding a tag again has no effect.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it is empty, longer than 512 bytes, contains white space or control characters,
    /// or is the 1,025th.
    pub fn add_audience(&mut self, audience: &str) -> Result<(), Refusal> {
        if audience.is_empty()
            || audience.len() > AUDIENCE_BYTES_MAX
            || audience.contains(is_space_or_control)
        {
            return Err(invalid(
                "an audience must be 1 to 512 bytes without white space or control characters",
            ));
        }
        if let Err(index) = self.audiences.binary_search_by(|known| known.as_str().cmp(audience)) {
            if self.audiences.len() == AUDIENCES_MAX {
                return Err(invalid(format!("more than {AUDIENCES_MAX} audiences")));
            }
            self.audiences.insert(index, audience.to_owned());
        }
        Ok(())
    }

    /// Accepts the service with this Client ID, in addition to people.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it is empty, longer than 256 bytes, contains control characters, or starts or ends
    /// with white space, or if any service is already allowed.
    pub fn allow_service(&mut self, client_id: &str) -> Result<(), Refusal> {
        let sane = !client_id.is_empty()
            && client_id.len() <= CLIENT_ID_BYTES_MAX
            && client_id.trim() == client_id
            && !client_id.contains(char::is_control);
        if !sane {
            return Err(invalid(
                "a Client ID must be 1 to 256 bytes without control characters or surrounding white space",
            ));
        }
        match &mut self.services {
            Services::Listed(client_ids) => client_ids.push(client_id.to_owned()),
            Services::Any => return Err(services_are_both()),
        }
        Ok(())
    }

    /// Accepts every service that Access lets in, in addition to people.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if services are already listed.
    pub fn allow_any_service(&mut self) -> Result<(), Refusal> {
        match &self.services {
            Services::Listed(client_ids) if !client_ids.is_empty() => Err(services_are_both()),
            _ => {
                self.services = Services::Any;
                Ok(())
            }
        }
    }

    /// How far the clocks of Access and of this machine may differ, in seconds: 0 to 300, default 30.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_leeway(&mut self, seconds: i64) -> Result<(), Refusal> {
        self.leeway = within("leeway", seconds, 0, LEEWAY_MAX)?;
        Ok(())
    }

    /// The longest lifetime (`exp` - `iat`) that a token may have, in seconds: 1 to 31,622,400 (366 days), default
    /// 2,628,060 (one month, the longest session that the dashboard of Access offers, and a minute).
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_max_lifetime(&mut self, seconds: i64) -> Result<(), Refusal> {
        self.max_lifetime = within("max_lifetime", seconds, 1, LIFETIME_MAX)?;
        Ok(())
    }

    /// The longest time since login (`now` - `iat`) that is accepted, in seconds: 1 to 31,622,400 (366 days).
    /// By default there is no limit.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_max_age(&mut self, seconds: i64) -> Result<(), Refusal> {
        self.max_age = Some(within("max_age", seconds, 1, LIFETIME_MAX)?);
        Ok(())
    }

    /// Reads the token of a request from the cookie `CF_Authorization` if the header
    /// `Cf-Access-Jwt-Assertion` is absent. Access does not guarantee that the cookie is passed on.
    pub fn accept_cookie(&mut self) {
        self.accept_cookie = true;
    }

    /// How the request header `Cf-Access-Authenticated-User-Email` is handled.
    pub fn set_email_header(&mut self, policy: EmailHeader) {
        self.email_header = policy;
    }

    /// How many verified tokens are cached, so that a token that is seen again is only looked up: 0 to
    /// 10,000,000, default 8,192; 0 turns the cache off. A cache hit is as strict as a verification.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_cache_entries(&mut self, entries: i64) -> Result<(), Refusal> {
        self.cache_entries = size("cache_entries", entries, CACHE_ENTRIES_MAX)?;
        Ok(())
    }

    /// How much memory the cached tokens may take, in bytes: 0 to 64 GiB, default 32 MiB; 0 turns the cache
    /// off.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_cache_bytes(&mut self, bytes: i64) -> Result<(), Refusal> {
        self.cache_bytes = size("cache_bytes", bytes, CACHE_BYTES_MAX)?;
        Ok(())
    }

    /// Refuses tokens that were revoked. By default none are.
    pub fn set_revocations(&mut self, revocations: &Revocations) {
        self.revocations = Some(revocations.clone());
    }

    pub(crate) fn accepts_audience(&self, audience: &str) -> bool {
        self.audiences.binary_search_by(|known| known.as_str().cmp(audience)).is_ok()
    }

    pub(crate) fn accepts_service(&self, client_id: &str) -> bool {
        match &self.services {
            Services::Listed(client_ids) => client_ids.iter().any(|known| known == client_id),
            Services::Any => true,
        }
    }

    /// Refuses an incomplete configuration; returns warnings about what looks wrong but may be intended.
    pub(crate) fn check_complete(&self) -> Result<Vec<String>, Refusal> {
        if self.audiences.is_empty() {
            return Err(invalid("no audience; add the Application Audience (AUD) tag of the application"));
        }
        let odd = self.audiences.iter().filter(|audience| !is_audience_tag(audience));
        let odd = odd.map(|audience| format!("the audience '{audience}' is not an AUD tag of 64 hex digits"));
        let local = (self.team.realm() == Realm::Local).then(|| LOCAL_TEAM_WARNING.to_owned());
        Ok(local.into_iter().chain(odd).collect())
    }
}

/// In the form that the dashboard shows.
fn is_audience_tag(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_space_or_control(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

fn within(option: &'static str, seconds: i64, least: i64, most: i64) -> Result<i64, Refusal> {
    if (least..=most).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(invalid(format!("{option} is {seconds}; expected {least} to {most} seconds")))
    }
}

fn size(option: &'static str, value: i64, most: i64) -> Result<usize, Refusal> {
    usize::try_from(value)
        .ok()
        .filter(|_| value <= most)
        .ok_or_else(|| invalid(format!("{option} is {value}; expected 0 to {most}")))
}

fn services_are_both() -> Refusal {
    invalid("services are either listed or any, not both")
}

fn invalid(what: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(Status::InvalidConfig, what)
}
