//! Where the application under development listens.

use std::fmt;

/// `http://HOST:PORT`, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    /// A name or an address, as in a URL.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Upstream {
    pub(crate) fn parse(text: &str) -> Result<Upstream, String> {
        Upstream::read(text).ok_or_else(|| {
            format!("{text:?} is not of the form http://HOST:PORT, such as \"http://127.0.0.1:8000\"")
        })
    }

    /// `HOST:PORT`.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn read(text: &str) -> Option<Upstream> {
        let authority = text.strip_prefix("http://")?;
        let (host, port) = authority.rsplit_once(':')?;
        // A number as `parse` takes it may have a sign.
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let port = port.parse().ok().filter(|port| *port != 0)?;
        if host.is_empty() || host.contains(['/', '?', '#', '@', '\\', '%']) {
            return None;
        }
        // As browsers read it: numbers in all their spellings become an address, names become lower case.
        let host = url::Host::parse(host).ok()?.to_string();
        Some(Upstream { host, port })
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "http://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_host_with_a_port() {
        for (text, host, port) in [
            ("http://127.0.0.1:8000", "127.0.0.1", 8_000),
            ("http://LOCALHOST:1", "localhost", 1),
            ("http://[::1]:65535", "[::1]", 65_535),
            ("http://web:8080", "web", 8_080),
        ] {
            let upstream = Upstream::parse(text);
            assert_eq!(upstream, Ok(Upstream { host: host.into(), port }), "{text}");
        }
        assert_eq!(
            Upstream::parse("http://[::1]:80").map(|upstream| upstream.to_string()),
            Ok("http://[::1]:80".into())
        );
    }

    #[test]
    fn nothing_else_is_taken() {
        for text in [
            "",
            "http://",
            "http://web",
            "http://web:",
            "http://:80",
            "http://web:0",
            "http://web:65536",
            "http://web:+80",
            "http://web:80/",
            "http://web:80/api",
            "http://web:80?x",
            "http://web:80#x",
            "http://u:p@web:80",
            "https://web:443",
            "web:80",
            "HTTP://web:80",
            "http://we b:80",
            "http://::1:80",
            "http://web:8 0",
            "http://a/b:80",
            "http://a%2fb:80",
        ] {
            assert!(Upstream::parse(text).is_err(), "{text}");
        }
    }
}
