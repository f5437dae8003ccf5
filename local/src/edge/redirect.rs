//! Where a login or logout may lead: to a path of the application that was asked for, or to one of our own hosts.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::config::Config;
use crate::face::Face;

/// The only path of this Access that a login leads back to.
pub(super) const APPROVAL_PATH: &str = "/cdn-cgi/access/cli";

/// The path and query of `target` at an application's origin; `/` for whatever is anywhere else, or might be read so.
pub(super) fn own_path(target: &str, origin: &str) -> String {
    let target = target.strip_prefix(origin).unwrap_or(target);
    path_within(target, origin).unwrap_or_else(|| "/".to_owned())
}

fn path_within(target: &str, origin: &str) -> Option<String> {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let is_suspect = |text: &str| {
        !text.starts_with('/')
            || text.starts_with("//")
            || text.contains('\\')
            || text.chars().any(char::is_control)
    };
    if is_suspect(path) || is_suspect(&decoded) || target.chars().any(char::is_control) {
        return None;
    }
    let base = Url::parse(origin).ok()?;
    let mut url = base.join(target).ok()?;
    url.set_fragment(None);
    if url.origin() != base.origin() || url.path().starts_with("//") {
        return None;
    }
    if url.path().starts_with("/cdn-cgi/") && url.path() != APPROVAL_PATH {
        return None;
    }
    Some(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

/// An address after logout, if it is at one of our hosts: an absolute one, or a path of the host itself.
pub(super) fn own_address(target: &str, here: &str, face: Face, config: &Config) -> Option<String> {
    if target.starts_with('/') {
        return path_within(target, here).map(|path| format!("{here}{path}"));
    }
    let hosts = config.applications.iter().map(|application| face.origin_of(&application.domain.host));
    let mut origins = hosts.chain([face.team_origin()]);
    origins.find_map(|origin| {
        let rest = target.strip_prefix(&origin)?;
        let path = if rest.is_empty() { "/" } else { rest };
        path_within(path, &origin).map(|path| format!("{origin}{path}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::samples;

    const ORIGIN: &str = "http://localhost:8780";

    #[test]
    fn a_path_of_the_application_is_kept() {
        for (target, path) in [
            ("/", "/"),
            ("/a/b?c=d&e=%2F", "/a/b?c=d&e=%2F"),
            ("/a?next=//evil.test", "/a?next=//evil.test"),
            ("http://localhost:8780/a?b", "/a?b"),
            ("/a#b", "/a"),
            ("/cdn-cgi/access/cli?aud=1", "/cdn-cgi/access/cli?aud=1"),
        ] {
            assert_eq!(own_path(target, ORIGIN), path, "{target}");
        }
    }

    #[test]
    fn everything_else_is_the_root() {
        for target in [
            "",
            "//evil",
            "/\\evil",
            "\\/evil",
            "/%5cevil",
            "/%2fevil",
            "/%2Fevil",
            "/.//evil",
            "/a/..//evil",
            "https:evil",
            "https://evil.test/",
            "http:/\\evil",
            "javascript:alert(1)",
            "http://localhost:8780@evil.test/",
            "http://localhost:87801/",
            "http://localhost:8780.evil.test/",
            "http://localhost:8781/",
            "/a\r\nSet-Cookie: b=c",
            "/a?b\r\nc",
            "/%0d%0aa",
            "\t//evil",
            "/\t/evil",
            "evil",
            "/cdn-cgi/access/logout",
            "/cdn-cgi/../cdn-cgi/access/logout",
        ] {
            assert_eq!(own_path(target, ORIGIN), "/", "{target:?}");
        }
    }

    #[test]
    fn a_logout_leads_to_our_own_hosts_alone() {
        let config = samples::config(&[samples::application("wiki", "wiki.localhost")]);
        let face = Face::Plain { port: 8780 };
        let address = |target: &str| own_address(target, "http://127.0.0.1:8780", face, &config);
        assert_eq!(address("http://wiki.localhost:8780").as_deref(), Some("http://wiki.localhost:8780/"));
        assert_eq!(
            address("http://wiki.localhost:8780/a?b").as_deref(),
            Some("http://wiki.localhost:8780/a?b")
        );
        assert_eq!(address("http://127.0.0.1:8780/").as_deref(), Some("http://127.0.0.1:8780/"));
        assert_eq!(address("/").as_deref(), Some("http://127.0.0.1:8780/"));
        for foreign in [
            "http://wiki.localhost:8780.evil.test/",
            "https://evil.test/",
            "//evil.test",
            "/\\evil",
            "javascript:1",
        ] {
            assert_eq!(address(foreign), None, "{foreign}");
        }
    }
}
