//! Why there is no Access.

use crate::config::ConfigError;
use crate::keys::KeyError;
use crate::server::StartError;
use crate::state::StateError;

/// Why it did not start, or ended: one line.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The options are wrong, or do not fit together.
    Usage(String),
    /// The configuration is wrong.
    Config(String),
    /// Something else keeps it from running, such as a port that is taken.
    NotStarted(String),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::Config(error.0)
    }
}

/// A folder that others may enter is the user's to mend, as a wrong option is.
impl From<StateError> for Failure {
    fn from(error: StateError) -> Failure {
        Failure::Usage(error.0)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Failure {
        Failure::NotStarted(error.0)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Failure {
        Failure::NotStarted(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        Failure::NotStarted(format!("cannot write JSON: {error}"))
    }
}
