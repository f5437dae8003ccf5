//! What a write makes of an entry, and what an entry in memory hits.

use foldhash::quality::RandomState;

use super::super::edit::{Edit, Merge};
use super::super::entry::{Action, Note, Terms};
use super::super::key::Key;
use super::super::snapshot::{Snapshot, Verdict};
use super::super::target::TargetKind;
use crate::config::{LEEWAY_MAX, LIFETIME_MAX};
use crate::time::Timestamp;

const NOW: i64 = 1_767_225_600;
const LIFETIME: i64 = LIFETIME_MAX + LEEWAY_MAX;
const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::new(seconds).expect("a time")
}

fn terms(cut_off: Option<i64>, block: Option<i64>, end: i64) -> Terms {
    Terms { not_issued_after: cut_off.map(at), blocked_until: block.map(at), expires_at: at(end) }
}

fn apply(action: Action, before: Option<Terms>) -> Terms {
    action.apply(TargetKind::Email, before, at(NOW))
}

const REVOKE: Action = Action::Revoke { at: None, margin: 2 };

#[test]
fn a_cut_off_is_now_and_a_margin_and_ends_when_no_token_of_before_can_be_alive() {
    assert_eq!(apply(REVOKE, None), terms(Some(NOW + 2), None, NOW + 2 + LIFETIME));
    let then = Action::Revoke { at: Some(at(NOW - 100)), margin: 2 };
    assert_eq!(apply(then, None), terms(Some(NOW - 100), None, NOW - 100 + LIFETIME));
}

#[test]
fn a_session_is_over_for_ever_and_remembered_for_two_lifetimes() {
    for action in [REVOKE, Action::Revoke { at: Some(at(1)), margin: 0 }] {
        let session = action.apply(TargetKind::Session, None, at(NOW));
        assert_eq!(session.not_issued_after, Some(Timestamp::MAX));
        assert_eq!(session.expires_at, at(NOW + LIFETIME_MAX + LIFETIME));
    }
}

#[test]
fn every_write_but_a_lift_only_raises() {
    let high = terms(Some(NOW + 100), Some(NOW + 200), NOW + 2 * LIFETIME);
    for action in [
        REVOKE,
        Action::Block { until: at(NOW + 10), margin: 2 },
        Action::Import(terms(Some(1), None, 2)),
        Action::Import(terms(None, None, 2)),
    ] {
        assert_eq!(apply(action, Some(high)), high);
    }
    let block = apply(Action::Block { until: at(NOW + 300), margin: 2 }, Some(high));
    assert_eq!(block, terms(Some(NOW + 100), Some(NOW + 300), NOW + 2 * LIFETIME));
}

#[test]
fn a_block_for_ever_that_is_lifted_falls_away_like_its_cut_off() {
    let block = apply(Action::Block { until: Timestamp::MAX, margin: 2 }, None);
    assert_eq!(block.expires_at, Timestamp::MAX);
    let lifted = Action::Lift.apply(TargetKind::Email, Some(block), at(NOW + DAY));
    assert_eq!(lifted, terms(Some(NOW + 2), None, NOW + 2 + LIFETIME));
    let much_later = NOW + 3 * LIFETIME;
    let lifted = Action::Lift.apply(TargetKind::Email, Some(block), at(much_later));
    assert_eq!(lifted.expires_at, at(much_later + DAY), "readers that were away must see it");
    assert!(Action::Lift.apply(TargetKind::Email, Some(lifted), at(much_later)).is_lifted());
}

#[test]
fn a_lift_of_nothing_is_kept_for_a_day() {
    assert_eq!(apply(Action::Lift, None), terms(None, None, NOW + DAY));
    assert_eq!(apply(Action::Lift, Some(apply(REVOKE, None))), terms(None, None, NOW + DAY));
    let over = terms(Some(NOW - 50), Some(NOW), NOW + LIFETIME);
    assert!(apply(Action::Lift, Some(over)).is_lifted(), "the block is over, so the cut-off is meant");
}

#[test]
fn an_imported_entry_does_not_fall_away_too_early() {
    let sufficient = |terms: Terms| terms.with_sufficient_end(at(NOW)).expires_at;
    assert_eq!(sufficient(terms(Some(NOW), None, 7)), at(NOW + LIFETIME));
    assert_eq!(sufficient(terms(None, Some(NOW + 5), 7)), at(NOW + 5));
    assert_eq!(sufficient(terms(None, None, 7)), at(7));
    let always = Terms { not_issued_after: Some(Timestamp::MAX), ..terms(None, None, 7) };
    assert_eq!(sufficient(always), at(NOW + LIFETIME_MAX + LIFETIME));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for action in [
        Action::Revoke { at: None, margin: -1 },
        Action::Revoke { at: None, margin: 301 },
        Action::Revoke { at: Some(at(NOW + 3)), margin: 2 },
        Action::Block { until: at(NOW), margin: 2 },
    ] {
        assert!(action.check(at(NOW)).is_err(), "{action:?}");
    }
    for action in [
        Action::Revoke { at: Some(at(NOW + 2)), margin: 2 },
        Action::Revoke { at: Some(Timestamp::ZERO), margin: 300 },
        Action::Block { until: at(NOW + 1), margin: 0 },
    ] {
        assert!(action.check(at(NOW)).is_ok(), "{action:?}");
    }
    for text in ["a\nb", "a\u{7f}", &"x".repeat(257)] {
        assert!(Note { made_by: text.to_owned(), reason: String::new() }.check().is_err());
        assert!(Note { made_by: String::new(), reason: text.to_owned() }.check().is_err());
    }
}

/// A snapshot with one entry, and its key.
struct One {
    snapshot: Snapshot,
    key: Key,
}

impl One {
    fn with(terms: Terms) -> One {
        One::edited(&Snapshot::empty(), terms, Merge::Replace)
    }

    fn edited(before: &Snapshot, terms: Terms, merge: Merge) -> One {
        let key = Key::new(&RandomState::default(), TargetKind::Email, "ada@example.com");
        let edit = Edit { merge, ..Edit::new(TargetKind::Email, key, &terms, 1) };
        One { snapshot: before.with(&[edit], Timestamp::ZERO), key }
    }

    fn then(&self, terms: Terms, merge: Merge) -> One {
        let edit = Edit { merge, ..Edit::new(TargetKind::Email, self.key, &terms, 2) };
        One { snapshot: self.snapshot.with(&[edit], Timestamp::ZERO), key: self.key }
    }

    fn says(&self, issued_at: i64, now: i64) -> Verdict {
        self.snapshot.find(TargetKind::Email, self.key, at(issued_at), at(now))
    }
}

#[test]
fn a_cut_off_hits_up_to_itself_and_clears_what_is_later_for_good() {
    let one = One::with(terms(Some(NOW), None, NOW + LIFETIME));
    for issued_at in [0, NOW - 1, NOW] {
        assert_eq!(one.says(issued_at, NOW + 1), Verdict::Revoked(at(NOW)));
    }
    for now in [0, NOW, NOW + 2 * LIFETIME] {
        assert_eq!(one.says(NOW + 1, now), Verdict::Clear);
    }
}

#[test]
fn an_entry_falls_away_at_its_second() {
    let end = NOW + LIFETIME;
    let one = One::with(terms(Some(NOW), None, end));
    assert_eq!(one.says(NOW, end - 1), Verdict::Revoked(at(NOW)));
    assert_eq!(one.says(NOW, end), Verdict::NotNow, "at an earlier time it hits");
}

#[test]
fn a_block_ends_at_its_second_and_leaves_its_cut_off() {
    let one = One::with(terms(Some(NOW), Some(NOW + 60), NOW + LIFETIME));
    assert_eq!(one.says(NOW + 30, NOW + 59), Verdict::Blocked);
    assert_eq!(one.says(NOW + 30, NOW + 60), Verdict::NotNow, "at an earlier time it was blocked");
    assert_eq!(one.says(NOW, NOW + 60), Verdict::Revoked(at(NOW)));
}

#[test]
fn a_later_entry_replaces_and_one_of_unknown_age_only_makes_stricter() {
    let high = terms(Some(NOW), Some(NOW + 60), NOW + LIFETIME);
    let low = terms(Some(NOW - 9), None, NOW + 9);
    let one = One::with(high);
    assert_eq!(one.then(low, Merge::Stricter).says(NOW, NOW + 59), Verdict::Blocked);
    assert_eq!(one.then(low, Merge::Stricter).says(NOW, NOW + 60), Verdict::Revoked(at(NOW)));
    assert_eq!(one.then(low, Merge::Replace).says(NOW, NOW), Verdict::Clear);
    assert_eq!(one.then(low, Merge::Replace).says(NOW - 9, NOW), Verdict::Revoked(at(NOW - 9)));
    let lifted = terms(None, None, NOW + DAY);
    assert_eq!(one.then(lifted, Merge::Replace).snapshot.entries(), 0);
    assert_eq!(one.then(lifted, Merge::Stricter).says(NOW, NOW + 59), Verdict::Blocked);
    assert_eq!(One::with(low).then(high, Merge::Stricter).says(NOW, NOW + 59), Verdict::Blocked);
}

#[test]
fn what_is_later_than_32_bits_is_always() {
    let one = One::with(terms(Some(i64::from(u32::MAX) + 7), None, i64::from(u32::MAX) + 8));
    assert_eq!(one.says(NOW, i64::from(u32::MAX) + 9), Verdict::Revoked(Timestamp::MAX));
    let forever = One::with(terms(Some(NOW), Some(1 << 40), 1 << 40));
    assert_eq!(forever.says(NOW + 1, 1 << 41), Verdict::Blocked);
}

#[test]
fn other_kinds_with_the_same_value_are_other_targets() {
    let one = One::with(terms(Some(NOW), None, NOW + LIFETIME));
    let hasher = RandomState::default();
    let other = Key::new(&hasher, TargetKind::Subject, "ada@example.com");
    assert_ne!(other, Key::new(&hasher, TargetKind::Email, "ada@example.com"));
    assert_eq!(one.snapshot.find(TargetKind::Subject, one.key, at(NOW), at(NOW)), Verdict::Clear);
}

#[test]
fn what_is_over_is_swept_from_the_shards_that_change() {
    let hasher = RandomState::default();
    let edit = |name: usize, end: i64| {
        let key = Key::new(&hasher, TargetKind::Email, &name.to_string());
        Edit::new(TargetKind::Email, key, &terms(Some(NOW), Some(end), end), 1)
    };
    let sorted = |mut edits: Vec<Edit>| {
        edits.sort_by_key(|edit| edit.key.shard());
        edits
    };
    let old = sorted((0..100_000).map(|name| edit(name, NOW + 10)).collect());
    let full = Snapshot::empty().with(&old, Timestamp::ZERO);
    assert_eq!(full.entries(), 100_000);
    let new = sorted((100_000..110_000).map(|name| edit(name, NOW + 99)).collect());
    let swept = full.with(&new, at(NOW + 10));
    assert_eq!(swept.entries(), 10_000);
    assert_eq!(full.with(&new, at(NOW + 9)).entries(), 110_000);
}
