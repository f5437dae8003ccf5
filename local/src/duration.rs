//! Durations and points in time as people write them: `30s`, `1h30m`, `-2h`, `2026-01-01T10:30:00Z`.

use jiff::Timestamp;

/// What is expected, for messages.
pub(crate) const DURATION_HINT: &str = "a duration such as 30s, 10m, 1h30m";
/// The same where a duration may be negative.
pub(crate) const OFFSET_HINT: &str = "an offset such as +10m, -2h or 1h30m";

const UNITS: [(char, i64); 3] = [('h', 3_600), ('m', 60), ('s', 1)];

/// Seconds of a duration without sign: numbers, each with a unit, the larger units first.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let unit = after.chars().next()?;
        let (_, size) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(*size)?)?;
        rest = after.get(unit.len_utf8()..)?;
    }
    (!text.is_empty()).then_some(total)
}

/// Seconds of a duration that may begin with `+` or `-`.
pub(crate) fn parse_offset(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(duration) => parse_duration(duration).map(|seconds| -seconds),
        None => parse_duration(text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Seconds since 1970 of an RFC 3339 time, which has a zone.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// Seconds since 1970 as an RFC 3339 time in UTC.
pub(crate) fn show_time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in
            [("0s", 0), ("30s", 30), ("10m", 600), ("1h30m", 5_400), ("2h3m4s", 7_384), ("730h", 2_628_000)]
        {
            assert_eq!(parse_duration(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "30",
            "s",
            "h1",
            "1.5h",
            "1 h",
            " 1h",
            "30m1h",
            "1h1h",
            "1w",
            "1d",
            "+1h",
            "-1h",
            "1hh",
            "1µ",
            "é",
            "9223372036854775807h",
            "9223372036854775808s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_have_a_sign() {
        for (text, seconds) in
            [("-2h", -7_200), ("+10m", 600), ("1h30m", 5_400), ("-1h30m", -5_400), ("-0s", 0)]
        {
            assert_eq!(parse_offset(text), Some(seconds), "{text}");
        }
        for text in ["", "+", "-", "--1h", "+-1h", "-+1h", "- 1h", "1h-30m", "real"] {
            assert_eq!(parse_offset(text), None, "{text}");
        }
    }

    #[test]
    fn times_have_a_zone() {
        assert_eq!(parse_time("2026-01-01T00:00:00Z"), Some(1_767_225_600));
        assert_eq!(parse_time("2026-01-01T01:00:00+01:00"), Some(1_767_225_600));
        for text in ["", "2026-01-01", "2026-01-01T00:00:00", "1767225600", "now"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
        assert_eq!(show_time(1_767_225_600), "2026-01-01T00:00:00Z");
        assert_eq!(show_time(i64::MAX), i64::MAX.to_string());
    }
}
