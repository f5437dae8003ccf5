//! What one application accepts.

use crate::status::{Refusal, Status};
use crate::team::Team;

const LEEWAY_DEFAULT: i64 = 30;
const LEEWAY_MAX: i64 = 300;
/// One month, the longest session that Access grants: 730 hours.
const LIFETIME_MAX: i64 = 2_628_000;
const AUDIENCES_MAX: usize = 1_024;
const AUDIENCE_BYTES_MAX: usize = 512;
const CLIENT_ID_BYTES_MAX: usize = 256;
const CACHE_ENTRIES_DEFAULT: usize = 8_192;
const CACHE_ENTRIES_MAX: i64 = 10_000_000;
/// Enough for that many usual tokens.
const CACHE_BYTES_DEFAULT: usize = 32 << 20;
const CACHE_BYTES_MAX: i64 = 64 << 30;

/// What one application accepts: built step by step, then frozen into a verifier.
///
/// A team is needed to begin and at least one audience to end. No option turns a check off.
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
}

/// What is made of the request header `Cf-Access-Authenticated-User-Email`, which anybody can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailHeader {
    /// If it is there, it must equal the verified e-mail. The default.
    Check,
    /// It must be there for a person, and equal the verified e-mail.
    Require,
    /// It is not looked at. Nobody behind the verifier may believe it then.
    Ignore,
}

/// Which services may call, besides persons.
#[derive(Clone, Debug)]
pub(crate) enum Services {
    /// Those with these Client IDs; none if the list is empty.
    Listed(Vec<String>),
    Any,
}

impl Config {
    /// Begins with the team whose tokens are accepted: `acme`, `acme.cloudflareaccess.com` or
    /// `https://acme.cloudflareaccess.com`; FedRAMP teams by their `fed.cloudflareaccess.com` name.
    ///
    /// # Errors
    /// `INVALID_CONFIG` with what was expected.
    pub fn new(team: &str) -> Result<Config, Refusal> {
        Ok(Config {
            team: Team::parse(team)?,
            audiences: Vec::new(),
            leeway: LEEWAY_DEFAULT,
            max_lifetime: LIFETIME_MAX,
            max_age: None,
            services: Services::Listed(Vec::new()),
            accept_cookie: false,
            email_header: EmailHeader::Check,
            cache_entries: CACHE_ENTRIES_DEFAULT,
            cache_bytes: CACHE_BYTES_DEFAULT,
        })
    }

    /// Accepts tokens issued for this Application Audience (AUD) tag, besides those added before.
    /// Adding one twice changes nothing.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it is empty, over 512 bytes, holds white space or control characters,
    /// or is the 1,025th.
    pub fn add_audience(&mut self, audience: &str) -> Result<(), Refusal> {
        if audience.is_empty()
            || audience.len() > AUDIENCE_BYTES_MAX
            || audience.contains(is_space_or_control)
        {
            return Err(invalid("an audience is 1 to 512 bytes without white space or control characters"));
        }
        if let Err(index) = self.audiences.binary_search_by(|known| known.as_str().cmp(audience)) {
            if self.audiences.len() == AUDIENCES_MAX {
                return Err(invalid(format!("more than {AUDIENCES_MAX} audiences")));
            }
            self.audiences.insert(index, audience.to_owned());
        }
        Ok(())
    }

    /// Accepts the service with this Client ID, besides persons.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if it is empty, over 256 bytes, holds control characters or has white space
    /// at an end, or if any service is allowed already.
    pub fn allow_service(&mut self, client_id: &str) -> Result<(), Refusal> {
        let sane = !client_id.is_empty()
            && client_id.len() <= CLIENT_ID_BYTES_MAX
            && client_id.trim() == client_id
            && !client_id.contains(char::is_control);
        if !sane {
            return Err(invalid(
                "a Client ID is 1 to 256 bytes without control characters or white space around it",
            ));
        }
        match &mut self.services {
            Services::Listed(client_ids) => client_ids.push(client_id.to_owned()),
            Services::Any => return Err(services_are_both()),
        }
        Ok(())
    }

    /// Accepts every service that Access lets in, besides persons.
    ///
    /// # Errors
    /// `INVALID_CONFIG` if services are listed already.
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

    /// The longest lifetime (`exp` - `iat`) a token may have, in seconds: 1 to 2,628,000 (a month,
    /// the longest that Access grants), which is the default.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_max_lifetime(&mut self, seconds: i64) -> Result<(), Refusal> {
        self.max_lifetime = within("max_lifetime", seconds, 1, LIFETIME_MAX)?;
        Ok(())
    }

    /// The longest time since login (`now` - `iat`) that is accepted, in seconds: 1 to 2,628,000.
    /// There is none unless it is set.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_max_age(&mut self, seconds: i64) -> Result<(), Refusal> {
        self.max_age = Some(within("max_age", seconds, 1, LIFETIME_MAX)?);
        Ok(())
    }

    /// Takes the token of a request from the cookie `CF_Authorization` where the header
    /// `Cf-Access-Jwt-Assertion` is not there. Access does not promise to pass the cookie on.
    pub fn accept_cookie(&mut self) {
        self.accept_cookie = true;
    }

    /// What is made of the request header `Cf-Access-Authenticated-User-Email`.
    pub fn set_email_header(&mut self, policy: EmailHeader) {
        self.email_header = policy;
    }

    /// How many verified tokens are kept, so that a token that comes again is only looked up: 0 to
    /// 10,000,000, default 8,192; 0 keeps none. It is as strict the second time as the first.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_cache_entries(&mut self, entries: i64) -> Result<(), Refusal> {
        self.cache_entries = size("cache_entries", entries, CACHE_ENTRIES_MAX)?;
        Ok(())
    }

    /// How much memory they may take, in bytes: 0 to 64 GiB, default 32 MiB; 0 keeps none.
    ///
    /// # Errors
    /// `INVALID_CONFIG` outside of that.
    pub fn set_cache_bytes(&mut self, bytes: i64) -> Result<(), Refusal> {
        self.cache_bytes = size("cache_bytes", bytes, CACHE_BYTES_MAX)?;
        Ok(())
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

    /// Fails where something is missing; else tells what looks wrong but can be meant.
    pub(crate) fn check_complete(&self) -> Result<Vec<String>, Refusal> {
        if self.audiences.is_empty() {
            return Err(invalid("no audience; add the Application Audience (AUD) tag of the application"));
        }
        let odd = self.audiences.iter().filter(|audience| !is_audience_tag(audience));
        Ok(odd
            .map(|audience| format!("the audience '{audience}' is not an AUD tag of 64 hex digits"))
            .collect())
    }
}

/// As the dashboard shows it.
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
