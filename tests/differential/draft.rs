//! Tokens that are changed first and signed then.

use fastrand::Rng;

use crate::claims;
use crate::signer::{Key, Signer};
use crate::support::mint::base64url;
use crate::text::Text;
use crate::values::{Strict, any_of, any_value, quoted};

/// What is signed, and how.
pub struct Draft {
    header: Text,
    payload: Text,
    /// The key that the header names.
    named: Key,
    spelled: fn(&str) -> String,
    signed_with: Key,
    noise: Option<Noise>,
}

/// Where something is spoiled before it is signed.
#[derive(Clone, Copy)]
enum Noise {
    Header,
    Payload,
    Base64,
}

impl Draft {
    /// A token that is accepted.
    pub fn genuine(chance: &mut Rng, today: i64) -> Draft {
        let named = any_of(chance, &[Key::First, Key::Second]);
        let (mut header, mut payload) = (claims::header_with_more(chance), claims::payload(chance, today));
        for _ in 0..chance.u8(..3) {
            let text = if chance.u8(..4) == 0 { &mut header } else { &mut payload };
            text.reword(chance);
        }
        Draft { header, payload, named, spelled: str::to_owned, signed_with: named, noise: None }
    }

    /// A token that may be accepted or not.
    pub fn changed(chance: &mut Rng, today: i64) -> Draft {
        const DECIDING: [&str; 8] =
            ["aud", "iss", "type", "sub", "email", "common_name", "nonce", "identity_nonce"];
        let mut draft = Draft::genuine(chance, today);
        let values = claims::payload_values(today);
        match chance.u8(..24) {
            0..5 => draft.payload.break_somewhere(chance, &values),
            5 => (0..2).for_each(|_| draft.payload.break_somewhere(chance, &values)),
            6..8 => {
                let time = any_of(chance, &claims::times(today));
                draft.payload.set(any_of(chance, &["exp", "iat", "nbf"]), time.to_string());
            }
            8..10 => {
                let value = any_of(chance, &values);
                draft.payload.set(any_of(chance, &DECIDING), value);
            }
            10 => {
                draft.header = claims::header();
                draft.header.break_somewhere(chance, &claims::header_values());
            }
            11 => {
                let names = ["crit", "b64", "cty", "zip", "enc", "epk", "p2c", "p2s"];
                draft.header.push(any_of(chance, &names), any_value(chance, 2, Strict::Seldom));
            }
            12 => draft.signed_with = any_of(chance, &[Key::First, Key::Second, Key::Stranger]),
            13 => {
                draft.header = claims::header();
                draft.noise = Some(any_of(chance, &[Noise::Header, Noise::Payload, Noise::Base64]));
            }
            14 => draft.payload.push("padding", quoted(&"x".repeat(chance.usize(..16_000)))),
            15 => {
                draft.spelled = any_of::<fn(&str) -> String>(
                    chance,
                    &[str::to_uppercase, |key_id| format!("{key_id} "), |key_id| key_id[1..].to_owned()],
                );
            }
            _ => {}
        }
        draft
    }

    pub fn signed(mut self, signer: &Signer, chance: &mut Rng) -> String {
        if !self.header.has("kid") {
            self.header.push("kid", quoted(&(self.spelled)(signer.key_id(self.named))));
        }
        let mut header = self.header.render(chance);
        let mut payload = self.payload.render(chance);
        match self.noise {
            Some(Noise::Header) => spoil(chance, &mut header),
            Some(Noise::Payload) => spoil(chance, &mut payload),
            _ => {}
        }
        let mut input = format!("{}.{}", base64url(&header), base64url(&payload));
        if let Some(Noise::Base64) = self.noise {
            let place = chance.usize(..=input.len());
            input.insert_str(place, any_of(chance, &["=", "==", "A", ".", "+", " ", "\n", "%3D"]));
        }
        let signature = signer.sign(self.signed_with, &input);
        format!("{input}.{signature}")
    }
}

/// One byte becomes another, or goes, or comes.
fn spoil(chance: &mut Rng, text: &mut Vec<u8>) {
    let place = chance.usize(..text.len());
    match chance.u8(..3) {
        0 => text[place] = chance.u8(..),
        1 => drop(text.remove(place)),
        _ => text.insert(place, chance.u8(..)),
    }
}
