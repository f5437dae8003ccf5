//! The cookies that the origin gets: the client's without those of Access.

use http::{HeaderMap, HeaderValue, header};

use super::identity::{CookieKind, cookie};

/// The cookie `CF_Authorization` on the way to the origin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Authorization<'a> {
    /// None, whatever the client sent.
    Removed,
    /// Only if the client sent this very token.
    Kept(&'a str),
    /// This token, whatever the client sent.
    Set(&'a str),
}

/// Rewrites all `Cookie` headers into one. What remains of them keeps its bytes and its order.
pub(super) fn rewrite(headers: &mut HeaderMap, authorization: Authorization<'_>) {
    let mut is_taken = false;
    let mut lines: Vec<Vec<u8>> = headers
        .get_all(header::COOKIE)
        .iter()
        .map(|line| filter(line.as_bytes(), authorization, &mut is_taken))
        .filter(|line| !line.is_empty())
        .collect();
    if let Authorization::Set(token) = authorization {
        lines.push(format!("CF_Authorization={token}").into_bytes());
    }
    headers.remove(header::COOKIE);
    // The parts come from header values, and so does the token: the same one is in the assertion.
    if let (false, Ok(value)) = (lines.is_empty(), HeaderValue::from_bytes(&lines.join(&b"; "[..]))) {
        headers.insert(header::COOKIE, value);
    }
}

fn filter(line: &[u8], authorization: Authorization<'_>, is_taken: &mut bool) -> Vec<u8> {
    let mut is_kept = |pair: &&[u8]| match kind(pair) {
        CookieKind::Foreign => true,
        CookieKind::Internal => false,
        CookieKind::Authorization => {
            let Authorization::Kept(token) = authorization else { return false };
            let is_ours = pair.trim_ascii() == format!("CF_Authorization={token}").as_bytes();
            is_ours && !std::mem::replace(is_taken, true)
        }
    };
    let kept: Vec<&[u8]> = line.split(|byte| *byte == b';').filter(|pair| is_kept(pair)).collect();
    if kept.iter().all(|pair| pair.trim_ascii().is_empty()) {
        return Vec::new();
    }
    kept.join(&b";"[..]).trim_ascii().to_vec()
}

/// A pair counts as one of Access if any parser could find such a name in it: some end a cookie at a space, a comma
/// or a quotation mark too.
fn kind(pair: &[u8]) -> CookieKind {
    let is_boundary = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"' | 0x0b);
    let whole = pair.split(|byte| *byte == b'=').next().unwrap_or(pair).trim_ascii();
    std::iter::once(whole)
        .chain(pair.split(is_boundary).map(|part| part.split(|byte| *byte == b'=').next().unwrap_or(part)))
        .map(cookie)
        .find(|kind| *kind != CookieKind::Foreign)
        .unwrap_or(CookieKind::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(lines: &[&str], authorization: Authorization<'_>) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        rewrite(&mut headers, authorization);
        assert!(headers.get_all(header::COOKIE).iter().count() <= 1);
        headers.get(header::COOKIE).map(|line| String::from_utf8(line.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn other_cookies_keep_their_bytes() {
        for line in
            ["a=b", "a=b;c=d;  e=\"f g\" ", "a=b;; c", "theme=CF_Authorization", "CF_Authorization2=x"]
        {
            assert_eq!(rewritten(&[line], Authorization::Removed).as_deref(), Some(line.trim()), "{line}");
        }
        assert_eq!(rewritten(&["a=é"], Authorization::Removed).as_deref(), Some("a=é"));
        assert_eq!(rewritten(&["a=b", "c=d"], Authorization::Removed).as_deref(), Some("a=b; c=d"));
    }

    #[test]
    fn cookies_of_access_are_removed_in_every_spelling() {
        for pair in [
            "CF_Authorization=x",
            "cf_authorization=x",
            " CF_Authorization = x",
            "CF-Authorization=x",
            "CF.Authorization=x",
            "CF%5FAuthorization=x",
            "CF_Authorization",
            "CF_Binding=x",
            "CF_AppSession=x",
            "CF_Session=x",
            "CF_Device=x",
            "q=\"CF_Authorization=x\"",
            "q=1 CF_Authorization=x",
            "q=1\tCF_Authorization=x",
            "q=1,CF_Authorization=x",
        ] {
            let line = format!("a=b; {pair}; c=d");
            for authorization in [Authorization::Removed, Authorization::Kept("ours")] {
                assert_eq!(rewritten(&[&line], authorization).as_deref(), Some("a=b; c=d"), "{pair}");
            }
            assert_eq!(rewritten(&[pair], Authorization::Removed), None, "{pair}");
            let set = rewritten(&[&line, pair], Authorization::Set("ours"));
            assert_eq!(set.as_deref(), Some("a=b; c=d; CF_Authorization=ours"), "{pair}");
        }
    }

    #[test]
    fn the_session_that_was_accepted_is_kept_once() {
        let line = "CF_Authorization=theirs; a=b; CF_Authorization=ours; CF_Authorization=ours";
        let kept = rewritten(&[line, "CF_Authorization=ours"], Authorization::Kept("ours"));
        assert_eq!(kept.as_deref(), Some("a=b; CF_Authorization=ours"));
        assert_eq!(rewritten(&["a=b"], Authorization::Kept("ours")).as_deref(), Some("a=b"));
    }
}
