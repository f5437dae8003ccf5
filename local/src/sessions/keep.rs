//! Sessions in the state folder.

use std::time::Duration;

use super::Sessions;
use crate::state::{State, StateError};

const FILE: &str = "sessions";
/// Changes within this time are written together.
const GATHERED: Duration = Duration::from_millis(100);

impl Sessions {
    /// Those that were kept, if any were.
    pub(crate) fn open(state: &State) -> Result<Sessions, StateError> {
        let sessions = Sessions::default();
        if let Some(saved) = state.read(FILE)? {
            let restored = sessions.restore(&saved);
            restored
                .map_err(|_| StateError(format!("the state folder's file {FILE:?} holds no sessions")))?;
        }
        Ok(sessions)
    }

    /// Writes each change down, as long as it is polled.
    pub(crate) async fn keep(&self, state: &State) {
        loop {
            self.changed.notified().await;
            tokio::time::sleep(GATHERED).await;
            self.save(state);
        }
    }

    /// Writes them down as they are now.
    pub(crate) fn save(&self, state: &State) {
        // Sessions that cannot be kept still run; the next change is written again.
        let _ = state.write(FILE, &self.saved());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{Begun, Scope};

    #[tokio::test]
    async fn sessions_are_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state")).unwrap();
        let sessions = Sessions::open(&state).unwrap();
        let begun = Begun { scope: Scope::Global, email: "ada@example.com", issued: 100, expires: 200 };
        tokio::select! {
            () = sessions.keep(&state) => {}
            () = async {
                sessions.begin(begun);
                while state.read(FILE).unwrap().is_none() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            } => {}
        }
        assert_eq!(Sessions::open(&state).unwrap().overviews(150), sessions.overviews(150));
        state.write(FILE, b"[]").unwrap();
        assert!(Sessions::open(&state).is_err());
    }
}
