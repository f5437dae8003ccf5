//! From the headers of a request to its token, and the check of its e-mail header.

use crate::claims::{Claims, Kind};
use crate::config::{Config, EmailHeader};
use crate::status::{Refusal, Status};

const ASSERTION: &[u8] = b"cf-access-jwt-assertion";
const EMAIL: &[u8] = b"cf-access-authenticated-user-email";
const COOKIE: &[u8] = b"cookie";
/// Cookie names, unlike header names, are case-sensitive.
const COOKIE_NAME: &[u8] = b"CF_Authorization";
/// A browser sends one cookie for each domain and path that set it, so there are few different ones.
const COOKIES_MAX: usize = 4;

/// The name and the value of a header, as received.
pub(crate) type Header<'a> = (&'a [u8], &'a [u8]);

/// The parts of a request that are read. Every other header (including `Authorization` and `Cf-Access-Token`)
/// is ignored, and so are cookies if there is an assertion.
pub(crate) struct Request<'a> {
    headers: &'a [Header<'a>],
    assertion: Found<'a>,
    email: Found<'a>,
}

/// The tokens of a request: usually one, several only if cookies differ.
pub(crate) enum Carried<'a> {
    One(&'a [u8]),
    Several(Cookies<'a>),
}

/// The different values of the Access cookie, in the order of the request.
#[derive(Default)]
pub(crate) struct Cookies<'a> {
    values: [&'a [u8]; COOKIES_MAX],
    len: usize,
}

/// How often a header or cookie occurs in a request.
#[derive(Clone, Copy)]
enum Found<'a> {
    Never,
    Once(&'a [u8]),
    Repeatedly,
}

impl<'a> Request<'a> {
    /// Compares names without regard to case.
    pub(crate) fn read(headers: &'a [Header<'a>]) -> Request<'a> {
        let mut request = Request { headers, assertion: Found::Never, email: Found::Never };
        for (name, value) in headers {
            if name.eq_ignore_ascii_case(ASSERTION) {
                request.assertion.add(value);
            } else if name.eq_ignore_ascii_case(EMAIL) {
                request.email.add(value);
            }
        }
        request
    }

    /// The header if it is present; else the cookies, if the configuration accepts them.
    pub(crate) fn tokens(&self, config: &Config) -> Result<Carried<'a>, Refusal> {
        match self.assertion {
            Found::Never => self.tokens_of_cookies(config),
            Found::Once(b"") => no_token("the header Cf-Access-Jwt-Assertion is empty"),
            Found::Once(token) if memchr::memchr(b',', token).is_none() => Ok(Carried::One(token)),
            Found::Once(_) => malformed("more than one token in the header Cf-Access-Jwt-Assertion"),
            Found::Repeatedly => malformed("more than one header Cf-Access-Jwt-Assertion"),
        }
    }

    fn tokens_of_cookies(&self, config: &Config) -> Result<Carried<'a>, Refusal> {
        let headers = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(COOKIE));
        let mut values = headers.flat_map(|(_, value)| cookies(value));
        if !config.accept_cookie {
            return match values.next() {
                None => no_token("the request has no header Cf-Access-Jwt-Assertion"),
                Some(_) => no_token(
                    "the request has no header Cf-Access-Jwt-Assertion, and the cookie is not accepted here",
                ),
            };
        }
        let mut found = Cookies::default();
        values.try_for_each(|value| found.add(value))?;
        match found.iter().as_slice() {
            [] => no_token("the request has no header Cf-Access-Jwt-Assertion"),
            [b""] => no_token("the cookie CF_Authorization is empty"),
            [token] => Ok(Carried::One(token)),
            _ => Ok(Carried::Several(found)),
        }
    }

    /// The e-mail header is never trusted by itself: it must agree with the token.
    pub(crate) fn check_email(&self, config: &Config, claims: &Claims) -> Result<(), Refusal> {
        let verified = match claims.kind() {
            Kind::Person => claims.email().unwrap_or_default(),
            Kind::Service => "",
        };
        let agrees = match (config.email_header, self.email) {
            (EmailHeader::Ignore, _) => true,
            (EmailHeader::Require, Found::Never) => claims.kind() == Kind::Service,
            (EmailHeader::Check, Found::Never) => true,
            (_, Found::Once(email)) => is_address(email, verified),
            (_, Found::Repeatedly) => false,
        };
        if agrees {
            Ok(())
        } else {
            Err(Refusal::new(
                Status::IdentityMismatch,
                "the header Cf-Access-Authenticated-User-Email is not the e-mail of the token",
            ))
        }
    }
}

impl<'a> Cookies<'a> {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, &'a [u8]> {
        self.values.get(..self.len).unwrap_or_default().iter()
    }

    /// A repeated value changes nothing.
    fn add(&mut self, value: &'a [u8]) -> Result<(), Refusal> {
        if self.iter().any(|known| *known == value) {
            return Ok(());
        }
        let Some(place) = self.values.get_mut(self.len) else {
            return malformed("more than four different cookies CF_Authorization");
        };
        *place = value;
        self.len += 1;
        Ok(())
    }
}

impl<'a> Found<'a> {
    fn add(&mut self, value: &'a [u8]) {
        *self = match self {
            Found::Never => Found::Once(value),
            _ => Found::Repeatedly,
        };
    }
}

/// The values of the Access cookie in one header, unchanged.
fn cookies(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    cookies_of(header, COOKIE_NAME)
}

/// Whether one of these headers has a cookie of this name.
pub(crate) fn has_cookie<'a>(mut headers: impl Iterator<Item = &'a [u8]>, name: &[u8]) -> bool {
    headers.any(|header| cookies_of(header, name).next().is_some())
}

/// RFC 6265 section 4.2.1.
fn cookies_of<'a>(header: &'a [u8], name: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    header.split(|&byte| byte == b';').filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name)?;
        value.strip_prefix(b"=")
    })
}

/// Whether the header is the verified address, without regard to ASCII case. A server that reads headers as ISO-8859-1
/// and writes them as UTF-8 encodes the address twice; that form is accepted too.
fn is_address(header: &[u8], verified: &str) -> bool {
    header.eq_ignore_ascii_case(verified.as_bytes())
        || latin_1_bytes(header).is_some_and(|bytes| bytes.eq_ignore_ascii_case(verified.as_bytes()))
}

/// The ISO-8859-1 encoding of the text; `None` if it has none, and for plain ASCII.
fn latin_1_bytes(header: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(header).ok().filter(|text| !text.is_ascii())?;
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn malformed<T>(what: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(Status::Malformed, what))
}

fn no_token<T>(why: &'static str) -> Result<T, Refusal> {
    Err(Refusal::new(Status::NoToken, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &[u8]) -> Vec<&[u8]> {
        cookies(header).collect()
    }

    fn status(headers: &[(&str, &[u8])]) -> Status {
        let mut config = Config::new("acme").expect("a team");
        config.accept_cookie();
        let headers: Vec<_> = headers.iter().map(|&(name, value)| (name.as_bytes(), value)).collect();
        Request::read(&headers).tokens(&config).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
    }

    #[test]
    fn a_cookie_is_cut_at_semicolons_and_trimmed_at_its_ends_only() {
        assert_eq!(read(b" CF_Authorization=a b ; x=1"), [b"a b"]);
        assert_eq!(read(b";;CF_Authorization=a=b;"), [b"a=b"]);
        assert_eq!(read(b"CF_Authorization= a"), [b" a"]);
        assert_eq!(read(b"CF_Authorization=\"a\""), [b"\"a\""]);
        assert_eq!(read(b"\xff\xfe; CF_Authorization=\xff"), [b"\xff"]);
        assert_eq!(read(b"CF_Authorization="), [b""]);
        assert_eq!(read(b"CF_Authorization=a;CF_Authorization="), [&b"a"[..], b""]);
    }

    #[test]
    fn no_other_cookie_is_read() {
        for header in [
            &b""[..],
            b"CF_Authorization",
            b"CF_Authorization =a",
            b"CF_AuthorizationX=a",
            b"XCF_Authorization=a",
            b"cf_authorization=a",
            b"x=CF_Authorization=a",
            b"=CF_Authorization=a",
            b"a=1,CF_Authorization=a",
            b"\0CF_Authorization=a",
        ] {
            assert!(read(header).is_empty(), "{}", header.escape_ascii());
        }
    }

    #[test]
    fn the_case_of_header_names_is_that_of_ascii() {
        assert_eq!(status(&[("CF-ACCESS-JWT-ASSERTION", b"a")]), Status::Ok);
        assert_eq!(status(&[("cf-acce\u{17f}\u{17f}-jwt-assertion", b"a")]), Status::NoToken);
        assert_eq!(status(&[("coo\u{212a}ie", b"CF_Authorization=a")]), Status::NoToken);
    }

    #[test]
    fn a_message_says_why_there_is_no_token() {
        let config = Config::new("acme").expect("a team");
        let message = |headers: &[(&str, &[u8])]| {
            let headers: Vec<_> = headers.iter().map(|&(name, value)| (name.as_bytes(), value)).collect();
            match Request::read(&headers).tokens(&config) {
                Err(refusal) => refusal.message().to_owned(),
                Ok(_) => panic!("a token was found"),
            }
        };
        assert!(message(&[]).contains("no header"));
        assert!(message(&[("Cf-Access-Jwt-Assertion", b"")]).contains("is empty"));
        assert!(message(&[("Cookie", b"CF_Authorization=a")]).contains("cookie is not accepted"));
    }
}
