//! The last requests, and what was decided about each. Never tokens, secrets, cookies or bodies.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

/// How many requests are kept.
const KEPT: usize = 1_000;
/// Longer texts of a client are cut.
const TEXT_CHARS_MAX: usize = 500;
/// How a JWT and a secret of a service token begin. What begins so and is shorter than
/// [`SECRET_BYTES_MIN`] is a word of somebody's.
const SECRET_STARTS: [&str; 2] = ["eyJ", "local_"];
const SECRET_BYTES_MIN: usize = 20;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LoggedRequest {
    /// Counts all requests since the start, from 1.
    pub(crate) number: u64,
    /// Seconds since 1970, by the clock of this Access.
    pub(crate) at: i64,
    pub(crate) method: String,
    pub(crate) host: String,
    /// Without the query, which may hold anything.
    pub(crate) path: String,
    pub(crate) application: Option<String>,
    /// What was done: `proxied`, `bypass`, `login`, `refused`, `answered`, `fault`.
    pub(crate) decision: String,
    /// Why, in a few words.
    pub(crate) reason: String,
    pub(crate) status: u16,
    /// The `kid` of the assertion that the origin got.
    pub(crate) kid: Option<String>,
    /// An e-mail address, or a Client ID.
    pub(crate) who: Option<String>,
}

/// The last thousand.
#[derive(Default)]
pub(crate) struct RequestLog {
    requests: Mutex<VecDeque<LoggedRequest>>,
    /// The number of the last one.
    last: watch::Sender<u64>,
}

impl RequestLog {
    /// Takes a request in; its number is set here. What clients wrote is cut, and rid of queries and tokens.
    pub(crate) fn push(&self, mut request: LoggedRequest) {
        request.method = short(&request.method);
        request.host = short(&request.host);
        request.path = shown_path(&request.path);
        let mut requests = self.lock();
        let number = *self.last.borrow() + 1;
        request.number = number;
        if requests.len() == KEPT {
            requests.pop_front();
        }
        requests.push_back(request);
        // Under the lock, so that the numbers go up for those who wait.
        self.last.send_replace(number);
    }

    /// Those with higher numbers.
    pub(crate) fn after(&self, number: u64) -> Vec<LoggedRequest> {
        self.lock().iter().filter(|request| request.number > number).cloned().collect()
    }

    /// The same, once there is one, or else none after this time.
    pub(crate) async fn wait_after(&self, number: u64, limit: Duration) -> Vec<LoggedRequest> {
        let mut last = self.last.subscribe();
        // Neither the time that is over nor the sender, which lives as long as this, changes the answer.
        let _ = tokio::time::timeout(limit, last.wait_for(|last| *last > number)).await;
        self.after(number)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<LoggedRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shown_path(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments = path.split('/').map(|segment| {
        let is_secret =
            segment.len() >= SECRET_BYTES_MIN && SECRET_STARTS.iter().any(|start| segment.contains(start));
        if is_secret { "(a token)" } else { segment }
    });
    short(&segments.collect::<Vec<_>>().join("/"))
}

fn short(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;

    fn request(path: &str) -> LoggedRequest {
        LoggedRequest {
            number: 0,
            at: 1_700_000_000,
            method: "GET".into(),
            host: "localhost".into(),
            path: path.into(),
            application: Some("app".into()),
            decision: "proxied".into(),
            reason: "session".into(),
            status: 200,
            kid: None,
            who: Some("ada@example.com".into()),
        }
    }

    fn numbers(requests: &[LoggedRequest]) -> Vec<u64> {
        requests.iter().map(|request| request.number).collect()
    }

    #[test]
    fn the_last_thousand_are_kept_and_numbers_go_on() {
        let log = RequestLog::default();
        assert!(log.after(0).is_empty());
        for index in 1..=1_003 {
            log.push(request(&format!("/{index}")));
        }
        let all = log.after(0);
        assert_eq!(numbers(&all), (4..=1_003).collect::<Vec<_>>());
        assert_eq!(all[0].path, "/4");
        assert_eq!(numbers(&log.after(1_001)), [1_002, 1_003]);
        assert!(log.after(1_003).is_empty() && log.after(u64::MAX).is_empty());
    }

    #[test]
    fn numbers_are_unique_under_many_threads() {
        let log = RequestLog::default();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| log.push(request("/"))));
            }
        });
        assert_eq!(numbers(&log.after(0)), (1..=800).collect::<Vec<_>>());
    }

    #[test]
    fn queries_and_tokens_are_not_kept() {
        let log = RequestLog::default();
        let secret = format!("local_{}", "A".repeat(43));
        log.push(request("/a?token=eyJhbGciOiJSUzI1NiJ9"));
        log.push(request("/a#eyJhbGciOiJSUzI1NiJ9"));
        log.push(request("/eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln/b"));
        log.push(request(&format!("/x={secret}")));
        log.push(request(&format!("/{}", "a".repeat(9_000))));
        let paths: Vec<String> = log.after(0).into_iter().map(|request| request.path).collect();
        assert_eq!(paths[..4], ["/a", "/a", "/(a token)/b", "/(a token)"]);
        assert_eq!(paths[4].len(), TEXT_CHARS_MAX);
    }

    #[tokio::test]
    async fn who_waits_gets_the_next_one_at_once() {
        let log = Arc::new(RequestLog::default());
        log.push(request("/1"));
        let long = Duration::from_secs(60);
        assert_eq!(numbers(&log.wait_after(0, long).await), [1]);
        let waiting = tokio::spawn({
            let log = Arc::clone(&log);
            async move { log.wait_after(1, long).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!waiting.is_finished());
        let start = Instant::now();
        log.push(request("/2"));
        assert_eq!(numbers(&waiting.await.expect("the task ends")), [2]);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_asked() {
        let log = RequestLog::default();
        assert!(log.wait_after(0, Duration::from_millis(10)).await.is_empty());
    }
}
