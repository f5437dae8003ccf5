//! A process that revokes at a steady rate.

use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cfaccess::{RevokeOptions, Target, TargetKind};
use serde_json::json;

use crate::entries::{entry, open, target};

/// Beyond the numbers of the entries that a store is filled with.
const FIRST: usize = 100_000_000;

pub struct Plan {
    /// The number of this one, and how many there are.
    pub writer: usize,
    pub writers: usize,
    /// Of all writers together.
    pub per_second: f64,
    pub seconds: u64,
    /// How many entries one write has.
    pub batch: usize,
    /// How many people are revoked meanwhile by all writers together, whose tokens the readers know.
    pub people: usize,
}

/// The time that all processes of a host share, in nanoseconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_nanos() as u64
}

/// Prints how long each write took, and when that of each person was acknowledged.
pub fn write(url: &str, plan: &Plan) {
    let revocations = open(url);
    let writes = (plan.per_second / plan.batch as f64 * plan.seconds as f64 / plan.writers as f64) as usize;
    let pause = Duration::from_secs(plan.seconds).div_f64(writes.max(1) as f64);
    let people: Vec<usize> = (0..plan.people).filter(|person| person % plan.writers == plan.writer).collect();
    let mut people = people.into_iter().enumerate().peekable();
    let share = plan.people.div_ceil(plan.writers).max(1);

    let (begin, mut took, mut acknowledged, mut failed) = (Instant::now(), Vec::new(), Vec::new(), 0_u64);
    for write in 0..writes {
        let due = begin + pause * write as u32;
        sleep(due.saturating_duration_since(Instant::now()));
        let person = people.next_if(|(place, _)| *place * writes / share <= write).map(|(_, person)| person);
        let number = FIRST + (write * plan.writers + plan.writer) * plan.batch;
        let started = Instant::now();
        let outcome = match (person, plan.batch) {
            (Some(person), _) => revocations.revoke(&person_of(person), &RevokeOptions::default()).map(drop),
            (None, 1) => revocations.revoke(&target(number), &RevokeOptions::default()).map(drop),
            (None, batch) => {
                let entries: Vec<_> = (number..number + batch).map(entry).collect();
                revocations.import(&entries).map(drop)
            }
        };
        took.push(started.elapsed().as_nanos() as u64);
        match (outcome, person) {
            (Ok(()), Some(person)) => acknowledged.push((person, now())),
            (Ok(()), None) => {}
            (Err(refusal), _) => {
                failed += 1;
                eprintln!("{refusal}");
            }
        }
    }
    let elapsed = begin.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({"took_ns": took, "acknowledged": acknowledged, "failed": failed, "elapsed": elapsed})
    );
}

fn person_of(number: usize) -> Target {
    Target::new(TargetKind::Subject, &format!("person {number}")).expect("a target")
}
