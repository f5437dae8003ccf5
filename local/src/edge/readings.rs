//! Which application a path belongs to, however the origin reads the path.
//!
//! Origins differ in whether `%2f` separates, `//` is one slash, `..` goes up, or `;` begins a parameter. A path that
//! belongs to one application by one reading and to another by the next has no right answer, and is refused: a path
//! that is bypassed must not lead to one that is not.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path that cannot be read without doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ambiguous;

/// A path of a request, by each reading that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Readings {
    /// Decoded and normalised.
    usual: String,
    others: Vec<String>,
}

impl Readings {
    pub(super) fn of(raw: &str) -> Result<Readings, Ambiguous> {
        let once = decode(raw)?;
        let usual = normalise(&once)?;
        let by_segment = decode(&raw.replace("%2f", "%252f").replace("%2F", "%252F"))?.into_owned();
        let mut others = vec![once.clone().into_owned(), normalise(&by_segment)?, by_segment];
        if let Ok(twice) = decode(&once) {
            others.push(normalise(&twice)?);
        }
        others.push(normalise(&once.replace('\\', "/"))?);
        others.push(normalise(&without_parameters(&once))?);
        others.retain(|other| *other != usual);
        Ok(Readings { usual, others })
    }

    /// The decoded, normalised path.
    pub(super) fn usual(&self) -> &str {
        &self.usual
    }

    /// What `question` says of each reading, if it says the same of all.
    pub(super) fn agree<T: PartialEq>(&self, question: impl Fn(&str) -> T) -> Result<T, Ambiguous> {
        let answer = question(&self.usual);
        if self.others.iter().all(|other| question(other) == answer) { Ok(answer) } else { Err(Ambiguous) }
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>, Ambiguous> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let escaped = after.as_bytes();
        if !matches!(escaped, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
            return Err(Ambiguous);
        }
        rest = after;
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| Ambiguous)?;
    if decoded.chars().any(char::is_control) { Err(Ambiguous) } else { Ok(decoded) }
}

/// Takes out empty and `.` segments, and lets `..` go up, but not above the root.
fn normalise(path: &str) -> Result<String, Ambiguous> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or(Ambiguous)?;
            }
            segment => segments.push(segment),
        }
    }
    let ends_open = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let mut normal = format!("/{}", segments.join("/"));
    if ends_open && !segments.is_empty() {
        normal.push('/');
    }
    Ok(normal)
}

fn without_parameters(path: &str) -> String {
    let segments: Vec<&str> =
        path.split('/').map(|segment| segment.split(';').next().unwrap_or_default()).collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_reading_is_decoded_and_normalised() {
        for (raw, usual) in [
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("/a//b", "/a/b"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/%2e%2e/b", "/b"),
            ("/a%2fb", "/a/b"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("/caf%C3%A9", "/café"),
            ("/a;b=1/c", "/a;b=1/c"),
        ] {
            assert_eq!(Readings::of(raw).map(|readings| readings.usual), Ok(usual.to_owned()), "{raw}");
        }
    }

    #[test]
    fn what_has_no_reading_is_refused() {
        for raw in
            ["/%", "/%4", "/%zz", "/%00", "/%0d%0a", "/%ff", "/..", "/a/../../b", "/%2e%2e/a", "/%252e%252e"]
        {
            assert_eq!(Readings::of(raw), Err(Ambiguous), "{raw}");
        }
    }

    #[test]
    fn readings_must_agree() {
        let is_public = |path: &str| path == "/public" || path.starts_with("/public/");
        for raw in [
            "/public/a",
            "/public",
            "/public/a%20b",
            "/public/a;b",
            "/public/a/../b",
            "/%70ublic/a",
            "/other/a%2fb",
        ] {
            assert!(Readings::of(raw).unwrap().agree(is_public).is_ok(), "{raw}");
        }
        for raw in [
            "/public/../admin",
            "/public/%2e%2e/admin",
            "/public/%252e%252e/admin",
            "/public%2fadmin",
            "/public%2f..%2fadmin",
            "//public/a",
            "/x/..//public",
            "/public/..;/admin",
            "/public;/a",
            "/public/..\\admin",
            "/public/%5c..%5c..%5cadmin",
        ] {
            assert_eq!(
                Readings::of(raw).and_then(|readings| readings.agree(is_public)),
                Err(Ambiguous),
                "{raw}"
            );
        }
    }
}
