//! Looks up host names through the system, which cannot be cut short: at most one lookup runs at a time, so
//! that threads do not pile up where names hang.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::ffi::system;

/// The lookups for one source.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameLookups(Arc<AtomicU64>);

/// Why there is no address.
#[derive(Debug)]
pub(crate) enum NoAddress {
    TimedOut,
    /// One sentence.
    Failed(NameNotResolved),
}

/// A host name without an address.
#[derive(Debug)]
pub(crate) struct NameNotResolved {
    host: String,
    reason: String,
}

impl NameLookups {
    pub(crate) fn look_up(
        &self,
        host: &str,
        port: u16,
        timeout: Duration,
    ) -> Result<Vec<SocketAddr>, NoAddress> {
        let failed = |reason: String| NoAddress::Failed(NameNotResolved { host: host.to_owned(), reason });
        let running = self.begin().ok_or_else(|| failed("an earlier lookup has not ended".to_owned()))?;
        let (sender, receiver) = sync_channel(1);
        let name = host.trim_matches(['[', ']']).to_owned();
        let look_up = move || {
            let addresses = (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
            drop(running);
            // Nobody listens any more if it came too late.
            let _ = sender.send(addresses);
        };
        // Signals are left to the threads of the program.
        let thread = thread::Builder::new().name("cfaccess-names".to_owned());
        let spawned = system::with_signals_blocked(|| thread.spawn(look_up));
        spawned.map_err(|error| failed(error.to_string()))?;
        match receiver.recv_timeout(timeout) {
            Ok(Ok(addresses)) => Ok(addresses),
            Ok(Err(error)) => Err(failed(reason_of(&error))),
            Err(RecvTimeoutError::Timeout) => Err(NoAddress::TimedOut),
            Err(RecvTimeoutError::Disconnected) => {
                Err(failed("the lookup ended without an answer".to_owned()))
            }
        }
    }

    /// None while another one runs. Those of a process go on in none of its children.
    fn begin(&self) -> Option<Running> {
        let mark = system::forks() + 1;
        let before = self.0.swap(mark, Ordering::AcqRel);
        (before != mark).then(|| Running { lookups: self.clone(), mark })
    }
}

/// A lookup that has not ended, marked with the forks before it.
struct Running {
    lookups: NameLookups,
    mark: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.lookups.0.compare_exchange(self.mark, 0, Ordering::AcqRel, Ordering::Relaxed);
    }
}

impl NameNotResolved {
    /// Why, without the name.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

fn reason_of(error: &io::Error) -> String {
    const PREFIX: &str = "failed to lookup address information: ";
    let text = error.to_string();
    text.strip_prefix(PREFIX).unwrap_or(&text).to_owned()
}

impl fmt::Display for NameNotResolved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the name {} does not resolve: {}", self.host, self.reason)
    }
}

impl std::error::Error for NameNotResolved {}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(20);

    #[test]
    fn an_address_is_its_own_name() {
        let lookups = NameLookups::default();
        for (host, expected) in [("127.0.0.1", "127.0.0.1:443"), ("[::1]", "[::1]:443")] {
            let found = lookups.look_up(host, 443, TIMEOUT).expect(host);
            assert_eq!(found, [expected.parse().expect("an address")]);
        }
    }

    #[test]
    fn one_look_up_runs_at_a_time() {
        let lookups = NameLookups::default();
        let running = lookups.begin().expect("the first");

        let refused = lookups.look_up("127.0.0.1", 443, TIMEOUT);

        let Err(NoAddress::Failed(reason)) = refused else { panic!("{refused:?}") };
        assert_eq!(
            reason.to_string(),
            "the name 127.0.0.1 does not resolve: an earlier lookup has not ended"
        );
        drop(running);
        assert!(lookups.look_up("127.0.0.1", 443, TIMEOUT).is_ok());
    }

    #[test]
    fn a_look_up_of_another_process_does_not_count() {
        let lookups = NameLookups::default();
        lookups.0.store(system::forks() + 2, Ordering::Relaxed);

        assert!(lookups.look_up("127.0.0.1", 443, TIMEOUT).is_ok());
    }
}
