//! A token that comes again: what a cache hit hands out, and what is never a hit.

mod support;

use std::collections::HashSet;

use cfaccess::{Config, Refusal, Verifier};
use serde_json::json;
use support::fetched::{now, verdict};
use support::session::{
    are_the_same, config_with, current_token, long_token, look, token_of, token_with, verifier, verifier_with,
};
use support::{mint, vectors};

#[test]
fn a_hit_hands_out_the_same_claims() {
    for token in [token_of("a"), long_token(4_000)] {
        let verifier = verifier();

        let [first, second] = [look(&verifier, &token), look(&verifier, &token)];

        assert!(are_the_same(&first, &second));
        assert_eq!((verifier.stats().verified, verifier.stats().hits), (1, 1));
    }
}

#[test]
fn claims_live_as_long_as_they_are_held() {
    let keys = vectors::keys("acme.jwks.json");
    let config = config_with(|config| config.set_cache_entries(1).expect("a size"));
    let verifier = Verifier::new(config, keys.clone()).expect("a verifier");
    let claims = look(&verifier, &token_of("a"));

    for subject in ["b", "c", "d"] {
        look(&verifier, &token_of(subject));
    }
    drop((verifier, keys));

    assert_eq!(claims.subject(), Some("a"));
}

#[test]
fn no_id_is_used_twice() {
    let verifier = verifier_with(|config| config.set_cache_entries(1).expect("a size"));
    let tokens = ["a", "b", "c"].map(token_of);

    let ids: Vec<u64> = tokens.iter().cycle().take(30).map(|token| look(&verifier, token).id()).collect();

    assert_eq!(verifier.stats().hits, 0, "each made room for the next");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 30);
    assert!(!ids.contains(&0));
}

#[test]
fn verifiers_share_nothing() {
    let keys = vectors::keys("acme.jwks.json");
    let new = |config: Config| Verifier::new(config, keys.clone()).expect("a verifier");
    let mut other_audience = Config::new("acme").expect("a team");
    other_audience.add_audience("another").expect("an audience");
    let [one, same, other] = [new(config_with(|_| {})), new(config_with(|_| {})), new(other_audience)];
    let token = token_of("a");
    let claims = look(&one, &token);

    assert!(!are_the_same(&look(&same, &token), &claims));
    assert_eq!(verdict(&other, &token), "WRONG_AUDIENCE");

    assert!(are_the_same(&look(&one, &token), &claims));
    assert_eq!((same.stats().hits, other.stats().hits), (0, 0));
}

/// Letters of other bits, which leave the form of a token intact; a dot, and bytes that no token has.
fn others_of(byte: u8) -> impl Iterator<Item = u8> {
    [b'A', b'Q', b'-', b'.', 0, byte ^ 0x80].into_iter().filter(move |other| *other != byte)
}

#[test]
fn a_token_that_differs_in_one_byte_never_hits() {
    for token in [token_of("a"), long_token(2_000)] {
        let verifier = verifier();
        look(&verifier, &token);

        for place in 0..token.len() {
            let mut other = token.clone().into_bytes();
            for byte in others_of(token.as_bytes()[place]) {
                other[place] = byte;
                assert!(verifier.verify_at(&other, now()).is_err(), "{byte} at {place} of {}", token.len());
            }
        }

        assert_eq!((verifier.stats().verified, verifier.stats().hits), (1, 0));
    }
}

#[test]
fn a_part_of_a_token_or_more_than_it_never_hits() {
    for token in [token_of("a"), long_token(2_000)] {
        let verifier = verifier();
        look(&verifier, &token);

        for length in 0..token.len() {
            assert!(verifier.verify_at(&token.as_bytes()[..length], now()).is_err(), "the first {length}");
            assert!(verifier.verify_at(&token.as_bytes()[length + 1..], now()).is_err(), "from {length} on");
        }
        for longer in [format!("{token}A"), format!("A{token}"), format!("{token}\0"), token.repeat(2)] {
            assert!(verifier.verify_at(longer.as_bytes(), now()).is_err(), "{longer}");
        }

        assert_eq!((verifier.stats().verified, verifier.stats().hits), (1, 0));
    }
}

#[test]
fn another_token_with_the_same_end_is_another_token() {
    let verifier = verifier();
    let [hot, other] = [token_of("a"), token_of("b")];
    look(&verifier, &hot);

    let forged = [&other[..other.len() - 32], &hot[hot.len() - 32..]].concat();

    assert_eq!(verdict(&verifier, &forged), "BAD_SIGNATURE");
    assert_eq!(verifier.stats().hits, 0);
}

#[test]
fn only_what_is_accepted_is_kept() {
    let verifier = verifier();
    let stranger = mint::signing_key("stranger");
    let (header, payload) = (mint::header().to_string(), mint::person().to_string());
    for (token, status) in [
        (mint::sign_with(&stranger, header.as_bytes(), payload.as_bytes()), "BAD_SIGNATURE"),
        (token_with(&json!({"aud": "x"})), "WRONG_AUDIENCE"),
        (token_with(&json!({"exp": mint::NOW - 30})), "EXPIRED"),
        (token_with(&json!({"nbf": mint::NOW + 31})), "NOT_YET_VALID"),
    ] {
        assert_eq!([verdict(&verifier, &token), verdict(&verifier, &token)], [status; 2]);
    }

    assert_eq!((verifier.stats().entries, verifier.stats().bytes, verifier.stats().hits), (0, 0, 0));
}

#[test]
fn with_a_cache_of_no_size_nothing_is_a_hit() {
    let no_entries = verifier_with(|config| config.set_cache_entries(0).expect("a size"));
    let no_bytes = verifier_with(|config| config.set_cache_bytes(0).expect("a size"));
    for verifier in [no_entries, no_bytes] {
        let token = current_token("a", 3_600);

        let ids: HashSet<u64> =
            (0..5).map(|_| verifier.verify(token.as_bytes()).expect("claims").id()).collect();

        assert_eq!(ids.len(), 5);
        assert_eq!(verifier.lookup(token.as_bytes()), None);
        let stats = verifier.stats();
        assert_eq!((stats.verified, stats.hits, stats.entries, stats.bytes), (5, 0, 0, 0));
    }
}

#[test]
fn a_token_larger_than_the_cache_is_verified_each_time() {
    let verifier = verifier_with(|config| config.set_cache_bytes(1_000).expect("a size"));

    let [first, second] = [look(&verifier, &token_of("a")), look(&verifier, &token_of("a"))];

    assert!(!are_the_same(&first, &second));
    assert_eq!((verifier.stats().entries, verifier.stats().evictions), (0, 0));
}

#[test]
fn the_size_of_a_cache_has_bounds() {
    let refused = |set: fn(&mut Config, i64) -> Result<(), Refusal>, size: i64| {
        let mut config = Config::new("acme").expect("a team");
        set(&mut config, size).err().map(|refusal| refusal.status().name())
    };
    for (set, most) in [
        (Config::set_cache_entries as fn(&mut Config, i64) -> _, 10_000_000),
        (Config::set_cache_bytes, 64 << 30),
    ] {
        for size in [0, 1, most] {
            assert_eq!(refused(set, size), None, "{size}");
        }
        for size in [-1, most + 1, i64::MIN, i64::MAX] {
            assert_eq!(refused(set, size), Some("INVALID_CONFIG"), "{size}");
        }
    }
}

#[test]
fn the_email_of_a_request_is_checked_on_each_hit() {
    let verifier = verifier_with(Config::accept_cookie);
    let token = token_of("a");
    let cookie = format!("CF_Authorization={token}");
    let assertion = ("Cf-Access-Jwt-Assertion", token.as_str());
    let verdict = |headers: &[(&str, &str)]| {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        verifier
            .verify_request_at(&headers, now())
            .map(|claims| claims.id())
            .map_err(|refusal| refusal.status().name())
    };
    let id = look(&verifier, &token).id();

    for _ in 0..2 {
        let email = |email| [assertion, ("Cf-Access-Authenticated-User-Email", email)];
        assert_eq!(verdict(&[assertion]), Ok(id));
        assert_eq!(verdict(&[("Cookie", &cookie)]), Ok(id));
        assert_eq!(verdict(&email("user@example.com")), Ok(id));
        assert_eq!(verdict(&email("admin@example.com")), Err("IDENTITY_MISMATCH"));
    }
}
