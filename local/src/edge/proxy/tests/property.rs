//! Whatever the client sends, the origin sees at most one assertion, and it is ours.

use super::super::Assertion;
use super::support::*;
use tokio::io::AsyncWriteExt;

const NAMES: [&str; 9] = [
    "cf-access-jwt-assertion",
    "cf-access-authenticated-user-email",
    "cf-access-token",
    "cf-access-client-id",
    "connection",
    "cookie",
    "cookie",
    "te",
    "x-other",
];

fn pick<'a>(random: &mut fastrand::Rng, choices: &[&'a str]) -> &'a str {
    choices[random.usize(..choices.len())]
}

/// The same name to some server.
fn spelled(random: &mut fastrand::Rng, name: &str) -> String {
    let plain = random.bool();
    name.chars()
        .map(|character| match character {
            '-' | '_' if !plain && random.u8(..3) == 0 => ['_', '.', '-', '~'][random.usize(..4)],
            letter if random.bool() => letter.to_ascii_uppercase(),
            letter => letter,
        })
        .collect()
}

fn cookies(random: &mut fastrand::Rng) -> String {
    let mut line = String::new();
    for _ in 0..random.usize(1..6) {
        let name = match random.u8(..3) {
            0 => "CF_Authorization".to_owned(),
            1 => spelled(random, pick(&mut fastrand::Rng::new(), &["CF_Authorization", "CF_Binding"])),
            _ => "a".to_owned(),
        };
        line += pick(random, &["", " ", "\t", "\"", "x="]);
        line += &name;
        line += pick(random, &["=", " = ", "=\"", ""]);
        line += pick(random, &["ours", "theirs", "evil", ""]);
        line += pick(random, &["; ", ";", " ", ", ", "\"; ", ";;"]);
    }
    line
}

fn request(random: &mut fastrand::Rng) -> String {
    let mut head = "GET / HTTP/1.1\r\nHost: a\r\n".to_owned();
    for _ in 0..random.usize(..12) {
        let name = NAMES[random.usize(..NAMES.len())];
        let value = match name {
            "cookie" => cookies(random),
            "connection" => {
                let named = NAMES[random.usize(..4)];
                format!("{}, cookie", spelled(random, named))
            }
            _ => pick(random, &["theirs", "ours", "evil, ours", ""]).to_owned(),
        };
        let name =
            if matches!(name, "cookie" | "connection") { name.to_owned() } else { spelled(random, name) };
        head += &format!("{name}: {value}\r\n");
    }
    head + "\r\n"
}

fn folded(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

/// The values of cookies that some parser could find under our name.
fn authorizations(line: &str) -> Vec<String> {
    let lower = folded(&line.to_ascii_lowercase());
    let is_begin = |at: usize| line[..at].chars().next_back().is_none_or(|last| "; \t,\"".contains(last));
    lower
        .match_indices("cf_authorization")
        .filter(|(at, _)| is_begin(*at))
        .filter_map(|(at, name)| line[at + name.len()..].trim_start().strip_prefix('='))
        .map(|value| value.split(';').next().unwrap().to_owned())
        .collect()
}

fn check(head: &str, assertion: &Assertion) {
    let fields = fields(head);
    let mut access: Vec<_> =
        fields.iter().filter(|(name, _)| folded(name).starts_with("cf_access_")).cloned().collect();
    let mut expected = Vec::new();
    if let Some(token) = &assertion.token {
        expected.push(("cf-access-jwt-assertion".to_owned(), token.clone()));
    }
    if let Some(email) = &assertion.email {
        expected.push(("cf-access-authenticated-user-email".to_owned(), email.clone()));
    }
    access.sort();
    expected.sort();
    assert_eq!(access, expected, "{head}");
    let lines = values(head, "cookie");
    assert!(lines.len() <= 1, "{head}");
    let found: Vec<String> = lines.iter().flat_map(|line| authorizations(line)).collect();
    let token = assertion.token.iter().cloned().collect::<Vec<_>>();
    if assertion.in_cookie {
        assert_eq!(found, token, "{head}");
    } else {
        assert!(found.is_empty() || found == token, "{head}");
    }
}

#[tokio::test]
async fn the_origin_sees_at_most_one_assertion_and_it_is_ours() {
    let seed = std::env::var("SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for assertion in [person(), Assertion { in_cookie: true, ..person() }, Assertion::default()] {
        let (origin, mut heads) = recording_origin().await;
        let edge = edge(application(origin), assertion.clone()).await;
        let mut stream = open(edge, "").await;
        for _ in 0..500 {
            let request = request(&mut random);
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = soon(read_head(&mut stream)).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{request}{answer}");
            read_exactly(&mut stream, 2).await;
            check(&heads.recv().await.unwrap(), &assertion);
        }
    }
}
