//! From the URL of a store to the store.

use std::sync::Arc;

use super::memory::Memory;
use super::options::RevocationOptions;
use super::store::Store;
use crate::status::{Refusal, Status};
use crate::team::Team;

/// A store, and whether other processes may write to it.
pub(super) struct Opened {
    pub(super) source: &'static str,
    pub(super) store: Arc<dyn Store>,
    pub(super) is_shared: bool,
}

/// Does not reach for the store yet. No message contains more of the URL than its scheme, since it may hold a password.
pub(super) fn open(url: &str, team: &Team, options: &RevocationOptions) -> Result<Opened, Refusal> {
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    match scheme {
        "memory" if rest.is_empty() => {
            Ok(Opened { source: "memory", store: Arc::new(Memory::new()), is_shared: false })
        }
        "memory" => Err(invalid("memory: takes nothing after the colon")),
        "sqlite" => sqlite(rest, team),
        "redis" | "rediss" | "redis+unix" => redis(url, team, options),
        _ => Err(invalid(
            "the store is none of memory:, sqlite:PATH, redis://HOST, rediss://HOST and redis+unix://PATH",
        )),
    }
}

#[cfg(feature = "store-sqlite")]
fn sqlite(rest: &str, team: &Team) -> Result<Opened, Refusal> {
    use super::sqlite::{Location, Sqlite};
    let location = Location::parse(rest).map_err(invalid)?;
    Ok(Opened { source: "sqlite", store: Arc::new(Sqlite::new(location, team)), is_shared: true })
}

#[cfg(not(feature = "store-sqlite"))]
fn sqlite(_rest: &str, _team: &Team) -> Result<Opened, Refusal> {
    Err(invalid("sqlite: needs a library that was built with the feature store-sqlite"))
}

#[cfg(feature = "store-redis")]
fn redis(url: &str, team: &Team, options: &RevocationOptions) -> Result<Opened, Refusal> {
    let store = super::redis::Redis::open(url, team, options)?;
    Ok(Opened { source: "redis", store: Arc::new(store), is_shared: true })
}

#[cfg(not(feature = "store-redis"))]
fn redis(_url: &str, _team: &Team, _options: &RevocationOptions) -> Result<Opened, Refusal> {
    Err(invalid("redis: needs a library that was built with the feature store-redis"))
}

fn invalid(message: &'static str) -> Refusal {
    Refusal::new(Status::InvalidConfig, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_was_left_out_is_named_with_its_feature() {
        let team = Team::parse("acme").expect("a team");
        for (url, feature, is_built) in [
            ("redis://127.0.0.1", "store-redis", cfg!(feature = "store-redis")),
            ("redis+unix:///run/redis.sock", "store-redis", cfg!(feature = "store-redis")),
            ("sqlite:/var/lib/revocations.db", "store-sqlite", cfg!(feature = "store-sqlite")),
        ] {
            let opened = open(url, &team, &RevocationOptions::default());
            assert_eq!(opened.is_ok(), is_built, "{url}");
            if let Err(refusal) = opened {
                assert_eq!(refusal.status(), Status::InvalidConfig);
                assert!(refusal.message().ends_with(&format!("with the feature {feature}")), "{refusal}");
            }
        }
    }
}
