//! Forged tokens, however many, leave the entries of genuine ones alone.

mod support;

use std::thread;

use cfaccess::Verifier;
use support::fetched::{now, verdict};
use support::session::{are_the_same, long_token, look, token_of, verifier, verifier_with};

const FLOOD: usize = 20_000;

/// A genuine token with one letter of its payload or of its signature replaced.
fn forged(genuine: &str, random: &mut fastrand::Rng) -> String {
    let (signed, signature) = genuine.rsplit_once('.').expect("a signature");
    let header_end = signed.find('.').expect("a payload") + 1;
    let mut forged = genuine.to_owned().into_bytes();
    // After the header, and not at an end, where some letters would be malformed.
    let place = match random.bool() {
        true => random.usize(header_end..signed.len() - 1),
        false => random.usize(signed.len() + 1..genuine.len() - 1),
    };
    assert!(signature.len() > 300);
    forged[place] = *random.choice(b"abcdefghijklmnopqrstuvwxyz").expect("a letter");
    String::from_utf8(forged).expect("a token")
}

#[test]
fn a_flood_of_forged_tokens_leaves_the_hot_session_alone() {
    // Full, so that anything else that is kept would cost an entry.
    let verifier = verifier_with(|config| config.set_cache_entries(2).expect("a size"));
    let hot = [token_of("a"), long_token(2_000)];
    let first = hot.each_ref().map(|token| look(&verifier, token));
    let before = verifier.stats();

    let random = &mut fastrand::Rng::with_seed(6);
    let mut hits = 0;
    for number in 0..FLOOD {
        let token = &hot[number % 2];
        let forged = forged(token, random);
        if forged != *token {
            assert_eq!(verdict(&verifier, &forged), "BAD_SIGNATURE");
        }
        if number % 100 == 0 {
            for (token, claims) in hot.iter().zip(&first) {
                assert!(are_the_same(&look(&verifier, token), claims));
                hits += 1;
            }
        }
    }

    let after = verifier.stats();
    assert_eq!((after.hits, after.verified), (hits, 2), "each verification of a hot one was a hit");
    assert_eq!((after.entries, after.bytes, after.evictions), (before.entries, before.bytes, 0));
}

#[test]
fn rubbish_that_ends_like_a_hot_token_leaves_it_alone() {
    let verifier = verifier();
    let hot = token_of("a");
    let first = look(&verifier, &hot);
    let end = &hot[hot.len() - 32..];

    for number in 0..FLOOD {
        let rubbish = format!("{number}.{number}.{end}");
        assert!(verifier.verify_at(rubbish.as_bytes(), now()).is_err());
        assert_eq!(verifier.lookup(rubbish.as_bytes()), None);
    }

    assert!(are_the_same(&look(&verifier, &hot), &first));
    assert_eq!((verifier.stats().entries, verifier.stats().hits), (1, 1));
}

#[test]
fn a_flood_from_all_sides_leaves_the_hot_session_alone() {
    let verifier = verifier_with(|config| config.set_cache_entries(1).expect("a size"));
    let hot = token_of("a");
    let first = look(&verifier, &hot);

    thread::scope(|scope| {
        for side in 0..4 {
            let (verifier, hot): (&Verifier, _) = (&verifier, &hot);
            let first = &first;
            scope.spawn(move || {
                let random = &mut fastrand::Rng::with_seed(side);
                for _ in 0..FLOOD / 10 {
                    let forged = forged(hot, random);
                    assert!(forged == *hot || verdict(verifier, &forged) == "BAD_SIGNATURE");
                    assert!(are_the_same(&look(verifier, hot), first));
                }
            });
        }
    });

    assert_eq!((verifier.stats().entries, verifier.stats().evictions), (1, 0));
    assert_eq!(verifier.stats().verified, 1);
}

#[test]
fn valid_tokens_that_come_once_leave_a_hot_session_alone() {
    let verifier = verifier_with(|config| config.set_cache_entries(16).expect("a size"));
    let hot = token_of("hot");
    let first = look(&verifier, &hot);

    for number in 0..400 {
        look(&verifier, &token_of(&number.to_string()));
        assert!(are_the_same(&look(&verifier, &hot), &first), "gone after {number}");
        assert!(verifier.stats().entries <= 16);
    }
}
