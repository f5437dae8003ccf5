//! Where an application is: a host, and perhaps a path.

/// Names that no public host has (RFC 2606, RFC 6761, and `.internal` by ICANN's resolution 2024.07.29.06).
const EXACT_ENDINGS: [&str; 4] = [".test", ".localhost", ".internal", ".example"];
const PLAIN_ENDING: &str = ".localhost";

/// `HOST` or `HOST/PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Domain {
    /// Lower case, without port.
    pub(crate) host: String,
    pub(crate) path: PathPattern,
}

/// The paths of an application: everything at and below a path. A `*` stands for any part of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathPattern(String);

impl Domain {
    /// A domain of the configuration. Only hosts that cannot be anybody's are taken: on the plain face those that
    /// browsers look for on this computer.
    pub(crate) fn parse(text: &str, face_is_exact: bool) -> Result<Domain, String> {
        let (host, path) = text.split_at_checked(text.find('/').unwrap_or(text.len())).unwrap_or((text, ""));
        if text.contains("://") {
            return Err(format!("{text:?} has a scheme; write only the host, and a path if there is one"));
        }
        let host = host.to_ascii_lowercase();
        if host.contains(':') {
            return Err(format!("{text:?} has a port; the port is that of --port"));
        }
        check_host(&host, face_is_exact)?;
        Ok(Domain { host, path: PathPattern::parse(path)? })
    }

    /// Where an application is that says nothing of it.
    pub(crate) fn of_name(name: &str, face_is_exact: bool) -> Result<Domain, String> {
        let ending = if face_is_exact { ".cfaccess.test" } else { PLAIN_ENDING };
        if !is_label(&name.to_ascii_lowercase()) {
            return Err(format!("is missing, and {name:?} cannot be part of a host name"));
        }
        Domain::parse(&format!("{name}{ending}"), face_is_exact)
    }

    /// `localhost` itself, which is for a configuration with one host.
    pub(crate) fn is_plain_localhost(&self) -> bool {
        self.host == "localhost"
    }
}

fn check_host(host: &str, face_is_exact: bool) -> Result<(), String> {
    if host.contains('*') {
        return Err(format!("{host:?} has a wildcard; only paths can have them"));
    }
    if host.is_empty() || host.len() > 253 || !host.split('.').all(is_label) {
        return Err(format!("{host:?} is no host name"));
    }
    let under = |ending: &str| host.strip_suffix(ending).is_some_and(|rest| !rest.is_empty());
    match face_is_exact {
        true if EXACT_ENDINGS.into_iter().any(under) => Ok(()),
        true => Err(format!("{host:?} is not under .test, .localhost, .internal or .example")),
        false if host == "localhost" || under(PLAIN_ENDING) => Ok(()),
        false => Err(format!("{host:?} is not under .localhost; other names need --tls")),
    }
}

/// A part of a host name, in lower case (RFC 1123 section 2.1).
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl PathPattern {
    /// What follows the host in a domain: nothing, or a path, whose last slash says nothing.
    fn parse(path: &str) -> Result<PathPattern, String> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let Some(below) = path.strip_prefix('/') else { return Ok(PathPattern::all()) };
        if below.contains(['?', '#', '%', '\\']) || below.chars().any(char::is_control) {
            return Err(format!(
                "the path {path:?} has one of ? # % \\; write it decoded, and without a query"
            ));
        }
        if below.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(format!("the path {path:?} has an empty segment, or one of dots"));
        }
        if below.split('/').next() == Some("cdn-cgi") {
            return Err(format!("the path {path:?} is Access's own"));
        }
        Ok(PathPattern::new(path))
    }

    /// The whole host.
    pub(crate) fn all() -> PathPattern {
        PathPattern(String::new())
    }

    /// `path` begins with a slash, and does not end with one.
    pub(crate) fn new(path: &str) -> PathPattern {
        PathPattern(path.to_owned())
    }

    /// As it is in the configuration: empty for the whole host.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is before the first wildcard, in whole segments: empty, or a path that does not end with a slash.
    pub(crate) fn folder(&self) -> &str {
        match self.0.split_once('*') {
            None => &self.0,
            Some((fixed, _)) => fixed.rsplit_once('/').map_or("", |(folder, _)| folder),
        }
    }

    /// Whether a decoded and normalised path belongs to it.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        self.0.split('/').all(|wanted| segments.next().is_some_and(|segment| glob(wanted, segment)))
    }

    /// The longer one goes before, and of two as long ones that without a wildcard.
    pub(crate) fn rank(&self) -> (usize, usize) {
        (self.0.split('/').count(), self.0.chars().filter(|character| *character != '*').count())
    }
}

/// Whether `*` in `pattern`, which stands for anything, can be filled in so that it is `text`.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_and_path(text: &str, face_is_exact: bool) -> Option<(String, String)> {
        let domain = Domain::parse(text, face_is_exact).ok()?;
        Some((domain.host, domain.path.0))
    }

    #[test]
    fn a_domain_is_a_host_and_perhaps_a_path() {
        for (text, host, path) in [
            ("localhost", "localhost", ""),
            ("localhost/", "localhost", ""),
            ("Wiki.LOCALHOST", "wiki.localhost", ""),
            ("a.b.localhost/admin/", "a.b.localhost", "/admin"),
            ("wiki.localhost/*/api-*", "wiki.localhost", "/*/api-*"),
        ] {
            assert_eq!(host_and_path(text, false), Some((host.into(), path.into())), "{text}");
        }
        for host in ["app.cfaccess.test", "app.localhost", "app.internal", "a.b.example", "1.test"] {
            assert_eq!(host_and_path(host, true), Some((host.into(), String::new())), "{host}");
        }
    }

    #[test]
    fn hosts_that_may_be_somebody_elses_are_refused() {
        for text in [
            "example.com",
            "wiki.test",
            "127.0.0.1",
            "[::1]",
            "localhost.evil.test",
            "evil-localhost",
            "",
            ".localhost",
            "localhost.",
            "a..localhost",
            "-a.localhost",
            "a_b.localhost",
            "*.localhost",
            "wiki.localhost:8780",
            "http://wiki.localhost",
            "ä.localhost",
            "user@a.localhost",
            " a.localhost",
            "/admin",
        ] {
            assert_eq!(host_and_path(text, false), None, "{text}");
        }
        for text in [
            "example.com",
            "test",
            "localhost",
            "cfaccess-local.cloudflareaccess.com",
            "test.com",
            "10.0.0.1",
            "login.cloudflareaccess.org",
            "app.cfaccess.test.",
            "notest",
        ] {
            assert_eq!(host_and_path(text, true), None, "{text}");
        }
        let long = format!("{}.test", vec!["a"; 130].join("."));
        assert_eq!(host_and_path(&long, true), None);
    }

    #[test]
    fn paths_are_written_as_they_are_matched() {
        for path in [
            "/a//b",
            "//",
            "/a/../b",
            "/.",
            "/a%2fb",
            "/a?b",
            "/a#b",
            "/a\\b",
            "/a\nb",
            "/cdn-cgi/x",
            "/cdn-cgi",
        ] {
            assert_eq!(host_and_path(&format!("localhost{path}"), false), None, "{path}");
        }
    }

    #[test]
    fn a_name_is_a_host_if_it_can_be() {
        assert_eq!(Domain::of_name("Wiki", false).map(|domain| domain.host), Ok("wiki.localhost".into()));
        assert_eq!(Domain::of_name("wiki", true).map(|domain| domain.host), Ok("wiki.cfaccess.test".into()));
        for name in ["our wiki", "a.b", "", "a/b"] {
            assert!(Domain::of_name(name, false).is_err(), "{name}");
        }
    }

    #[test]
    fn a_pattern_matches_its_path_and_everything_below() {
        let all = PathPattern::all();
        assert!(all.matches("/") && all.matches("/a/b"));
        let admin = PathPattern::new("/admin");
        assert!(admin.matches("/admin") && admin.matches("/admin/") && admin.matches("/admin/users"));
        assert!(!admin.matches("/administrator") && !admin.matches("/") && !admin.matches("/a/admin"));
    }

    #[test]
    fn a_star_stands_for_any_part_of_one_segment() {
        let pattern = PathPattern::new("/*/api-*");
        assert!(pattern.matches("/eu/api-v1") && pattern.matches("/eu/api-v1/users"));
        assert!(!pattern.matches("/eu/west/api-v1") && !pattern.matches("/eu/api"));
        assert!(glob("a*b*c", "a1b2c") && !glob("a*b*c", "a1c") && glob("*", ""));
    }

    #[test]
    fn the_longer_path_goes_first() {
        let ranks =
            ["", "/*", "/admin", "/admin/*", "/admin/users"].map(|path| PathPattern::new(path).rank());
        assert!(ranks.is_sorted());
    }
}
