//! Points in time and durations, as people write and read them.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

/// The seconds since 1970-01-01T00:00:00Z by this machine's clock.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

/// The same, with fractions.
pub fn precise_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Reads `90`, `90s`, `5m`, `2h` or `3d` as a number of seconds.
pub fn seconds(text: &str) -> Result<i64, String> {
    span(text)
        .filter(|seconds| *seconds >= 0)
        .ok_or_else(|| "expected a number of seconds, or a duration such as 90s, 5m, 2h or 3d".to_owned())
}

/// Reads a point in the past: `1767225600`, `2026-01-01T00:00:00Z`, `2026-01-01 10:30` by the local clock, or
/// `2h ago`.
pub fn past(text: &str) -> Result<i64, String> {
    match text.strip_suffix("ago").and_then(span) {
        Some(seconds) => Ok(now() - seconds),
        None => absolute(text).ok_or_else(|| {
            "expected a time such as 2026-01-01T10:30:00Z, '2026-01-01 10:30' (local), '2h ago', or seconds since \
             1970"
                .to_owned()
        }),
    }
}

/// Reads a point in the future: as [`past`], or `3d` from now.
pub fn future(text: &str) -> Result<i64, String> {
    let in_future = absolute(text).filter(|time| text.trim().parse::<i64>().is_err() || *time > now());
    in_future.or_else(|| Some(now() + span(text).filter(|seconds| *seconds > 0)?)).ok_or_else(|| {
        "expected a time such as 2026-01-01T10:30:00Z, '2026-01-01 10:30' (local), 3d, or seconds since 1970"
            .to_owned()
    })
}

fn span(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let span: Span = text.parse().ok()?;
    let duration: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(duration.as_secs())
}

fn absolute(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return (seconds >= 0).then_some(seconds);
    }
    if text == "now" {
        return Some(now());
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_second());
    }
    let local: DateTime = match text.parse::<Date>() {
        Ok(date) if !text.contains(':') => date.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse().ok()?,
    };
    Some(local.to_zoned_datetime(TimeZone::system()).ok()?.timestamp().as_second())
}

/// `2026-01-01 10:30:00 CET`: by the local clock.
pub fn local(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
        Err(_) => format!("{seconds} s after 1970"),
    }
}

/// `2026-01-01`: by the local clock.
pub fn local_date(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| String::new(), |time| time.to_zoned_datetime(TimeZone::system()).date().to_string())
}

/// `2026-01-01 10:30:00 CET (09:30:00 UTC)`
pub fn local_and_utc(seconds: i64) -> String {
    let local = local(seconds);
    match Timestamp::from_second(seconds) {
        Ok(time) if !local.ends_with("UTC") => format!("{local} ({})", time.strftime("%H:%M:%S UTC")),
        _ => local,
    }
}

/// `2 h 5 min`: the two largest units of a number of seconds.
pub fn in_words(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds.max(0);
    let mut words = Vec::new();
    for (size, unit) in UNITS {
        if left >= size && words.len() < 2 {
            words.push(format!("{} {unit}", left / size));
            left %= size;
        }
    }
    if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, expected) in
            [("0", 0), ("90", 90), ("90s", 90), ("5m", 300), ("2h", 7_200), ("3d", 259_200), ("1h30m", 5_400)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "-5", "soon", "1 month"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_absolute_or_relative() {
        assert_eq!(past("1767225600"), Ok(1_767_225_600));
        assert_eq!(past("2026-01-01T00:00:00Z"), Ok(1_767_225_600));
        assert_eq!(past("2026-01-01T01:00:00+01:00"), Ok(1_767_225_600));
        assert!((past("2h ago").expect("a time") - (now() - 7_200)).abs() <= 1);
        for text in ["", "-5", "ago", "yesterday", "2026-13-01"] {
            assert!(past(text).is_err(), "{text}");
        }
        let local_midnight = past("2026-01-01").expect("a time");
        assert!((local_midnight - 1_767_225_600).abs() <= 15 * 3_600);
        assert_eq!(past("2026-01-01 10:30"), Ok(local_midnight + 37_800));
    }

    #[test]
    fn the_future_begins_now() {
        assert!((future("3d").expect("a time") - (now() + 259_200)).abs() <= 1);
        assert!((future("3600").expect("a time") - (now() + 3_600)).abs() <= 1);
        assert_eq!(future("4102444800"), Ok(4_102_444_800));
        assert_eq!(future("2100-01-01T00:00:00Z"), Ok(4_102_444_800));
        assert!(future("0").is_err());
    }

    #[test]
    fn durations_are_told_by_their_largest_units() {
        assert_eq!(in_words(0), "0 s");
        assert_eq!(in_words(59), "59 s");
        assert_eq!(in_words(7_500), "2 h 5 min");
        assert_eq!(in_words(86_400), "1 d");
        assert_eq!(in_words(90_061), "1 d 1 h");
    }
}
