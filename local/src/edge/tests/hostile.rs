//! Requests of somebody who sends anything: each is answered, and whatever reaches the origin with an assertion has one
//! assertion, which is ours.

use super::*;

const REQUESTS: usize = 1_500;

/// What hosts, targets, headers and bodies are put together from.
const PIECES: [&str; 38] = [
    "/",
    "//",
    "/cdn-cgi/access/login/localhost",
    "/cdn-cgi/access/authorized",
    "/cdn-cgi/access/cli",
    "/cdn-cgi/local/faults",
    "/cdn-cgi/local/page/fault",
    "/cdn-cgi/%61ccess/logout",
    "?kid=",
    "&redirect_url=",
    "&nonce=",
    "&state=",
    "&meta=",
    "%2f",
    "%2e%2e",
    "%00",
    "%ff",
    "%",
    ";",
    "\\",
    "..",
    "=",
    "&",
    "CF_Authorization=",
    "; CF_AppSession=",
    "CF_Binding=\"",
    "eyJhbGciOiJub25lIn0.e30.",
    "localhost",
    "127.0.0.1",
    ":",
    "{\"name\":\"",
    "\"}",
    "email=",
    "csrf=",
    "\u{e9}",
    "\t",
    "a",
    "0",
];

const NAMES: [&str; 14] = [
    "Cookie",
    "Cf-Access-Jwt-Assertion",
    "cf_access_jwt_assertion",
    "CF-ACCESS-TOKEN",
    "Cf-Access-Authenticated-User-Email",
    "CF-Access-Client-Id",
    "CF-Access-Client-Secret",
    "Cf-Access-Metadata-Request",
    "Authorization",
    "Origin",
    "X-Requested-With",
    "Access-Control-Request-Method",
    "Content-Type",
    "Connection",
];

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "OPTIONS", "BREW"];

fn text(random: &mut fastrand::Rng, token: &str) -> String {
    (0..random.usize(..6))
        .map(|_| if random.u8(..12) == 0 { token } else { PIECES[random.usize(..PIECES.len())] })
        .collect()
}

fn request(random: &mut fastrand::Rng, world: &World, token: &str) -> String {
    let method = METHODS[random.usize(..METHODS.len())];
    let host = match random.u8(..8) {
        0 => text(random, token).replace('\t', ""),
        1..3 => world.at("127.0.0.1"),
        _ => world.at("localhost"),
    };
    let target = format!("/{}", text(random, token).replace(['\t', '\u{e9}'], "x"));
    let body = if random.bool() { text(random, token) } else { String::new() };
    let headers: String = (0..random.usize(..5))
        .map(|_| format!("{}: {}\r\n", NAMES[random.usize(..NAMES.len())], text(random, token)))
        .collect();
    let length = body.len();
    format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_answered_and_the_origin_sees_our_assertion_or_none() {
    let seed =
        std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let application = samples::application("app", "localhost");
    let world = World::new(std::slice::from_ref(&application)).await;
    let signed_in = world.access.sign_in("ada@example.com", &Arc::new(application)).unwrap();

    let mut reached = 0;
    for _ in 0..REQUESTS {
        let request = request(&mut random, &world, &signed_in.token);
        let answer = world.send(&request).await;
        assert!((200..600).contains(&answer.status), "SEED={seed}: {request:?} got {answer:?}");
        if answer.header("x-origin").is_empty() {
            continue;
        }
        reached += 1;
        // The answer to HEAD does not tell.
        if !answer.body.is_empty() {
            assert_eq!(
                answer.origin_got("cf-access-jwt-assertion"),
                [&signed_in.token],
                "SEED={seed}: {request:?}"
            );
            assert_eq!(
                answer.origin_got("cf-access-authenticated-user-email"),
                ["ada@example.com"],
                "SEED={seed}"
            );
            assert!(!answer.body.to_lowercase().contains("cf_access"), "SEED={seed}: {request:?}");
        }
    }

    assert!(reached > 0, "SEED={seed}: none had a session");
}
