//! Revocations over a store that does what a test says.

mod entries;
mod fake;
mod following;
mod outage;
mod races;
mod session;
mod waiting;
