//! What a fetch of a key document may come back with.

use std::time::{Duration, SystemTime};

use super::options::FetchFunction;
use crate::refresh::Failure;
use crate::time::Timestamp;

/// Fetches the key document of one team.
pub(super) trait Fetch: Send + Sync {
    /// Does what must not be interrupted by a fork or an exit, on the thread that will fetch.
    fn prepare(&self) {}

    /// Asks for the document, or whether it is still the one with this entity tag. Whoever waits for the answer
    /// does so for the time that is left.
    fn fetch(&self, entity_tag: Option<&str>, time_left: Duration) -> Result<Answer, Failure>;
}

/// The endpoint answered.
pub(super) enum Answer {
    Document {
        bytes: Vec<u8>,
        entity_tag: Option<String>,
        max_age: Option<Duration>,
        date: Option<Timestamp>,
    },
    /// The document is still the one that was asked about (RFC 9110 section 15.4.5).
    NotModified { max_age: Option<Duration> },
}

/// A caller's own way to the document.
pub(super) struct Custom {
    pub(super) function: FetchFunction,
    pub(super) url: String,
}

impl Fetch for Custom {
    fn fetch(&self, _entity_tag: Option<&str>, _time_left: Duration) -> Result<Answer, Failure> {
        match (self.function.0)(&self.url) {
            Ok(bytes) => Ok(Answer::Document { bytes, entity_tag: None, max_age: None, date: None }),
            Err(reason) => Err(Failure::new(format!("the fetch function failed: {reason}"))),
        }
    }
}

/// The least `max-age` in `Cache-Control` (RFC 9111 section 5.2.2.1). What is not a number of seconds
/// says nothing.
pub(super) fn max_age<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Duration> {
    let directives = headers.flat_map(|header| header.split(','));
    let ages = directives.filter_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let seconds: u64 = value.trim().trim_matches('"').parse().ok()?;
        name.trim().eq_ignore_ascii_case("max-age").then_some(Duration::from_secs(seconds))
    });
    ages.min()
}

/// `Retry-After`: seconds or a date (RFC 9110 section 10.2.3).
pub(super) fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    match header.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(header).ok()?.duration_since(now).ok(),
    }
}

/// `Date` (RFC 9110 section 6.6.1).
pub(super) fn date(header: &str) -> Option<Timestamp> {
    let since_1970 = httpdate::parse_http_date(header).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::new(i64::try_from(since_1970.as_secs()).ok()?)
}

/// An entity tag (RFC 9110 section 8.8.3) that can be sent back as it came.
pub(super) fn entity_tag(header: &str) -> Option<String> {
    const LENGTH_MAX: usize = 256;
    let opaque = header.strip_prefix("W/").unwrap_or(header);
    let well_formed = header.len() <= LENGTH_MAX
        && opaque.len() >= 2
        && opaque.starts_with('"')
        && opaque.ends_with('"')
        && header.bytes().all(|byte| byte.is_ascii_graphic());
    well_formed.then(|| header.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_max_age_counts() {
        let age = |headers: &[&str]| max_age(headers.iter().copied()).map(|age| age.as_secs());
        assert_eq!(age(&["public, max-age=300"]), Some(300));
        assert_eq!(age(&["Max-Age=\"300\" , s-maxage=5"]), Some(300));
        assert_eq!(age(&["max-age=300", "max-age=60"]), Some(60));
        assert_eq!(age(&["max-age=0"]), Some(0));
        for nothing in
            ["", "no-store", "max-age", "max-age=-1", "max-age=1e20", "max-age=99999999999999999999"]
        {
            assert_eq!(age(&[nothing]), None, "{nothing}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:27 GMT", now), None);
        assert_eq!(retry_after("-5", now), None);
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_date_is_read_to_the_second() {
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT"), Timestamp::new(784_111_777));
        for nothing in ["", "784111777", "Wed, 31 Dec 1969 23:59:59 GMT"] {
            assert_eq!(date(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn an_entity_tag_is_quoted_and_printable() {
        for tag in ["\"\"", "\"abc\"", "W/\"abc\""] {
            assert_eq!(entity_tag(tag).as_deref(), Some(tag));
        }
        for text in ["", "\"", "abc", "W/abc", "\"a b\"", "\"a\r\nb\"", &format!("\"{}\"", "x".repeat(255))] {
            assert_eq!(entity_tag(text), None, "{text}");
        }
    }
}
