//! What a draft's header and payload say, right and wrong.

use fastrand::Rng;

use crate::support::mint::AUDIENCE;
use crate::text::Text;
use crate::values::{any_of, any_text, quoted};

pub const CLIENT_ID: &str = "e367826f93b8d71185e03fe518aff3b4.access";
const ISSUER: &str = "https://acme.cloudflareaccess.com";
const DAY: i64 = 24 * 3_600;

/// A header but for its `kid`.
pub fn header() -> Text {
    Text::new(&[("alg", quoted("RS256")), ("typ", quoted("JWT"))])
}

/// A header with members that are never read here. The others read them, so they are as RFC 7515
/// wants them.
pub fn header_with_more(chance: &mut Rng) -> Text {
    let mut header = header();
    match chance.u8(..12) {
        0 => header.push("jku", quoted("https://keys.example/jwks.json")),
        1 => header.push("jwk", r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.to_owned()),
        2 => header.push("x5u", quoted("https://keys.example/certificate.pem")),
        3 => header.push("x5c", r#"["AQAB"]"#.to_owned()),
        4 => header.push("x5t", quoted("AQAB")),
        5 => header.push("x5t#S256", quoted("AQAB")),
        6 => header.remove("typ"),
        7 => header.set("typ", quoted("application/JWT")),
        _ => {}
    }
    header
}

/// The claims of a person in one of both shapes, or of a service, with times around `today`.
pub fn payload(chance: &mut Rng, today: i64) -> Text {
    let mut payload = match chance.u8(..4) {
        0 => service(),
        1 => older_person(chance),
        _ => person(chance),
    };
    let issued_at = today - DAY * chance.i64(1..10);
    payload.push("iat", issued_at.to_string());
    payload.push("exp", (today + DAY * chance.i64(2..10)).to_string());
    if chance.bool() {
        payload.push("nbf", issued_at.to_string());
    }
    payload
}

fn person(chance: &mut Rng) -> Text {
    let addresses = ["user@example.com", "\u{fc}ser@ex\u{e4}mple.com", "a@b", "\"a@b\"@c.example", "a+b@c.d"];
    let mut person = Text::new(&[
        ("aud", audiences(chance)),
        ("email", quoted(any_of(chance, &addresses))),
        ("iss", quoted(ISSUER)),
        ("type", quoted("app")),
        ("identity_nonce", quoted("6ei69kawdKzMIAPF")),
        ("sub", quoted("7335d417-61da-459d-899c-0a01c76a2f94")),
        ("country", quoted("US")),
    ]);
    if chance.u8(..4) == 0 {
        person.push("custom", format!("{{\"groups\":{}}}", quoted(&any_text(chance))));
    }
    person
}

fn older_person(chance: &mut Rng) -> Text {
    let mut person = person(chance);
    person.remove("type");
    person.remove("identity_nonce");
    person.push("nonce", quoted(&"0a".repeat(32)));
    person
}

fn service() -> Text {
    Text::new(&[
        ("common_name", quoted(CLIENT_ID)),
        ("aud", quoted(AUDIENCE)),
        ("iss", quoted(ISSUER)),
        ("type", quoted("app")),
        ("sub", quoted("")),
    ])
}

fn audiences(chance: &mut Rng) -> String {
    let mut audiences: Vec<String> = (0..chance.usize(..4)).map(|_| quoted(&any_text(chance))).collect();
    audiences.insert(chance.usize(..=audiences.len()), quoted(AUDIENCE));
    format!("[{}]", audiences.join(","))
}

pub fn times(today: i64) -> Vec<i64> {
    [-60, -3, -1, 2, 4, 60].map(|days| today + days * DAY).to_vec()
}

pub fn header_values() -> Vec<String> {
    let texts =
        ["RS256", "rs256", "RS512", "HS256", "none", "RS256 ", "ES256", "JWT", "jwt", "JOSE", "at+jwt", ""];
    texts.map(quoted).to_vec()
}

#[rustfmt::skip]
pub fn payload_values(today: i64) -> Vec<String> {
    let texts = [
        AUDIENCE, ISSUER, CLIENT_ID, "", "app", "org", "App", "other", "user@example.com", "@", "a b@c.d",
        "https://acme.cloudflareaccess.com/", "https://ACME.cloudflareaccess.com",
        "https://other.cloudflareaccess.com", "https://acme.cloudflareaccess.com.example",
    ];
    let times = times(today);
    let lists = [
        format!("[{}]", quoted(AUDIENCE)),
        format!("[{},5]", quoted(AUDIENCE)),
        format!("[[{}]]", quoted(AUDIENCE)),
        format!("{{{}:true}}", quoted(AUDIENCE)),
        format!("[{}]", vec![quoted(AUDIENCE); 65].join(",")),
    ];
    texts
        .iter()
        .map(|text| quoted(text))
        .chain(times.iter().flat_map(|time| [time.to_string(), format!("{time}.0"), format!("\"{time}\"")]))
        .chain(lists)
        .collect()
}
