//! Reports what happens to a value.

use std::fmt;
use std::sync::Arc;

/// Receives each line of the log about keys or revocations. Called on any thread, and never with a token.
#[derive(Clone)]
pub struct LogFunction(Arc<Log>);

type Log = dyn Fn(LogLevel, &str) + Send + Sync;

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Keys came into force or changed, or a store answers again.
    Info,
    /// A fetch, the copy on disk or a store failed.
    Warning,
}

impl LogFunction {
    /// Takes a function of a level and a line.
    pub fn new(log: impl Fn(LogLevel, &str) + Send + Sync + 'static) -> LogFunction {
        LogFunction(Arc::new(log))
    }

    pub(crate) fn call(&self, level: LogLevel, line: &str) {
        (self.0)(level, line);
    }
}

impl fmt::Debug for LogFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LogFunction")
    }
}
