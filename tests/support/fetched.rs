//! Keys that are fetched, from an endpoint that answers as a test tells it to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cfaccess::{Config, FetchFunction, Keys, RemoteOptions, Timestamp, Verifier};
use serde_json::json;

use super::{mint, read};

pub type Answer = Result<Vec<u8>, String>;

/// An endpoint that answers as it is told to, and the options to use it with.
pub struct Endpoint {
    fetches: Arc<AtomicUsize>,
    pub options: RemoteOptions,
}

impl Endpoint {
    pub fn new(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Endpoint {
        let fetches = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&fetches);
        let mut options = RemoteOptions::default();
        options.fetch = Some(FetchFunction::new(move |url| {
            assert_eq!(url, "https://acme.cloudflareaccess.com/cdn-cgi/access/certs");
            answer(counted.fetch_add(1, Ordering::SeqCst))
        }));
        options.cooldown = Duration::from_secs(1);
        Endpoint { fetches, options }
    }

    pub fn with(mut self, change: impl FnOnce(&mut RemoteOptions)) -> Endpoint {
        change(&mut self.options);
        self
    }

    pub fn keys(&self) -> Keys {
        Keys::remote("acme", self.options.clone()).expect("keys")
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

/// Answers that are sent while the fetch waits for them.
pub fn sent_answers() -> (Sender<Answer>, impl Fn(usize) -> Answer) {
    let (sender, receiver): (_, Receiver<Answer>) = channel();
    let receiver = Mutex::new(receiver);
    (sender, move |_| {
        receiver.lock().expect("a lock").recv().unwrap_or_else(|_| Err("the test is over".into()))
    })
}

pub fn document() -> Vec<u8> {
    read("tests/vectors/acme.jwks.json")
}

pub fn other_document() -> Vec<u8> {
    read("tests/vectors/other.jwks.json")
}

pub fn verifier(keys: &Keys) -> Verifier {
    let mut config = Config::new("acme").expect("a team");
    config.add_audience(mint::AUDIENCE).expect("an audience");
    Verifier::new(config, keys.clone()).expect("a verifier")
}

pub fn good_token() -> String {
    mint::token(&mint::header(), &mint::person())
}

pub fn token_of_key(key_id: &str) -> String {
    let mut header = mint::header();
    header["kid"] = json!(key_id);
    mint::token(&header, &mint::person())
}

pub fn now() -> Timestamp {
    Timestamp::new(mint::NOW).expect("a time")
}

pub fn verdict(verifier: &Verifier, token: &str) -> &'static str {
    verifier.verify_at(token.as_bytes(), now()).map_or_else(|refusal| refusal.status().name(), |_| "OK")
}

/// The clock of these tokens stands still, and `try_verify` goes by the system's.
pub fn try_verdict(verifier: &Verifier, token: &str) -> &'static str {
    verifier.try_verify(token.as_bytes()).map_or_else(|refusal| refusal.status().name(), |_| "OK")
}

pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
