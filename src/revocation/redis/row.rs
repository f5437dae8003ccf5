//! How a target and its entry are written in the hash of entries.

use std::str;

use super::super::entry::{RevocationEntry, Terms};
use super::super::target::{Target, TargetKind};
use crate::time::Timestamp;

/// `<kind>:<value>`
pub(super) fn field_of(target: &Target) -> String {
    format!("{}:{}", target.kind().name(), target.value())
}

/// None if it names no target.
pub(super) fn target_of(field: &[u8]) -> Option<Target> {
    let (kind, value) = str::from_utf8(field).ok()?.split_once(':')?;
    Target::new(TargetKind::from_name(kind)?, value).ok()
}

/// `<not_issued_after> <blocked_until> <expires_at> <version> <made_at>`, a tab, `<made_by>`, a tab, `<reason>`. Only
/// the first four must be there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) terms: Terms,
    pub(super) version: u64,
    made_at: Timestamp,
    made_by: String,
    reason: String,
}

impl Row {
    /// One that cannot be read refuses always.
    pub(super) fn read(value: &[u8], version: u64) -> Row {
        str::from_utf8(value).ok().and_then(Row::parse).unwrap_or(Row {
            terms: Terms::ALWAYS,
            version,
            made_at: Timestamp::ZERO,
            made_by: String::new(),
            reason: String::new(),
        })
    }

    fn parse(text: &str) -> Option<Row> {
        let mut parts = text.splitn(3, '\t');
        let mut words = parts.next()?.split(' ');
        let terms = terms_of(&mut words)?;
        let version = words.next()?.parse().ok()?;
        let made_at = words.next().and_then(time_of).unwrap_or(Timestamp::ZERO);
        let mut text = || parts.next().unwrap_or_default().to_owned();
        Some(Row { terms, version, made_at, made_by: text(), reason: text() })
    }

    pub(super) fn into_entry(self, target: Target) -> RevocationEntry {
        let Row { terms, made_at, made_by, reason, .. } = self;
        RevocationEntry { target, terms, made_at, made_by, reason }
    }
}

/// From `<not_issued_after> <blocked_until> <expires_at>`.
pub(super) fn terms_of<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Terms> {
    let mut time = || words.next().and_then(time_of);
    let [not_issued_after, blocked_until, expires_at] = [time()?, time()?, time()?];
    let unless_zero = |time: Timestamp| (time > Timestamp::ZERO).then_some(time);
    Some(Terms {
        not_issued_after: unless_zero(not_issued_after),
        blocked_until: unless_zero(blocked_until),
        expires_at,
    })
}

pub(super) fn time_of(word: &str) -> Option<Timestamp> {
    Timestamp::new(word.parse().ok()?)
}

/// 0 for none.
pub(super) fn seconds_of(time: Option<Timestamp>) -> i64 {
    time.map_or(0, Timestamp::seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_names_a_target() {
        for target in [Target::team(), Target::new(TargetKind::Session, "a:B").expect("a session")] {
            assert_eq!(target_of(field_of(&target).as_bytes()), Some(target));
        }
        let folded = Target::new(TargetKind::Email, "ada@example.com").expect("an e-mail");
        assert_eq!(target_of(b"email:Ada@Example.com"), Some(folded));
        for field in [&b"email:"[..], b"user:ada", b"email", b"", b"team:acme", b"session:\xff"] {
            assert_eq!(target_of(field), None, "{field:?}");
        }
    }

    #[test]
    fn a_row_needs_only_its_terms_and_its_version() {
        let row = Row::read(b"10 0 9007199254740991 7 11\tops\tlost\tlaptop", 0);
        assert_eq!(row.terms.not_issued_after, Timestamp::new(10));
        assert_eq!((row.terms.blocked_until, row.terms.expires_at), (None, Timestamp::MAX));
        assert_eq!((row.version, row.made_at.seconds()), (7, 11));
        assert_eq!((&*row.made_by, &*row.reason), ("ops", "lost\tlaptop"));
        assert_eq!(Row::read(b"10 0 20 7", 0).version, 7);
    }

    #[test]
    fn a_row_that_cannot_be_read_refuses_always() {
        for value in [
            &b""[..],
            b"10 0 20",
            b"10 0 20 x",
            b"10 0 20 7x",
            b"-1 0 20 7",
            b"10 0 9007199254740992 7",
            b"10.5 0 20 7",
            b"\xff",
        ] {
            let row = Row::read(value, 5);
            assert_eq!((row.terms, row.version), (Terms::ALWAYS, 5), "{value:?}");
        }
    }
}
