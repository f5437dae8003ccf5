//! What a revocation is about, in the form in which values are compared.

use std::borrow::Cow;

use crate::claims::is_format_character;
use crate::status::{Refusal, Status};

/// No claim of a token that is longer could be compared with it.
const VALUE_BYTES_MAX: usize = 512;

/// The kinds of targets, in the order in which they are asked: the first that is revoked names the refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// Every token of the team.
    Team,
    /// Tokens with this Application Audience (AUD) tag among their audiences.
    Application,
    /// Tokens of the person with this `sub`.
    Subject,
    /// Tokens of the person with this `email`.
    Email,
    /// Tokens of the service with this Client ID (`common_name`).
    Service,
    /// Tokens of the login with this `identity_nonce`, or else `nonce`.
    Session,
}

impl TargetKind {
    /// Every kind, in their order.
    pub const ALL: [TargetKind; 6] = [
        TargetKind::Team,
        TargetKind::Application,
        TargetKind::Subject,
        TargetKind::Email,
        TargetKind::Service,
        TargetKind::Session,
    ];

    /// The stable name, the same in every language and in every store: `email`.
    pub fn name(self) -> &'static str {
        match self {
            TargetKind::Team => "team",
            TargetKind::Application => "application",
            TargetKind::Subject => "subject",
            TargetKind::Email => "email",
            TargetKind::Service => "service",
            TargetKind::Session => "session",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<TargetKind> {
        TargetKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// A value as it is compared: too much rather than too little must match.
    pub(super) fn fold(self, value: &str) -> Cow<'_, str> {
        let value = value.trim();
        let is_folded = match self {
            TargetKind::Session => true,
            _ => !value.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()),
        };
        match self {
            _ if is_folded => Cow::Borrowed(value),
            // By way of upper case, in which letters are the same that have several forms in lower case, as σ and ς.
            TargetKind::Email => {
                let upper = value.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
                upper.flat_map(char::to_lowercase).collect()
            }
            _ => Cow::Owned(value.to_ascii_lowercase()),
        }
    }

    /// Whether a token can have this value, trimmed, as a person sees it.
    fn allows(self, value: &str) -> bool {
        let is_invisible = |c: char| match self {
            TargetKind::Email => c.is_whitespace() || c.is_control() || is_format_character(c),
            _ => c.is_control() || is_format_character(c),
        };
        value.is_empty() == (self == TargetKind::Team)
            && value.len() <= VALUE_BYTES_MAX
            && !value.contains(is_invisible)
    }
}

/// What a revocation is about: a kind and, except for the team, a value.
///
/// Values are compared without regard to ASCII case, e-mail addresses without regard to any case, and sessions
/// exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    kind: TargetKind,
    value: String,
}

impl Target {
    /// Reads a target; white space around the value is ignored.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the value is empty, longer than 512 bytes or contains control or format characters, if an
    /// e-mail address contains white space, or if a value is given for the team.
    pub fn new(kind: TargetKind, value: &str) -> Result<Target, Refusal> {
        let folded = kind.fold(value);
        if kind.allows(&folded) {
            return Ok(Target { kind, value: folded.into_owned() });
        }
        let expected = match kind {
            TargetKind::Team => "a revocation of the team takes no value".to_owned(),
            TargetKind::Email => "an e-mail must be 1 to 512 printable bytes without white space".to_owned(),
            other => format!("the value of {} must be 1 to 512 printable bytes", other.name()),
        };
        Err(Refusal::new(Status::InvalidArgument, expected))
    }

    /// Every token of the team.
    pub fn team() -> Target {
        Target { kind: TargetKind::Team, value: String::new() }
    }

    /// What kind it is of.
    pub fn kind(&self) -> TargetKind {
        self.kind
    }

    /// The value, folded as it is compared; empty for the team.
    pub fn value(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_trimmed_and_folded_except_sessions() {
        for (kind, value, folded) in [
            (TargetKind::Email, " Ada@Example.com\n", "ada@example.com"),
            (TargetKind::Email, "ÄDA@example.com", "äda@example.com"),
            (TargetKind::Email, "ΝΊΚΟΣ@example.com", "νίκοσ@example.com"),
            (TargetKind::Email, "νίκος@example.com", "νίκοσ@example.com"),
            (TargetKind::Email, "STRASSE@example.com", "strasse@example.com"),
            (TargetKind::Email, "Straße@example.com", "strasse@example.com"),
            (
                TargetKind::Subject,
                "7335D417-61DA-459D-899C-0A01C76A2F94",
                "7335d417-61da-459d-899c-0a01c76a2f94",
            ),
            (TargetKind::Application, "32EAFC", "32eafc"),
            (TargetKind::Service, "ABC.access", "abc.access"),
            (TargetKind::Session, "X1aXj1lFVcqqyoXF", "X1aXj1lFVcqqyoXF"),
            (TargetKind::Team, "", ""),
        ] {
            assert_eq!(Target::new(kind, value).expect(value).value(), folded);
        }
    }

    #[test]
    fn values_that_no_token_can_have_are_refused() {
        let long = "x".repeat(513);
        for (kind, value) in [
            (TargetKind::Email, ""),
            (TargetKind::Email, "ada lovelace"),
            (TargetKind::Subject, " "),
            (TargetKind::Service, "a\u{7}b"),
            (TargetKind::Subject, "\u{200b}7335d417"),
            (TargetKind::Email, "ada\u{200d}@example.com"),
            (TargetKind::Session, &*long),
            (TargetKind::Team, "acme"),
        ] {
            let refusal = Target::new(kind, value).expect_err(value);
            assert_eq!(refusal.status(), Status::InvalidArgument);
        }
    }

    /// Letters of every script that has two cases, and none of the many that have one.
    fn letters() -> impl Iterator<Item = char> {
        ('!'..='\u{ffff}')
            .chain('\u{10400}'..'\u{1f000}')
            .filter(|letter| !letter.to_lowercase().eq([*letter]) || !letter.to_uppercase().eq([*letter]))
    }

    #[test]
    fn what_was_folded_is_read_again_from_a_store_as_it_is() {
        for letter in letters() {
            let target = Target::new(TargetKind::Email, &format!("a{letter}b")).expect("a target");
            assert_eq!(Target::new(TargetKind::Email, target.value()), Ok(target.clone()), "{letter}");
        }
    }

    #[test]
    fn letters_that_differ_in_case_only_are_one() {
        let fold = |letters: String| TargetKind::Email.fold(&letters).into_owned();
        for letter in letters() {
            let folded = fold(letter.to_string());
            assert_eq!(fold(letter.to_uppercase().collect()), folded, "{letter}");
            assert_eq!(fold(letter.to_lowercase().collect()), folded, "{letter}");
        }
    }

    #[test]
    fn names_are_found_again() {
        for kind in TargetKind::ALL {
            assert_eq!(TargetKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(TargetKind::from_name("user"), None);
    }
}
