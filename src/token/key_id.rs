//! The name of a key (RFC 7515 section 4.1.4, RFC 7517 section 4.5).

use std::borrow::Cow;

use crate::ascii;

const KEY_ID_MAX: usize = 128;

/// A well-formed `kid`: 1 to 128 printable ASCII characters without space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyId<'a>(Cow<'a, str>);

impl<'a> KeyId<'a> {
    pub(crate) fn parse(text: Cow<'a, str>) -> Option<KeyId<'a>> {
        let well_formed = (1..=KEY_ID_MAX).contains(&text.len())
            && ascii::all(text.as_bytes(), |byte| byte.is_ascii_graphic());
        well_formed.then_some(KeyId(text))
    }

    pub(crate) fn into_owned(self) -> KeyId<'static> {
        KeyId(Cow::Owned(self.0.into_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it consists of hex digits, as those of Access do; only then does a refusal show it.
    pub(crate) fn is_hex(&self) -> bool {
        ascii::all(self.0.as_bytes(), |byte| byte.is_ascii_hexdigit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printable_and_bounded() {
        for text in ["a", "../../etc/passwd", &"k".repeat(128)] {
            assert!(KeyId::parse(text.into()).is_some(), "{text}");
        }
        for text in ["", "a b", "a\n", "a\0", "\u{e9}", "\u{1f511}", &"k".repeat(129)] {
            assert!(KeyId::parse(text.into()).is_none(), "{text}");
        }
    }
}
