//! What the claim `email` may hold.
//!
//! It need not be an address: the administrator of a team chooses which claim of the identity provider becomes the
//! `email` of Access. It identifies a person either way, so it must not contain invisible characters.

use crate::team::Team;

/// The longest address: RFC 5321 section 4.5.3.1.
const BYTES_MAX: usize = 320;

/// The format characters (general category Cf) of Unicode 17.0.
const FORMAT_CHARACTERS: [(char, char); 21] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// At most 320 bytes without white space, control and format characters. An empty one counts as none.
pub(super) fn is_well_formed(email: &str) -> bool {
    email.len() <= BYTES_MAX && !email.contains(is_invisible)
}

fn is_invisible(character: char) -> bool {
    character.is_whitespace() || character.is_control() || is_format_character(character)
}

pub(crate) fn is_format_character(character: char) -> bool {
    !character.is_ascii()
        && FORMAT_CHARACTERS.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// Whether it names a device that was enrolled with a service token, and no human being:
/// <https://developers.cloudflare.com/cloudflare-one/team-and-resources/devices/cloudflare-one-client/deployment/mdm-deployment/windows-prelogin/>
pub(crate) fn is_non_identity(email: &str, team: &Team) -> bool {
    email.strip_prefix("non_identity@") == Some(team.host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_refused() {
        for invisible in
            [' ', '\t', '\u{85}', '\u{a0}', '\u{ad}', '\u{2028}', '\u{200d}', '\u{fff9}', '\u{e007f}']
        {
            assert!(!is_well_formed(&format!("ada{invisible}")), "{}", invisible.escape_unicode());
        }
    }

    #[test]
    fn neighbours_of_format_characters_are_accepted() {
        for visible in ['\u{ac}', '\u{606}', '\u{2065}', '\u{fffc}', '\u{e0080}'] {
            assert!(is_well_formed(&format!("ada{visible}")), "{}", visible.escape_unicode());
        }
    }
}
