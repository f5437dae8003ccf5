//! What is measured: each row runs once and panics if its verdict is not the expected one.

use std::ffi::{c_char, c_void};
use std::hint::black_box;
use std::ptr::null_mut;

use cfaccess::{Config, Keys, Timestamp, Verifier};
use floor::Floor;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

pub struct Rows {
    token: Vec<u8>,
    now: i64,
    floor: Floor,
    verifier: Verifier,
    c_verifier: *const c_void,
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

impl Rows {
    pub fn prepare(folder: &str) -> Rows {
        let read = |name: &str| std::fs::read(format!("{folder}/{name}")).expect(name);
        let text = |name: &str| String::from_utf8(read(name)).expect(name);
        let (team, audience) = (text("team"), text("audience"));

        let mut config = Config::new(&team).expect("a team");
        config.add_audience(&audience).expect("an audience");
        let keys = Keys::from_json(&read("keys.json")).expect("keys");

        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[&audience]);
        validation.set_issuer(&[text("issuer")]);

        Rows {
            token: read("token"),
            now: text("now").parse().expect("seconds"),
            floor: Floor::prepare(folder),
            verifier: Verifier::new(config, keys).expect("a verifier"),
            c_verifier: c_verifier(&team, &audience, &read("keys.json")),
            decoding_key: DecodingKey::from_rsa_der(&read("key.der")),
            validation,
        }
    }

    pub fn run(&self, row: &str) {
        match row {
            "floor_rsa" => assert!(self.floor.holds()),
            "rust_verify" => {
                let now = Timestamp::new(self.now).expect("a time");
                black_box(self.verifier.verify_at(&self.token, now).expect("a token that holds"));
            }
            "jsonwebtoken" => {
                let claims =
                    jsonwebtoken::decode::<Claims>(&self.token, &self.decoding_key, &self.validation);
                black_box(claims.expect("a token that holds"));
            }
            "abi_verify" => self.verify_through_c(),
            _ => panic!("not a row: {row}"),
        }
    }

    fn verify_through_c(&self) {
        let mut claims = null_mut();
        let (token, length) = (self.token.as_ptr().cast(), self.token.len());
        // SAFETY: as the header asks.
        let status = unsafe {
            cfaccess_verifier_verify_at(self.c_verifier, token, length, self.now, &mut claims, null_mut())
        };
        assert_eq!(status, 0);
        // SAFETY: made above.
        unsafe { cfaccess_claims_free(claims) };
    }
}

/// Lives as long as the program.
fn c_verifier(team: &str, audience: &str, keys_json: &[u8]) -> *const c_void {
    let c_text = |text: &str| std::ffi::CString::new(text).expect("no NUL");
    let (team, audience) = (c_text(team), c_text(audience));
    let (mut config, mut keys, mut verifier) = (null_mut(), null_mut(), null_mut());
    // SAFETY: as the header asks.
    unsafe {
        assert_eq!(cfaccess_config_new(team.as_ptr(), &mut config, null_mut()), 0);
        assert_eq!(cfaccess_config_add_audience(config, audience.as_ptr(), null_mut()), 0);
        assert_eq!(
            cfaccess_keys_from_json(keys_json.as_ptr().cast(), keys_json.len(), &mut keys, null_mut()),
            0
        );
        assert_eq!(cfaccess_verifier_new(config, keys, &mut verifier, null_mut()), 0);
    }
    verifier
}

// The exported functions, linked into this program so that their allocations are counted.
unsafe extern "C" {
    fn cfaccess_config_new(team: *const c_char, out: *mut *mut c_void, error: *mut *mut c_void) -> i32;
    fn cfaccess_config_add_audience(
        config: *mut c_void,
        audience: *const c_char,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_keys_from_json(
        json: *const c_char,
        length: usize,
        out: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_verifier_new(
        config: *const c_void,
        keys: *const c_void,
        out: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_verifier_verify_at(
        verifier: *const c_void,
        token: *const c_char,
        length: usize,
        now: i64,
        out: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_claims_free(claims: *mut c_void);
}
