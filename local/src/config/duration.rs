//! Durations as Cloudflare's API has them: `30m`, `24h`, `24h30m`, `1s`.

use crate::duration::parse_duration;

/// Of the longest session, 730 hours (about a month).
const SECONDS_MAX: i64 = 730 * 3_600;

/// The length of a session in seconds: more than none, and at most 730 hours.
pub(crate) fn session_duration(text: &str) -> Result<i64, String> {
    match duration(text)? {
        0 => Err(format!("{text:?} is no time at all; the shortest is \"1s\"")),
        seconds => Ok(seconds),
    }
}

/// Any duration up to 730 hours, in seconds.
pub(crate) fn duration(text: &str) -> Result<i64, String> {
    let seconds = parse_duration(text)
        .ok_or_else(|| format!("{text:?} is not a duration such as \"30m\", \"24h\" or \"1h30m\""))?;
    match seconds <= SECONDS_MAX {
        true => Ok(seconds),
        false => Err(format!("{text:?} is longer than \"730h\", the longest at Cloudflare")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sums_of_hours_minutes_and_seconds() {
        for (text, expected) in [
            ("1s", 1),
            ("30m", 1_800),
            ("1h", 3_600),
            ("24h30m", 88_200),
            ("1h1m1s", 3_661),
            ("90m", 5_400),
            ("730h", 2_628_000),
            ("0h30m", 1_800),
        ] {
            assert_eq!(session_duration(text), Ok(expected), "{text}");
        }
        assert_eq!(duration("0s"), Ok(0));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "h",
            "1",
            "30",
            "1d",
            "1H",
            "1h 30m",
            " 1h",
            "1h ",
            "-1h",
            "+1h",
            "1.5h",
            "30m1h",
            "1h1h",
            "1hm",
            "1ms",
            "99999999999999999999h",
            "9223372036854775807h",
            "٣h",
            "1é",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["0s", "0h0m"] {
            assert!(session_duration(text).is_err_and(|error| error.contains("no time at all")), "{text}");
        }
        for text in ["730h1s", "731h", "43801m", "2628001s"] {
            assert!(
                session_duration(text).is_err_and(|error| error.contains("longer than \"730h\"")),
                "{text}"
            );
        }
    }
}
