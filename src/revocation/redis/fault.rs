//! Why the server did not do what it was asked. No text contains what the server said, which may name a user.

use std::io;

use redis::ServerError;

use super::super::store::StoreError;
use crate::net::explain_tls;

pub(super) enum Fault {
    /// Another node of the cluster has the keys. An empty host is the one that was asked.
    Moved {
        host: String,
        port: u16,
    },
    /// The server does not know the script.
    NoScript,
    Store(StoreError),
}

/// Whether a fault passes by itself.
#[derive(Clone, Copy)]
enum Passing {
    Yes,
    No,
}

const CODES: [(&str, Passing, &str); 19] = [
    ("ERR", Passing::No, "it does not know what it was asked"),
    ("LOADING", Passing::Yes, "it is reading its data after a start"),
    ("READONLY", Passing::Yes, "it is a replica and takes no writes"),
    ("MASTERDOWN", Passing::Yes, "it is a replica without its primary"),
    ("CLUSTERDOWN", Passing::Yes, "its cluster is not complete"),
    ("BUSY", Passing::Yes, "a script keeps it busy"),
    ("OOM", Passing::Yes, "it has no memory left below its maxmemory"),
    ("MISCONF", Passing::Yes, "it cannot save its data and takes no writes"),
    ("NOREPLICAS", Passing::Yes, "it takes no writes without more replicas"),
    ("MAXCLIENTS", Passing::Yes, "it takes no more connections"),
    ("MOVED", Passing::Yes, "another node of its cluster has the keys"),
    ("ASK", Passing::Yes, "the keys are on their way to another node of its cluster"),
    ("TRYAGAIN", Passing::Yes, "the keys are on their way to another node of its cluster"),
    ("NOAUTH", Passing::No, "it requires a password"),
    ("WRONGPASS", Passing::No, "it does not know the user with this password"),
    ("NOPERM", Passing::No, "its ACL does not allow the user what is needed"),
    ("WRONGTYPE", Passing::No, "a key of the store is of another type"),
    ("DENIED", Passing::No, "it is in protected mode"),
    ("CROSSSLOT", Passing::No, "the keys of the store are not in one slot"),
];

impl Fault {
    pub(super) fn unavailable(reason: impl Into<String>) -> Fault {
        Fault::Store(StoreError::Unavailable(reason.into()))
    }

    pub(super) fn refused(reason: impl Into<String>) -> Fault {
        Fault::Store(StoreError::Refused(reason.into()))
    }

    pub(super) fn unexpected() -> Fault {
        Fault::refused("the store did not answer as Redis does")
    }

    pub(super) fn timed_out() -> Fault {
        Fault::unavailable("the store did not answer in time")
    }

    pub(super) fn of_server(error: &ServerError) -> Fault {
        let detail = error.details().unwrap_or_default();
        match error.code() {
            "NOSCRIPT" => Fault::NoScript,
            "MOVED" => moved(detail).unwrap_or_else(|| answered("MOVED")),
            "ERR" => answered(hidden_code(detail).unwrap_or("ERR")),
            code => answered(code),
        }
    }

    pub(super) fn of_io(error: &io::Error) -> Fault {
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
            return Fault::refused(explain_tls("the store", error, "set ca_file to it"));
        }
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::timed_out(),
            io::ErrorKind::ConnectionRefused => Fault::unavailable("the store refused the connection"),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Fault::unavailable("the store closed the connection"),
            _ => Fault::unavailable(format!("no connection to the store: {error}")),
        }
    }

    /// Where nothing more can be done about it.
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Fault::Store(error) => error,
            Fault::Moved { .. } => error_of("MOVED"),
            Fault::NoScript => StoreError::Refused("the store answered NOSCRIPT to a script".to_owned()),
        }
    }
}

/// Errors whose code comes later, or that have only words.
fn hidden_code(detail: &str) -> Option<&str> {
    const WORDS: [(&str, &str); 4] = [
        ("unauthenticated", "NOAUTH"),
        ("The user executing the script", "NOPERM"),
        ("ACL failure in script", "NOPERM"),
        ("max number of clients", "MAXCLIENTS"),
    ];
    let words = WORDS.iter().find(|(words, _)| detail.contains(words)).map(|(_, code)| *code);
    // Redis 6 puts words of its own before the error of a command in a script, with or without the dash of an error.
    let mut later = detail.split(' ').map(|word| word.trim_start_matches('-'));
    words.or_else(|| later.find(|word| known(word).is_some()))
}

fn known(code: &str) -> Option<&'static (&'static str, Passing, &'static str)> {
    CODES.iter().find(|(known, ..)| *known == code)
}

fn answered(code: &str) -> Fault {
    Fault::Store(error_of(code))
}

fn error_of(code: &str) -> StoreError {
    match known(code) {
        Some((code, Passing::Yes, why)) => {
            StoreError::Unavailable(format!("the store answered {code}: {why}"))
        }
        Some((code, Passing::No, why)) => StoreError::Refused(format!("the store answered {code}: {why}")),
        None => StoreError::Unavailable("the store answered with an error that is not known".to_owned()),
    }
}

/// From `3999 127.0.0.1:6381`; an unknown host is `?`.
fn moved(detail: &str) -> Option<Fault> {
    let (_slot, place) = detail.split_once(' ')?;
    let (host, port) = place.rsplit_once(':')?;
    let host = if host == "?" { "" } else { host };
    Some(Fault::Moved { host: host.to_owned(), port: port.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use redis::{Value, parse_redis_value};

    use super::*;

    fn error_of(answer: &str) -> StoreError {
        let Ok(Value::ServerError(error)) = parse_redis_value(format!("-{answer}\r\n").as_bytes()) else {
            panic!("{answer}")
        };
        Fault::of_server(&error).into_error()
    }

    #[test]
    fn errors_that_pass_are_told_from_those_that_do_not() {
        for (answer, code) in [
            ("LOADING Redis is loading the dataset in memory", "LOADING"),
            ("MISCONF Errors writing to the AOF file", "MISCONF"),
            ("ERR max number of clients reached", "MAXCLIENTS"),
            ("ERR unknown command", "ERR"),
            ("ERR Error running script (call to f_ab): @user_script:9: OOM command not allowed", "OOM"),
            (
                "ERR Error running script (call to f_ab): @user_script:9: @user_script: 9: -READONLY You",
                "READONLY",
            ),
            ("MOVED nonsense", "MOVED"),
            ("MOVED 1 127.0.0.1:7000", "MOVED"),
        ] {
            let error = error_of(answer);
            let is_passing = code != "ERR";
            assert_eq!(matches!(error, StoreError::Unavailable(_)), is_passing, "{answer}: {error:?}");
            assert!(error.reason().starts_with(&format!("the store answered {code}: ")), "{error:?}");
        }
    }

    #[test]
    fn what_the_server_says_is_not_handed_on() {
        for (answer, code) in [
            ("WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS"),
            ("NOPERM User secret has no permissions to run the 'evalsha' command", "NOPERM"),
            ("ERR The user executing the script can't run this command or subcommand secret", "NOPERM"),
            (
                "ERR ACL failure in script: User secret has no permissions to run the 'zcard' command",
                "NOPERM",
            ),
            ("ERR Protocol error: unauthenticated multibulk length", "NOAUTH"),
            ("ERR unknown command 'secret'", "ERR"),
            ("NOSCRIPT secret", "NOSCRIPT"),
        ] {
            let error = error_of(answer);
            assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
            assert!(error.reason().starts_with(&format!("the store answered {code}")), "{error:?}");
            assert!(!error.reason().contains("secret"), "{error:?}");
        }
        assert!(!error_of("SECRET is secret").reason().to_lowercase().contains("secret"));
    }
}
