//! Time and the cache: each second has the same verdict with and without it, and an expired token leaves it.

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cfaccess::{Keys, Timestamp, Verifier};
use serde_json::{Value, json};
use support::session::{current_token, token_with, verifier_with};
use support::{mint, vectors};

const CASES: usize = 500;

/// A verifier's configuration and a token's times, so close together that each limit comes first in some.
struct Case {
    config: Value,
    claims: Value,
    /// Every second at which a verdict may change.
    limits: Vec<i64>,
}

impl Case {
    fn random(random: &mut fastrand::Rng) -> Case {
        let some = |random: &mut fastrand::Rng, most: i64| random.bool().then(|| random.i64(1..=most));
        let leeway = if random.bool() { random.i64(0..=300) } else { random.i64(0..=2) };
        let issued_at = mint::NOW + random.i64(-500..=500);
        let not_before = some(random, 1_000).map(|later| issued_at + later - 500);
        let expires_at = issued_at.max(not_before.unwrap_or(0)) + random.i64(1..=1_000);
        let (max_age, max_lifetime) = (some(random, 1_000), some(random, 2_000));

        let mut config = mint::config();
        config["leeway"] = json!(leeway);
        for (name, value) in [("max_age", max_age), ("max_lifetime", max_lifetime)] {
            if let Some(seconds) = value {
                config[name] = json!(seconds);
            }
        }
        let mut claims = json!({"iat": issued_at, "exp": expires_at});
        if let Some(seconds) = not_before {
            claims["nbf"] = json!(seconds);
        }
        let starts_at = issued_at.max(not_before.unwrap_or(0));
        let limits = vec![starts_at - leeway, expires_at + leeway, issued_at + max_age.unwrap_or(0)];
        Case { config, claims, limits }
    }

    /// Each limit with the seconds around it, and some others, in any order and some of them twice.
    fn seconds(&self, random: &mut fastrand::Rng) -> Vec<i64> {
        let around = self.limits.iter().flat_map(|limit| [limit - 1, *limit, limit + 1]);
        let others = std::iter::repeat_with(|| mint::NOW + random.i64(-1_500..=3_000)).take(4);
        let mut seconds: Vec<i64> = around.chain(others).collect();
        seconds.extend_from_within(..);
        random.shuffle(&mut seconds);
        seconds
    }

    fn verifier(&self, keys: &Keys, cache_entries: i64) -> Verifier {
        let mut config = vectors::config(&self.config).expect("a config");
        config.set_cache_entries(cache_entries).expect("a size");
        Verifier::new(config, keys.clone()).expect("a verifier")
    }
}

#[test]
fn each_second_has_the_same_verdict_with_and_without_a_cache() {
    let keys = vectors::keys("acme.jwks.json");
    let random = &mut fastrand::Rng::with_seed(6);
    let mut statuses = BTreeMap::<&str, usize>::new();
    let mut hits = 0;
    for _ in 0..CASES {
        let case = Case::random(random);
        let token = token_with(&case.claims);
        let [warm, cold] = [8, 0].map(|cache_entries| case.verifier(&keys, cache_entries));

        for seconds in case.seconds(random) {
            let now = Timestamp::new(seconds).expect("a time");
            let is_kept = warm.stats().entries == 1;
            let [by_warm, by_cold] = [&warm, &cold].map(|verifier| verifier.verify_at(token.as_bytes(), now));

            let [warm_text, cold_text] = [&by_warm, &by_cold].map(|outcome| format!("{outcome:?}"));
            assert_eq!(warm_text, cold_text, "{seconds} s, {} and {}", case.config, case.claims);
            let status = by_warm.map_or_else(|refusal| refusal.status().name(), |_| "OK");
            if is_kept {
                *statuses.entry(status).or_default() += 1;
            }
        }
        hits += warm.stats().hits;
    }

    println!("{hits} hits; of tokens that were kept: {statuses:?}");
    assert!(hits > 1_000);
    for status in ["OK", "EXPIRED", "NOT_YET_VALID", "SESSION_TOO_OLD"] {
        assert!(statuses[status] > 100, "too few of {status}: {statuses:?}");
    }
}

/// The status `seconds` after [`mint::NOW`].
fn verdict(verifier: &Verifier, token: &str, seconds: i64) -> &'static str {
    let now = Timestamp::new(mint::NOW + seconds).expect("a time");
    verifier.verify_at(token.as_bytes(), now).map_or_else(|refusal| refusal.status().name(), |_| "OK")
}

#[test]
fn a_token_that_is_not_valid_yet_stays_for_when_it_is() {
    let verifier = verifier_with(|_| {});
    let token = token_with(&json!({"nbf": mint::NOW + 100, "exp": mint::NOW + 200}));
    let verdict = |seconds| verdict(&verifier, &token, seconds);

    assert_eq!([69, 69].map(verdict), ["NOT_YET_VALID"; 2]);
    assert_eq!(verifier.stats().entries, 0, "a refusal is not kept");
    assert_eq!([70, 229, 69, 70].map(verdict), ["OK", "OK", "NOT_YET_VALID", "OK"]);
    assert_eq!((verifier.stats().verified, verifier.stats().hits), (1, 2));
}

#[test]
fn an_expired_token_leaves_when_it_is_verified_again() {
    let verifier = verifier_with(|_| {});
    let token = token_with(&json!({"exp": mint::NOW + 200}));
    assert_eq!(verdict(&verifier, &token, 0), "OK");

    assert_eq!(verdict(&verifier, &token, 230), "EXPIRED");

    let stats = verifier.stats();
    assert_eq!((stats.entries, stats.bytes, stats.evictions), (0, 0, 0));
    assert_eq!(verdict(&verifier, &token, 229), "OK", "it is verified as if it were new");
    assert_eq!((verifier.stats().verified, verifier.stats().hits), (2, 0));
}

#[test]
fn a_token_that_is_too_old_leaves_when_it_is_verified_again() {
    let verifier = verifier_with(|config| config.set_max_age(100).expect("an age"));
    let token = token_with(&json!({"iat": mint::NOW, "exp": mint::NOW + 200}));
    assert_eq!(verdict(&verifier, &token, 0), "OK");

    assert_eq!(verdict(&verifier, &token, 101), "SESSION_TOO_OLD");

    assert_eq!(verifier.stats().entries, 0);
}

#[test]
fn an_expired_token_leaves_when_it_is_looked_up() {
    let verifier = verifier_with(|_| {});
    let token = token_with(&json!({}));
    assert_eq!(verdict(&verifier, &token, 0), "OK");

    assert_eq!(verifier.lookup(token.as_bytes()), None, "it expired years ago");

    assert_eq!(verifier.stats().entries, 0);
}

/// By the clock of the system, so the verdict with a cache is compared with those without it before and after.
#[test]
fn a_token_expires_at_the_same_moment_with_and_without_a_cache() {
    let warm = verifier_with(|config| config.set_leeway(0).expect("a leeway"));
    let cold = verifier_with(|config| {
        config.set_leeway(0).expect("a leeway");
        config.set_cache_entries(0).expect("a size");
    });
    let token = current_token("a", 2);
    let is_accepted = |verifier: &Verifier| verifier.verify(token.as_bytes()).is_ok();
    assert!(is_accepted(&warm));
    let begin = Instant::now();
    let mut ends = 0;

    while ends < 20 {
        let before = is_accepted(&cold);
        let [hit, found] = [is_accepted(&warm), warm.lookup(token.as_bytes()).is_some()];
        let after = is_accepted(&cold);

        assert!(hit == before || hit == after);
        assert!(found == before || found == after);
        ends += usize::from(!after);
        assert!(begin.elapsed() < Duration::from_secs(10), "it never expires");
    }
}
