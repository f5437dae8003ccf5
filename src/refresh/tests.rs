//! The state by itself: what a fetch, its end and the time change.

use std::sync::Arc;
use std::time::Duration;

use super::process::Process;
use super::state::{Attempt, Counts, State, Turn};
use super::timing::Timing;
use crate::time::Tick;

const TIMING: Timing = Timing {
    timeout: Duration::from_secs(5),
    refresh_after: Duration::from_secs(3_600),
    cooldown: Duration::from_secs(30),
    wait_after: Duration::MAX,
    max_stale: Duration::from_secs(86_400),
    pause_max: Duration::from_secs(300),
};

fn at(seconds: i64) -> Tick {
    Tick::at_seconds(seconds, seconds)
}

fn empty() -> State<&'static str> {
    State::pending("nothing")
}

fn begun(state: &State<&'static str>, began: i64) -> (State<&'static str>, Attempt) {
    state.begin(at(began), Process::current(), TIMING.timeout, TIMING.cooldown)
}

fn confirmed_at(began: i64, max_age: Option<u64>) -> State<&'static str> {
    let (state, attempt) = begun(&empty(), began);
    state.not_modified(&attempt, max_age.map(Duration::from_secs), at(began), &TIMING)
}

fn failed(
    state: &State<&'static str>,
    began: i64,
    retry_after: Option<u64>,
    now: i64,
) -> State<&'static str> {
    let (state, attempt) = begun(state, began);
    let retry_after = retry_after.map(Duration::from_secs);
    state.fail(&attempt, &"an outage".into(), retry_after, at(now), &TIMING)
}

fn turn(state: &State<&'static str>, now: i64) -> Turn {
    state.turn(at(now), Process::current())
}

#[test]
fn a_fetch_is_in_progress_until_its_deadline_and_the_next_begins_after_the_cooldown() {
    assert_eq!(turn(&empty(), 0), Turn::Now);
    let (state, attempt) = begun(&empty(), 100);
    assert_eq!(state.counts().fetches, 1);
    assert_eq!(turn(&state, 104), Turn::InProgress(attempt));
    assert_eq!(turn(&state, 105), Turn::NotYet);
    assert_eq!(turn(&state, 129), Turn::NotYet);
    assert_eq!(turn(&state, 130), Turn::Now);
}

#[test]
fn a_fetch_of_another_process_counts_for_nothing() {
    let (state, _) = begun(&empty(), 100);
    assert_eq!(state.turn(at(101), Process::other()), Turn::Now);
    assert_eq!(confirmed_at(100, None).turn(at(101), Process::other()), Turn::NotYet, "it was over");
}

#[test]
fn a_confirmed_value_ages_from_the_beginning_of_its_fetch() {
    let state = confirmed_at(100, None);
    assert_eq!(turn(&state, 129), Turn::NotYet, "the fetch is over");
    assert_eq!(state.age(at(160)), Some(Duration::from_secs(60)));
    assert!(!state.is_old(at(3_699)) && state.is_old(at(3_700)));
    assert!(state.is_in_force(at(86_499)) && !state.is_in_force(at(86_500)));
    assert_eq!(state.counts(), Counts { fetches: 1, failures: 0, not_modified: 1 });
}

#[test]
fn a_value_ages_while_the_machine_sleeps_and_when_it_is_put_back_from_a_snapshot() {
    let state = confirmed_at(100, None);
    let eight_days = 8 * 86_400;
    for now in [Tick::at_seconds(100 + eight_days, 100), Tick::at_seconds(100, 100 + eight_days)] {
        assert!(!state.is_in_force(now));
        assert_eq!(state.age(now), Some(Duration::from_secs(691_200)));
    }
}

#[test]
fn a_value_is_in_force_although_the_wall_clock_was_set_during_its_fetch() {
    let (state, attempt) = begun(&empty(), 100);
    let a_day_ahead = Tick::at_seconds(101, 101 + 86_400);
    assert_eq!(state.turn(a_day_ahead, Process::current()), Turn::InProgress(attempt));

    let state = state.not_modified(&attempt, None, a_day_ahead, &TIMING);

    assert!(state.is_in_force(a_day_ahead));
    assert_eq!(state.age(a_day_ahead), Some(Duration::from_secs(1)));
}

#[test]
fn max_age_makes_a_refresh_sooner_but_never_later_nor_within_the_cooldown() {
    for (max_age, refresh_in) in [(0, 30), (29, 30), (300, 300), (3_601, 3_600), (u64::MAX, 3_600)] {
        let left = confirmed_at(100, Some(max_age)).refresh_in(at(100));
        assert_eq!(left.as_secs(), refresh_in, "max-age={max_age}");
    }
}

#[test]
fn another_value_is_another_generation_and_the_same_is_not() {
    let (state, attempt) = begun(&empty(), 100);
    let first = state.replace(&attempt, ("one", true), None, at(100), &TIMING);
    assert_eq!((**first.value(), first.generation()), ("one", 1));

    let (state, attempt) = begun(&first, 200);
    let second = state.replace(&attempt, ("one, with another entity tag", false), None, at(200), &TIMING);
    assert_eq!((**second.value(), second.generation()), ("one, with another entity tag", 1));
}

#[test]
fn a_failure_keeps_what_is_in_force_and_ends_with_the_next_success() {
    let state = failed(&confirmed_at(100, None), 3_700, None, 3_701);
    assert!(state.is_in_force(at(86_499)) && !state.is_in_force(at(86_500)));
    assert_eq!(state.last_error().as_deref(), Some("an outage"));
    assert_eq!(state.counts(), Counts { fetches: 2, failures: 1, not_modified: 1 });
    assert_eq!(state.refresh_in(at(3_700)), TIMING.cooldown);

    let (state, attempt) = begun(&state, 3_730);
    assert_eq!(state.not_modified(&attempt, None, at(3_730), &TIMING).last_error(), None);
}

#[test]
fn a_reason_why_the_value_is_not_kept_stays_until_it_is() {
    let state = confirmed_at(100, None).with_store_error(Some("no space".into()));
    let (state, attempt) = begun(&state, 3_700);
    let state = state.not_modified(&attempt, None, at(3_700), &TIMING);
    assert_eq!(state.last_error().as_deref(), Some("no space"));
    assert_eq!(failed(&state, 7_300, None, 7_301).last_error().as_deref(), Some("an outage; no space"));
    assert_eq!(state.with_store_error(None).last_error(), None);
}

#[test]
fn retry_after_is_honoured_from_its_answer_up_to_ten_cooldowns() {
    for (retry_after, wait) in [(None, 28), (Some(0), 28), (Some(60), 60), (Some(u64::MAX), 300)] {
        let state = failed(&empty(), 100, retry_after, 102);
        assert_eq!(turn(&state, 102 + wait - 1), Turn::NotYet, "{retry_after:?}");
        assert_eq!(turn(&state, 102 + wait), Turn::Now, "{retry_after:?}");
    }
}

#[test]
fn a_fetch_that_does_not_end_in_time_has_failed_once() {
    let (state, attempt) = begun(&empty(), 100);
    assert!(state.without_overdue(at(104), &TIMING, 1).is_none());

    let overdue = state.without_overdue(at(105), &TIMING, 1).expect("an overdue fetch");
    assert_eq!(overdue.last_error().as_deref(), Some("the fetch gave no answer within 5 s"));
    assert_eq!(overdue.counts().failures, 1);
    assert!(overdue.without_overdue(at(106), &TIMING, 1).is_none());

    let late: Arc<str> = "an outage".into();
    assert_eq!(overdue.fail(&attempt, &late, None, at(107), &TIMING).counts().failures, 1, "it was counted");
}

#[test]
fn fetches_that_hang_double_the_pause_before_the_next() {
    for (hanging, pause) in [(1, 60), (2, 120), (4, 480), (7, 3_630), (40, 3_630)] {
        let (state, _) = begun(&empty(), 100);
        let state = state.without_overdue(at(105), &TIMING, hanging).expect("an overdue fetch");
        assert_eq!(turn(&state, 100 + pause - 1), Turn::NotYet, "{hanging} hang");
        assert_eq!(turn(&state, 100 + pause), Turn::Now, "{hanging} hang");
        let reason = state.last_error().expect("a reason");
        assert_eq!(reason.ends_with(&format!("; {hanging} fetches have not ended")), hanging > 1, "{reason}");
    }
}

#[test]
fn a_late_success_counts_unless_a_later_fetch_has_overtaken_it() {
    let (state, first) = begun(&empty(), 100);
    let (state, second) = begun(&state, 130);

    let late = state.replace(&first, ("late", true), None, at(131), &TIMING);
    assert_eq!(turn(&late, 131), Turn::InProgress(second), "the second goes on");
    assert!(!late.has_overtaken(&second));
    assert!(late.not_modified(&second, None, at(132), &TIMING).has_overtaken(&first));
}

const AWAITED: Timing = Timing { wait_after: Duration::from_secs(2), ..TIMING };

#[test]
fn a_value_is_waited_for_from_its_age_on_unless_the_last_fetch_failed() {
    let (state, attempt) = begun(&empty(), 100);
    let state = state.not_modified(&attempt, None, at(100), &AWAITED);
    assert!(!state.is_awaited(at(101)) && state.is_awaited(at(102)));

    let (state, attempt) = begun(&state, 140);
    let failed = state.fail(&attempt, &"an outage".into(), None, at(140), &AWAITED);
    assert!(!failed.is_awaited(at(10_000)), "a source that is away holds nobody up");
    let (state, attempt) = begun(&failed, 200);
    assert!(state.not_modified(&attempt, None, at(200), &AWAITED).is_awaited(at(202)));
}

#[test]
fn an_hour_later_or_with_the_wall_clock_set_a_value_is_waited_for() {
    let (state, attempt) = begun(&empty(), 100);
    let state = state.not_modified(&attempt, None, at(100), &AWAITED);
    for now in [at(3_700), Tick::at_seconds(3_700, 101), Tick::at_seconds(101, 86_500)] {
        assert!(state.is_awaited(now));
    }
    assert!(!state.is_awaited(Tick::at_seconds(101, 100 - 86_400)), "a day back");
    assert!(state.is_awaited(Tick::at_seconds(102, 102 - 86_400)));
}

#[test]
fn an_answer_that_came_too_late_to_be_fresh_is_asked_for_again_at_once() {
    let (state, attempt) = begun(&empty(), 100);
    let late = state.not_modified(&attempt, None, at(104), &AWAITED);
    assert!(late.is_awaited(at(104)));
    assert_eq!(turn(&late, 104), Turn::Now);
    let in_time = state.not_modified(&attempt, None, at(101), &AWAITED);
    assert_eq!(turn(&in_time, 101), Turn::NotYet);
}

#[test]
fn a_fetch_that_gets_further_is_not_given_up_and_nobody_waits_for_it() {
    let (state, attempt) = begun(&confirmed_at(10, None), 100);
    let state = state.prolong(&attempt, at(104), &AWAITED).expect("a fetch in progress");
    assert!(!state.is_awaited(at(10_000)));
    assert!(state.without_overdue(at(108), &AWAITED, 1).is_none());
    let Turn::InProgress(prolonged) = turn(&state, 108) else { panic!("it is in progress") };
    assert_eq!(state.prolonged(&attempt), Some(prolonged));
    assert_eq!(state.prolonged(&prolonged), None);
    assert!(state.without_overdue(at(109), &AWAITED, 1).is_some());

    let done = state.not_modified(&attempt, None, at(108), &AWAITED);
    assert_eq!(done.counts(), Counts { fetches: 2, failures: 0, not_modified: 2 });
    assert!(done.prolong(&attempt, at(108), &AWAITED).is_none(), "it is over");
}

#[test]
fn a_process_that_was_stopped_during_a_fetch_waits_for_it_once_more() {
    let (state, _) = begun(&empty(), 100);
    assert!(state.after_a_stop(at(104), &AWAITED).is_none());
    assert!(state.after_a_stop(at(109), &AWAITED).is_none(), "it may just hang");
    let state = state.after_a_stop(at(160), &AWAITED).expect("a second timeout");
    assert!(matches!(turn(&state, 164), Turn::InProgress(_)));
    assert_eq!(state.without_overdue(at(164), &AWAITED, 1).map(|_| ()), None);
    assert!(state.without_overdue(at(165), &AWAITED, 1).is_some());
    assert!(state.after_a_stop(at(500), &AWAITED).is_none(), "only once");
}
