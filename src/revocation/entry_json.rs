//! Entries as JSON, the same wherever they are written to be read elsewhere.

use serde_json::json;

use super::entry::{RevocationEntry, Terms};
use super::target::{Target, TargetKind};
use crate::json::{self, Object, Value};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

impl RevocationEntry {
    /// The entry as a JSON object: `kind`, `value` (empty for the team), `not_issued_after`, `blocked_until` (each
    /// `null` if the entry has none), `expires_at`, `made_at`, `made_by` and `reason`. Times are seconds since 1970;
    /// 2^53 - 1 means always, for ever and never.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// Reads what [`RevocationEntry::to_json`] wrote. `made_at`, `made_by` and `reason` may be absent, and so may the
    /// `value` of the team; members with other names are ignored.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, without the value.
    pub fn from_json(text: &str) -> Result<RevocationEntry, Refusal> {
        let object = json::parse_object(text).map_err(|_| invalid("the entry is no JSON object"))?;
        RevocationEntry::from_object(&object)
    }

    fn to_value(&self) -> serde_json::Value {
        let Terms { not_issued_after, blocked_until, expires_at } = self.terms;
        json!({
            "kind": self.target.kind().name(),
            "value": self.target.value(),
            "not_issued_after": not_issued_after.map(Timestamp::seconds),
            "blocked_until": blocked_until.map(Timestamp::seconds),
            "expires_at": expires_at.seconds(),
            "made_at": self.made_at.seconds(),
            "made_by": self.made_by,
            "reason": self.reason,
        })
    }

    fn from_object(object: &Object<'_>) -> Result<RevocationEntry, Refusal> {
        let kind = text(object, "kind")?.and_then(TargetKind::from_name);
        let kind = kind.ok_or_else(|| invalid("the entry is of no known kind"))?;
        let target = Target::new(kind, text(object, "value")?.unwrap_or_default())?;
        let terms = Terms {
            not_issued_after: time(object, "not_issued_after")?,
            blocked_until: time(object, "blocked_until")?,
            expires_at: time(object, "expires_at")?.ok_or_else(|| invalid("the entry has no expires_at"))?,
        };
        let made_at = time(object, "made_at")?.unwrap_or_else(Timestamp::now);
        let note = |name| Ok(text(object, name)?.unwrap_or_default().to_owned());
        Ok(RevocationEntry { target, terms, made_at, made_by: note("made_by")?, reason: note("reason")? })
    }
}

/// `{"entries": [...]}`.
pub(crate) fn entries_to_json(entries: &[RevocationEntry]) -> String {
    let entries: Vec<_> = entries.iter().map(RevocationEntry::to_value).collect();
    json!({ "entries": entries }).to_string()
}

/// Reads what [`entries_to_json`] wrote.
pub(crate) fn entries_from_json(document: &[u8]) -> Result<Vec<RevocationEntry>, Refusal> {
    let object = json::text(document).and_then(json::parse_object);
    let object = object.map_err(|_| invalid("the document is no JSON object"))?;
    let entries = object.get("entries").and_then(Value::as_array);
    let entries = entries.ok_or_else(|| invalid("the document has no list of entries"))?;
    entries
        .iter()
        .map(|entry| match entry {
            Value::Object(object) => RevocationEntry::from_object(object),
            _ => Err(invalid("an entry is no JSON object")),
        })
        .collect()
}

fn text<'a>(object: &'a Object<'_>, name: &str) -> Result<Option<&'a str>, Refusal> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(&format!("{name} of the entry is no string"))),
    }
}

fn time(object: &Object<'_>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Integer(seconds)) => i64::try_from(*seconds)
            .ok()
            .and_then(Timestamp::new)
            .map(Some)
            .ok_or_else(|| invalid(&format!("{name} of the entry is later than 2^53 - 1"))),
        Some(_) => Err(invalid(&format!("{name} of the entry is no whole number of seconds since 1970"))),
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(Status::InvalidArgument, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> RevocationEntry {
        RevocationEntry {
            target: Target::new(TargetKind::Email, "ada@example.com").expect("a target"),
            terms: Terms {
                not_issued_after: Timestamp::new(1_764_230_405),
                blocked_until: Some(Timestamp::MAX),
                expires_at: Timestamp::MAX,
            },
            made_at: Timestamp::new(1_764_230_403).expect("a time"),
            made_by: "ops".to_owned(),
            reason: "lost \"laptop\"".to_owned(),
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let entry = entry();
        assert_eq!(RevocationEntry::from_json(&entry.to_json()).expect("an entry"), entry);
        let two = [entry.clone(), RevocationEntry { target: Target::team(), ..entry }];
        assert_eq!(entries_from_json(entries_to_json(&two).as_bytes()).expect("entries"), two);
    }

    #[test]
    fn what_is_no_entry_is_refused_without_its_value() {
        for text in [
            r"[]",
            r#"{"kind":"user","value":"secret","expires_at":1}"#,
            r#"{"kind":"team","value":"secret","expires_at":1}"#,
            r#"{"kind":"email","value":"secret"}"#,
            r#"{"kind":"email","value":5,"expires_at":1}"#,
            r#"{"kind":"email","value":"secret","expires_at":"secret"}"#,
            r#"{"kind":"email","value":"secret","expires_at":-1}"#,
            r#"{"kind":"email","value":"secret","expires_at":9007199254740992}"#,
            r#"{"kind":"email","value":"secret","expires_at":1,"blocked_until":1.5}"#,
            r#"{"kind":"email","kind":"email","value":"secret","expires_at":1}"#,
        ] {
            let refusal = RevocationEntry::from_json(text).expect_err(text);
            assert_eq!(refusal.status(), Status::InvalidArgument);
            assert!(!refusal.to_string().contains("secret"), "{refusal}");
        }
        for document in [&b"{}"[..], b"\xff", br#"{"entries":{}}"#, br#"{"entries":[1]}"#] {
            assert_eq!(entries_from_json(document).expect_err("no list").status(), Status::InvalidArgument);
        }
    }
}
