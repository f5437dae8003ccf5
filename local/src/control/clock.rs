//! `PUT clock`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::error::ControlError;
use super::json::Strict;
use crate::access::Access;
use crate::clock::{Clock, Setting};
use crate::duration::{OFFSET_HINT, parse_offset, parse_time, show_time};

/// `{"offset": "-2h"}`, `{"offset": "real"}` or `{"at": "2026-01-01T00:00:00Z"}`, at which it stands still.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Wanted {
    Offset(String),
    At(String),
}

/// How the clock is set, and what it says.
#[derive(Debug, Serialize)]
pub(crate) struct ClockView {
    /// `real`, `offset` or `frozen`.
    pub(crate) setting: &'static str,
    /// Seconds to the system's clock; none when it stands still.
    pub(crate) offset: Option<i64>,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// The same as RFC 3339.
    pub(crate) time: String,
}

impl ClockView {
    pub(crate) fn of(clock: &Clock) -> ClockView {
        let now = clock.now();
        let (setting, offset) = match clock.setting() {
            Setting::Real => ("real", Some(0)),
            Setting::Offset(seconds) => ("offset", Some(seconds)),
            Setting::Frozen(_) => ("frozen", None),
        };
        ClockView { setting, offset, now, time: show_time(now) }
    }
}

pub(super) async fn set(
    State(access): State<Arc<Access>>,
    Strict(wanted): Strict<Wanted>,
) -> Result<Json<ClockView>, ControlError> {
    apply(&access, &wanted).map(Json)
}

pub(super) fn apply(access: &Access, wanted: &Wanted) -> Result<ClockView, ControlError> {
    access.clock.set(setting(wanted)?);
    Ok(ClockView::of(&access.clock))
}

/// What tokens and cookies can hold: 1970 to 9999.
const LATEST: i64 = 253_402_300_799;
const OFFSET_MAX: i64 = 100 * 366 * 86_400;

fn setting(wanted: &Wanted) -> Result<Setting, ControlError> {
    match wanted {
        Wanted::Offset(text) if text == "real" => Ok(Setting::Real),
        Wanted::Offset(text) => match parse_offset(text) {
            Some(0) => Ok(Setting::Real),
            Some(seconds) if seconds.abs() <= OFFSET_MAX => Ok(Setting::Offset(seconds)),
            Some(_) => Err(ControlError::bad_request("offset is longer than 100 years")),
            None => Err(ControlError::bad_request(format!("offset has to be real, or {OFFSET_HINT}"))),
        },
        Wanted::At(text) => match parse_time(text) {
            Some(at @ 0..=LATEST) => Ok(Setting::Frozen(at)),
            _ => Err(ControlError::bad_request("at has to be a time such as 2026-01-01T10:30:00Z")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Option<Setting> {
        serde_json::from_str(json).ok().and_then(|wanted| setting(&wanted).ok())
    }

    #[test]
    fn a_clock_is_moved_or_stopped() {
        assert_eq!(of(r#"{"offset":"-2h"}"#), Some(Setting::Offset(-7_200)));
        assert_eq!(of(r#"{"offset":"+10m"}"#), Some(Setting::Offset(600)));
        assert_eq!(of(r#"{"offset":"real"}"#), Some(Setting::Real));
        assert_eq!(of(r#"{"offset":"0s"}"#), Some(Setting::Real));
        assert_eq!(of(r#"{"at":"2026-01-01T00:00:00Z"}"#), Some(Setting::Frozen(1_767_225_600)));
    }

    #[test]
    fn anything_else_is_refused() {
        for json in [
            "{}",
            "[]",
            "null",
            r#""real""#,
            r#"{"offset":3600}"#,
            r#"{"offset":"soon"}"#,
            r#"{"offset":"1h","at":"2026-01-01T00:00:00Z"}"#,
            r#"{"offset":"1h","offset":"2h"}"#,
            r#"{"offset":"878401h"}"#,
            r#"{"at":"real"}"#,
            r#"{"at":"1969-12-31T23:59:59Z"}"#,
            r#"{"now":"1h"}"#,
        ] {
            assert_eq!(of(json), None, "{json}");
        }
    }
}
