//! Changes to tokens that are signed already.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fastrand::Rng;

use crate::support::mint::base64url;
use crate::values::any_of;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub fn changed(chance: &mut Rng, genuine: &[String]) -> Vec<u8> {
    let token = &genuine[chance.usize(..genuine.len())];
    let other = &genuine[chance.usize(..genuine.len())];
    match chance.u8(..10) {
        0 => splice(chance, token, other),
        1 => change_signature(chance, token),
        2 => change_decoded(chance, token),
        3 => change_form(chance, token),
        _ => {
            let mut bytes = token.clone().into_bytes();
            for _ in 0..chance.u8(1..4) {
                change_bytes(chance, &mut bytes);
            }
            bytes
        }
    }
}

fn change_bytes(chance: &mut Rng, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    let place = chance.usize(..bytes.len());
    let end = (place + chance.usize(..40)).min(bytes.len());
    match chance.u8(..8) {
        0 => bytes[place] = chance.u8(..),
        1 => bytes[place] ^= 1 << chance.u8(..8),
        2 => bytes[place] = any_of(chance, ALPHABET),
        3 => bytes.insert(place, any_of(chance, ALPHABET)),
        4 => bytes.insert(place, chance.u8(..)),
        5 => drop(bytes.drain(place..end)),
        6 => {
            let slice = bytes[place..end].to_vec();
            bytes.splice(place..place, slice);
        }
        _ => bytes.truncate(place),
    }
}

/// Header, payload and signature of different tokens.
fn splice(chance: &mut Rng, token: &str, other: &str) -> Vec<u8> {
    let parts: Vec<&str> = token.split('.').chain(other.split('.')).collect();
    let mut any = || parts[chance.usize(..parts.len())];
    let either = [parts[0], any(), any()];
    let ordered = [parts[0], parts[4], parts[2]];
    let chosen = if chance.bool() { either } else { ordered };
    chosen.join(".").into_bytes()
}

/// The signature as a number that is a little or wholly another one.
fn change_signature(chance: &mut Rng, token: &str) -> Vec<u8> {
    let (input, signature) = token.rsplit_once('.').expect("three parts");
    let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    match chance.u8(..7) {
        0 => signature.insert(0, 0),
        1 => signature.push(0),
        2 => drop(signature.remove(0)),
        3 => signature.fill(chance.u8(..)),
        4 => signature.reverse(),
        5 => chance.fill(&mut signature),
        _ => {
            let place = chance.usize(..signature.len());
            signature[place] ^= 1 << chance.u8(..8);
        }
    }
    format!("{input}.{}", base64url(&signature)).into_bytes()
}

/// Header or payload say something else under the same signature.
fn change_decoded(chance: &mut Rng, token: &str) -> Vec<u8> {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let part = &mut parts[chance.usize(..2)];
    let mut text = URL_SAFE_NO_PAD.decode(&part).expect("base64url");
    let words: [(&[u8], &[u8]); 5] = [
        (b"RS256", b"none"),
        (b"RS256", b"HS256"),
        (b"example", b"attackr"),
        (b"7335", b"0000"),
        (b"{", b"{\"email\":\"root@example.com\","),
    ];
    let (old, new) = any_of(chance, &words);
    match text.windows(old.len()).position(|window| window == old) {
        Some(place) => drop(text.splice(place..place + old.len(), new.iter().copied())),
        None => change_bytes(chance, &mut text),
    }
    *part = base64url(&text);
    parts.join(".").into_bytes()
}

/// The same token in forms that some readers take for the same.
fn change_form(chance: &mut Rng, token: &str) -> Vec<u8> {
    let last = token.len() - 1;
    let (most, end) = token.split_at(last);
    match chance.u8(..10) {
        0 => format!("{token}{}", "=".repeat(chance.usize(1..4))),
        1 => token.replace('-', "+").replace('_', "/"),
        2 => token.replacen('.', "=.", chance.usize(1..3)),
        3 => {
            let place = ALPHABET.iter().position(|&byte| byte == end.as_bytes()[0]).expect("base64url");
            format!("{most}{}", char::from(ALPHABET[place ^ chance.usize(1..16)]))
        }
        4 => format!("{}{token}", any_of(chance, &["Bearer ", " ", ".", "\u{feff}", "oauth:", "\n"])),
        5 => format!("{token}{}", any_of(chance, &[".", " ", "\n", "\0", ".AA", "%00", ",", ";"])),
        6 => token.replacen('.', "..", 1),
        7 => format!("{token},{token}"),
        8 => token.to_ascii_lowercase(),
        _ => format!("{token}{}", "A".repeat(chance.usize(..20_000))),
    }
    .into_bytes()
}
