//! The URL of a store.

use std::borrow::Cow;
use std::path::PathBuf;

use redis::{ConnectionAddr, IntoConnectionInfo, parse_redis_url};

use crate::status::{Refusal, Status};

/// Where the server is, who logs in, and what else the URL asks for. It has no `Debug`, since it holds a password.
pub(super) struct Address {
    pub(super) place: Place,
    pub(super) is_tls: bool,
    pub(super) login: Option<Login>,
    pub(super) database: i64,
    /// How many replicas a write waits for.
    pub(super) wait_replicas: Option<u32>,
    /// Whether an empty store is refused.
    pub(super) require_initialised: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Host {
        host: String,
        port: u16,
    },
    #[cfg_attr(not(unix), allow(dead_code))]
    Socket(PathBuf),
}

pub(super) struct Login {
    pub(super) user: Option<String>,
    pub(super) password: String,
}

/// What may follow the question mark, and, in the URL of a socket, who logs in.
const PARAMETERS: [&str; 2] = ["wait_replicas", "require_initialised"];
const OF_SOCKETS: [&str; 3] = ["db", "user", "pass"];
const REPLICAS_MAX: u32 = 16;

impl Address {
    pub(super) fn parse(url: &str) -> Result<Address, Refusal> {
        let mut parsed = parse_redis_url(url).ok_or_else(unreadable)?;
        let is_tls = parsed.scheme() == "rediss";
        let is_socket = parsed.scheme() == "redis+unix";
        if parsed.fragment().is_some() {
            return Err(invalid("the URL of the store has a #, which says nothing; in a password it is %23"));
        }
        let mut wait_replicas = None;
        let mut require_initialised = None;
        let mut names = Vec::new();
        for (name, value) in parsed.query_pairs() {
            if names.contains(&name) {
                return Err(invalid("the URL of the store has a parameter twice"));
            }
            match &*name {
                "wait_replicas" => wait_replicas = Some(replicas(&value)?),
                "require_initialised" => require_initialised = Some(truth(&value)?),
                name if is_socket && OF_SOCKETS.contains(&name) => {}
                _ => return Err(unknown_parameter(is_socket)),
            }
            names.push(name);
        }
        if is_tls {
            // The crate connects without TLS, which is added here.
            parsed.set_scheme("redis").map_err(|()| unreadable())?;
        }
        let info = parsed.into_connection_info().map_err(|_| unreadable())?;
        let place = match info.addr() {
            ConnectionAddr::Tcp(host, port) if *port != 0 => Place::Host { host: host.clone(), port: *port },
            ConnectionAddr::Unix(path) => Place::Socket(path.clone()),
            _ => return Err(unreadable()),
        };
        let settings = info.redis_settings();
        let login = match (settings.username(), settings.password()) {
            (None, None) => None,
            (user, password) => Some(Login {
                user: user.map(str::to_owned),
                password: password.unwrap_or_default().to_owned(),
            }),
        };
        let database = settings.db();
        if database < 0 {
            return Err(unreadable());
        }
        let require_initialised = require_initialised.unwrap_or_default();
        Ok(Address { place, is_tls, login, database, wait_replicas, require_initialised })
    }
}

fn replicas(value: &str) -> Result<u32, Refusal> {
    let replicas = value.parse().ok().filter(|replicas| (1..=REPLICAS_MAX).contains(replicas));
    replicas.ok_or_else(|| invalid(format!("wait_replicas must be 1 to {REPLICAS_MAX}")))
}

fn truth(value: &str) -> Result<bool, Refusal> {
    value.parse().map_err(|_| invalid("require_initialised must be true or false"))
}

fn unknown_parameter(is_socket: bool) -> Refusal {
    let mut known = PARAMETERS.to_vec();
    if is_socket {
        known.extend(OF_SOCKETS);
    }
    invalid(format!("the URL of the store has a parameter that is none of {}", known.join(", ")))
}

fn unreadable() -> Refusal {
    invalid(
        "the URL of the store cannot be read; expected redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], rediss: \
         likewise, or redis+unix:///PATH[?user=USER&pass=PASSWORD&db=DATABASE]; special characters are \
         percent-encoded",
    )
}

fn invalid(message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(Status::InvalidConfig, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(host: &str, port: u16) -> Place {
        Place::Host { host: host.to_owned(), port }
    }

    #[test]
    fn a_url_says_where_the_server_is_and_who_logs_in() {
        for (url, place, is_tls, user, password, database) in [
            ("redis://redis.example", host("redis.example", 6379), false, None, None, 0),
            ("rediss://redis.example:6380/3", host("redis.example", 6380), true, None, None, 3),
            ("redis://:p%40ss%2F@[::1]:1", host("::1", 1), false, None, Some("p@ss/"), 0),
            ("redis://ops:a%23b@10.0.0.1", host("10.0.0.1", 6379), false, Some("ops"), Some("a#b"), 0),
            ("redis://ops@h", host("h", 6379), false, Some("ops"), Some(""), 0),
            (
                "redis+unix:///run/a%20b.sock?db=2&user=ops&pass=x%26y",
                Place::Socket("/run/a b.sock".into()),
                false,
                Some("ops"),
                Some("x&y"),
                2,
            ),
        ] {
            let address = Address::parse(url).unwrap_or_else(|refusal| panic!("{url}: {refusal}"));
            assert_eq!(
                (&address.place, address.is_tls, address.database),
                (&place, is_tls, database),
                "{url}"
            );
            let login = address.login.as_ref();
            assert_eq!(login.and_then(|login| login.user.as_deref()), user, "{url}");
            assert_eq!(login.map(|login| &*login.password), password, "{url}");
        }
    }

    #[test]
    fn parameters_ask_for_more() {
        let plain = Address::parse("redis://h").unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!((plain.wait_replicas, plain.require_initialised), (None, false));
        let url = "redis+unix:///s?require_initialised=true&wait_replicas=2";
        let asking = Address::parse(url).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!((asking.wait_replicas, asking.require_initialised), (Some(2), true));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_the_url() {
        for url in [
            "redis://",
            "redis://h:0",
            "redis://secret:pass:word@h:port",
            "redis://:secret/word@h",
            "redis://h/secret",
            "redis://h/-1",
            "rediss://:secret@h#insecure",
            "redis://:secret#word@h",
            "redis://h?protocol=resp3&secret=1",
            "redis://h?secret",
            "redis://h?db=1",
            "redis://h?wait_replicas=0",
            "redis://h?wait_replicas=secret",
            "redis://h?wait_replicas=1&wait_replicas=2",
            "redis://h?require_initialised=secret",
            "redis://0.0.0.0",
            "redis+unix://secret/s",
            "redis+unix:///s?password=secret",
        ] {
            let refusal = Address::parse(url).map(drop).expect_err(url);
            assert_eq!(refusal.status(), Status::InvalidConfig, "{url}");
            assert!(!refusal.message().contains("secret"), "{url}: {refusal}");
        }
    }
}
