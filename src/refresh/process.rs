//! Which process this is: a child goes on with the memory of its parent, and with none of its threads.

use crate::ffi::system;

/// A process. Two of different PID namespaces can have the same id, hence the count of forks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    id: u32,
    forks: u64,
}

impl Process {
    pub(crate) fn current() -> Process {
        Process { id: std::process::id(), forks: system::forks() }
    }

    pub(crate) fn is_current(self) -> bool {
        self == Process::current()
    }
}

#[cfg(test)]
impl Process {
    /// One that this is not.
    pub(crate) fn other() -> Process {
        Process { id: 0, forks: 0 }
    }
}
