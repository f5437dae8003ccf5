//! The path of a request, and whether it has one meaning only.

use std::borrow::Cow;

/// The path that the application routes on. It is compared without its first slash: a server that strips a prefix may
/// leave `admin` where the application sees `/admin`, and an empty path where it sees `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path<'a>(&'a [u8]);

/// A path of a configuration, without its first slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConfiguredPath(Box<[u8]>);

impl<'a> Path<'a> {
    pub(super) fn new(path: &'a [u8]) -> Path<'a> {
        Path(path)
    }

    fn below_root(self) -> &'a [u8] {
        self.0.strip_prefix(b"/").unwrap_or(self.0)
    }

    /// Whether no application, proxy or file system could take it for another path. The raw target shows what decoding
    /// hides, such as an encoded slash.
    pub(super) fn is_clean(self, raw_target: Option<&[u8]>) -> bool {
        self.has_one_meaning() && raw_target.is_none_or(|target| Target::parse(target).is_some())
    }

    fn has_one_meaning(self) -> bool {
        self.0 != b"*" && self.has_plain_characters() && self.has_plain_segments()
    }

    fn has_plain_characters(self) -> bool {
        // Servers put U+FFFD in place of bytes that are not UTF-8.
        let is_plain = |character: char| {
            !character.is_control() && character != '\\' && character != char::REPLACEMENT_CHARACTER
        };
        std::str::from_utf8(self.0).is_ok_and(|text| text.chars().all(is_plain))
            && !self.0.windows(3).any(is_escape)
    }

    fn has_plain_segments(self) -> bool {
        let mut segments = self.below_root().split(|&byte| byte == b'/').peekable();
        while let Some(segment) = segments.next() {
            // Some servers drop what follows a semicolon before they resolve dots.
            let name = segment.split(|&byte| byte == b';').next().unwrap_or_default();
            let is_last = segments.peek().is_none();
            if name == b"." || name == b".." || (segment.is_empty() && !is_last) {
                return false;
            }
        }
        true
    }
}

impl ConfiguredPath {
    /// `None` for a path that does not begin with a slash or is not clean, and for one with `*`, `?` or `#`, which
    /// suggest a pattern or a URL.
    pub(super) fn parse(text: &str) -> Option<ConfiguredPath> {
        let path = Path(text.as_bytes());
        let is_literal = text.starts_with('/') && !text.contains(['*', '?', '#']);
        (is_literal && path.is_clean(None)).then(|| ConfiguredPath(path.below_root().into()))
    }

    /// The same for a prefix, whose final slash is insignificant.
    pub(super) fn parse_prefix(text: &str) -> Option<ConfiguredPath> {
        let ConfiguredPath(path) = ConfiguredPath::parse(text)?;
        Some(ConfiguredPath(path.strip_suffix(b"/").unwrap_or(&path).into()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is(&self, path: Path<'_>) -> bool {
        *self.0 == *path.below_root()
    }

    /// Whether it ends where a segment of the path ends.
    pub(super) fn covers(&self, path: Path<'_>) -> bool {
        self.is_root()
            || path.below_root().strip_prefix(&*self.0).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
    }
}

/// The path of a request target (RFC 9112 section 3.2), decoded, and clean.
pub(super) struct Target<'a>(Cow<'a, [u8]>);

impl<'a> Target<'a> {
    /// `None` if the target has no path, or an unclean one.
    pub(super) fn parse(target: &'a [u8]) -> Option<Target<'a>> {
        let path = path_of(target)?;
        let decoded = decode(path)?;
        Path::new(&decoded).is_clean(None).then_some(Target(decoded))
    }

    /// The path that the application routes on, for when the target is unknown.
    pub(super) fn of_path(path: Path<'_>) -> Option<Target<'static>> {
        let whole = [b"/", path.below_root()].concat();
        path.is_clean(None).then_some(Target(whole.into()))
    }

    /// The path, encoded for a URL and once more for a query parameter.
    pub(super) fn encode_twice(&self) -> String {
        let mut encoded = String::with_capacity(3 * self.0.len());
        for &byte in &*self.0 {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(byte.into())
                }
                // RFC 3986 section 3.3 allows these in a path.
                b'/' | b';' | b':' | b'@' | b'=' | b'+' | b'$' | b',' | b'&' | b'!' | b'*' | b'\'' | b'('
                | b')' => {
                    encoded.push_str(&format!("%{byte:02X}"));
                }
                _ => encoded.push_str(&format!("%25{byte:02X}")),
            }
        }
        encoded
    }
}

/// The authority of a target in absolute-form, which clients send to proxies.
pub(super) fn authority_of(target: &[u8]) -> Option<&[u8]> {
    split_absolute(target).map(|(authority, _)| authority)
}

/// The path of a target in origin-form or absolute-form, without the query.
fn path_of(target: &[u8]) -> Option<&[u8]> {
    let whole = match target {
        [b'/', ..] => target,
        _ => split_absolute(target)?.1,
    };
    let path = whole.split(|&byte| byte == b'?').next()?;
    Some(if path.is_empty() { b"/" } else { path })
}

/// The authority of a target in absolute-form, and what follows it.
fn split_absolute(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_scheme =
        |scheme: &&[u8]| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let scheme = [b"http://".as_slice(), b"https://"].into_iter().find(is_scheme)?;
    let rest = target.get(scheme.len()..)?;
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    rest.split_at_checked(end)
}

/// Decodes percent-encoding once. `None` if an escape is incomplete or encodes a slash or backslash, and for a
/// fragment, which no target has.
fn decode(path: &[u8]) -> Option<Cow<'_, [u8]>> {
    if path.contains(&b'#') {
        return None;
    }
    if !path.contains(&b'%') {
        return Some(path.into());
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let escape = rest.get(..3).filter(|escape| is_escape(escape))?;
            let digits = std::str::from_utf8(escape.get(1..)?).ok()?;
            let byte = u8::from_str_radix(digits, 16).ok()?;
            if byte == b'/' || byte == b'\\' {
                return None;
            }
            decoded.push(byte);
            rest = rest.get(3..)?;
        } else {
            decoded.push(*first);
            rest = tail;
        }
    }
    Some(decoded.into())
}

fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}
