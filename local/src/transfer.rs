//! Tokens on their way to cloudflared: approved in a browser, fetched by the program that waits for them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How long approved tokens wait for the program: as long as it asks.
const KEPT: Duration = Duration::from_secs(600);
const CAPACITY: usize = 100;

/// What was approved.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Approved {
    pub(crate) app_token: String,
    /// Of the global session, where the program asked for it.
    pub(crate) org_token: Option<String>,
}

/// What waits to be fetched, by the public key of the program that will.
#[derive(Default)]
pub(crate) struct Transfers {
    waiting: Mutex<HashMap<String, (Instant, Approved)>>,
    approved: Notify,
}

impl Transfers {
    /// Keeps tokens for the holder of this key.
    pub(crate) fn approve(&self, key: &str, app_token: String, org_token: Option<String>) {
        let mut waiting = self.waiting();
        waiting.retain(|_, (at, _)| at.elapsed() < KEPT);
        if waiting.len() >= CAPACITY {
            let oldest = waiting.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone());
            oldest.map(|key| waiting.remove(&key));
        }
        waiting.insert(key.to_owned(), (Instant::now(), Approved { app_token, org_token }));
        drop(waiting);
        self.approved.notify_waiters();
    }

    /// Hands the tokens for this key out, once. Waits for them for at most `timeout`.
    pub(crate) async fn wait(&self, key: &str, timeout: Duration) -> Option<Approved> {
        tokio::time::timeout(timeout, async {
            loop {
                let approved = self.approved.notified();
                tokio::pin!(approved);
                // From here on no approval is missed.
                approved.as_mut().enable();
                if let Some(tokens) = self.take(key) {
                    return tokens;
                }
                approved.await;
            }
        })
        .await
        .ok()
    }

    pub(crate) fn clear(&self) {
        self.waiting().clear();
    }

    fn take(&self, key: &str) -> Option<Approved> {
        let (at, tokens) = self.waiting().remove(key)?;
        (at.elapsed() < KEPT).then_some(tokens)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, (Instant, Approved)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn tokens_are_handed_out_once_and_to_their_key_alone() {
        let transfers = Transfers::default();
        transfers.approve("key", "app".into(), Some("org".into()));
        assert!(transfers.wait("other", Duration::from_millis(1)).await.is_none());
        let tokens = transfers.wait("key", Duration::ZERO).await.unwrap();
        assert!(tokens.app_token == "app" && tokens.org_token.as_deref() == Some("org"));
        assert!(transfers.wait("key", Duration::from_millis(1)).await.is_none());
    }

    #[tokio::test]
    async fn who_waits_gets_them_when_they_are_approved() {
        let transfers = Arc::new(Transfers::default());
        let waiting = Arc::clone(&transfers);
        let waiter = tokio::spawn(async move { waiting.wait("key", Duration::from_secs(60)).await });
        tokio::task::yield_now().await;
        transfers.approve("key", "app".into(), None);
        assert!(waiter.await.unwrap().is_some_and(|tokens| tokens.app_token == "app"));
    }

    #[test]
    fn their_number_is_bounded() {
        let transfers = Transfers::default();
        for number in 0..CAPACITY + 50 {
            transfers.approve(&number.to_string(), "app".into(), None);
        }
        assert_eq!(transfers.waiting().len(), CAPACITY);
        assert!(transfers.take(&(CAPACITY + 49).to_string()).is_some());
    }
}
