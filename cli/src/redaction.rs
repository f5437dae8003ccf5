//! Keeps tokens and passwords out of what is said about them.

/// Tokens are JWTs, whose header begins with `{"`.
const TOKEN_START: &str = "eyJ";
/// Shorter runs are no token.
const TOKEN_BYTES_MIN: usize = 20;

/// The text without tokens, and without user and password of URLs.
pub fn redact(text: &str) -> String {
    without_user_info(&without_tokens(text))
}

fn without_tokens(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, from_token)) = split_at_found(rest, TOKEN_START) {
        let end = from_token.find(|c: char| !is_of_a_token(c)).unwrap_or(from_token.len());
        let (run, after) = from_token.split_at(end);
        shown.push_str(before);
        shown.push_str(if run.len() < TOKEN_BYTES_MIN { run } else { "(a token)" });
        rest = after;
    }
    shown + rest
}

fn without_user_info(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, from_scheme)) = split_at_found(rest, "://") {
        let (mark, after) = from_scheme.split_at("://".len());
        shown.push_str(before);
        shown.push_str(mark);
        let end = after.find(|c: char| c.is_whitespace() || "/?#'\"".contains(c)).unwrap_or(after.len());
        let (authority, path) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => shown.extend(["(user)@", host]),
            None => shown.push_str(authority),
        }
        rest = path;
    }
    shown + rest
}

fn split_at_found<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    text.find(mark).map(|start| text.split_at(start))
}

fn is_of_a_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '=' | '+' | '/')
}

/// A text of somebody else as one line that a terminal shows and does not obey.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || is_format(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// What changes the direction of text, or cannot be seen.
fn is_format(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_repeated() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl";
        assert_eq!(redact(&format!("unexpected '{token}' found")), "unexpected '(a token)' found");
        assert_eq!(redact(&format!("{token} {token}")), "(a token) (a token)");
        assert_eq!(redact("eyJ is how one begins"), "eyJ is how one begins");
    }

    #[test]
    fn a_password_is_not_repeated() {
        assert_eq!(redact("redis://ada:p%40ss@host:6379/0 is away"), "redis://(user)@host:6379/0 is away");
        assert_eq!(redact("'rediss://:p@ss@host'"), "'rediss://(user)@host'");
        assert_eq!(redact("https://acme.example/a@b"), "https://acme.example/a@b");
    }

    #[test]
    fn a_terminal_obeys_no_text_of_others() {
        assert_eq!(printable("a\u{1b}[31m\nb\u{202e}é"), "a\\u{1b}[31m\\u{a}b\\u{202e}é");
    }
}
