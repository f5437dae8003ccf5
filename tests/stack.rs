//! What the header promises about the stack: 256 KiB are enough for every call and every token.

mod support;

use std::thread;

use cfaccess::Timestamp;
use support::{read_json, vectors};

const PROMISED: usize = 256 * 1024;

#[test]
fn every_token_can_be_verified_and_explained_on_the_promised_stack() {
    let size = std::env::var("STACK").map_or(PROMISED, |s| s.parse().unwrap());
    let run = thread::Builder::new().stack_size(size).spawn(each_token).expect("a thread");

    assert!(run.join().expect("no panic") > 1_000);
}

/// Verifies and explains all tokens of the vectors, and counts them.
fn each_token() -> usize {
    let document = read_json("tests/vectors/tokens.json");
    let all = document["vectors"].as_array().expect("vectors");
    for vector in all {
        let of = |name: &str| vector.get(name).unwrap_or(&document["defaults"][name]);
        let verifier = vectors::verifier(of("config"), of("keys").as_str().expect("a file"));
        let token = vectors::bytes(&vector["token"]);
        let now = of("now").as_i64().and_then(Timestamp::new).unwrap_or_else(Timestamp::now);
        let _ = verifier.verify_at(&token, now);
        verifier.explain(&token, now);
    }
    all.len()
}
