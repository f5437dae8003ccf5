//! The rows: each runs once, and panics if its verdict is not the expected one.

use std::cell::{Cell, OnceCell};
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader};

use cfaccess::{Config, Keys, Timestamp, Verifier};
use floor::{Floor, Table};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::abi;

/// More than `first_verification` ever takes, and fewer than a verifier keeps.
const NEW_TOKENS: usize = 2_000;

pub struct Rows {
    token: Vec<u8>,
    new_tokens: NewTokens,
    now: i64,
    floor: Floor,
    table: Table,
    /// Without a cache.
    cold: Verifier,
    verifier: Verifier,
    abi_verifier: abi::Verifier,
    decoding_key: DecodingKey,
    validation: Validation,
}

/// What an application would read.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Claims {
    aud: Vec<String>,
    email: String,
    exp: u64,
    iat: u64,
    iss: String,
    sub: String,
}

/// Tokens that come once.
struct NewTokens {
    path: String,
    lines: OnceCell<Vec<String>>,
    next: Cell<usize>,
}

impl Rows {
    pub fn prepare(folder: &str) -> Rows {
        let read = |name: &str| std::fs::read(format!("{folder}/{name}")).expect(name);
        let text = |name: &str| String::from_utf8(read(name)).expect(name);
        let (team, audience) = (text("team"), text("audience"));

        let mut config = Config::new(&team).expect("a team");
        config.add_audience(&audience).expect("an audience");
        let keys = || Keys::from_json(&read("keys.json")).expect("keys");
        let verifier = Verifier::new(config.clone(), keys()).expect("a verifier");
        config.set_cache_entries(0).expect("a number of entries");

        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[&audience]);
        validation.set_issuer(&[text("issuer")]);

        Rows {
            token: read("token"),
            new_tokens: NewTokens {
                path: format!("{folder}/tokens"),
                lines: OnceCell::new(),
                next: Cell::new(0),
            },
            now: text("now").parse().expect("seconds"),
            floor: Floor::prepare(folder),
            table: Table::with(&read("token"), &text("email")),
            cold: Verifier::new(config, keys()).expect("a verifier"),
            verifier,
            abi_verifier: abi::Verifier::new(&team, &audience, &read("keys.json")),
            decoding_key: DecodingKey::from_rsa_der(&read("key.der")),
            validation,
        }
    }

    pub fn run(&self, row: &str) {
        match row {
            "floor_rsa" => assert!(self.floor.holds()),
            "floor_hit" => {
                let found = self.table.find(black_box(&self.token)).expect("a kept token");
                black_box(&found.email);
            }
            "rust_verify" => {
                let now = Timestamp::new(self.now).expect("a time");
                black_box(self.cold.verify_at(&self.token, now).expect("claims"));
            }
            "rust_hit" => {
                black_box(self.verifier.verify(black_box(&self.token)).expect("claims"));
            }
            "first_verification" => self.verify_first(self.new_tokens.next()),
            "jsonwebtoken" => {
                let claims =
                    jsonwebtoken::decode::<Claims>(&self.token, &self.decoding_key, &self.validation);
                black_box(claims.expect("claims"));
            }
            "abi_verify" => self.abi_verifier.verify_at(&self.token, self.now),
            _ => panic!("not a row: {row}"),
        }
    }

    /// A function of its own, so that profiles name it.
    #[inline(never)]
    fn verify_first(&self, token: &[u8]) {
        black_box(self.verifier.verify(token).expect("claims"));
    }
}

impl NewTokens {
    fn next(&self) -> &[u8] {
        let lines = self.lines.get_or_init(|| {
            let lines = BufReader::new(File::open(&self.path).expect("tokens")).lines();
            lines.take(NEW_TOKENS).map(|line| line.expect("a token")).collect()
        });
        lines[self.next.replace(self.next.get() + 1)].as_bytes()
    }
}
