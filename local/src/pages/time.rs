//! Dates and durations as people read them.

use crate::duration::show_time;

/// The date and the time of day in UTC, of seconds since 1970.
pub(super) fn utc(seconds: i64) -> (String, String) {
    let text = show_time(seconds);
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    (date.to_owned(), time.trim_end_matches('Z').to_owned())
}

/// Such as `2 h 5 min`, without a sign.
pub(super) fn duration(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_apart() {
        let pair = |date: &str, time: &str| (date.to_owned(), time.to_owned());
        assert_eq!(utc(1_795_817_774), pair("2026-11-27", "22:16:14"));
        assert_eq!(utc(-1), pair("1969-12-31", "23:59:59"));
        assert_eq!(utc(i64::MAX), pair("9223372036854775807", ""));
    }

    #[test]
    fn durations_name_their_units() {
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(-7_500), "2 h 5 min");
        assert_eq!(duration(86_401), "1 d 1 s");
        assert_eq!(duration(i64::MIN), "106751991167300 d 15 h 30 min 8 s");
    }
}
