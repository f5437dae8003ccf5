//! From the headers of a request to its token, and the check of its e-mail header.

use crate::claims::{Claims, Kind};
use crate::config::{Config, EmailHeader};
use crate::status::{Refusal, Status};

const ASSERTION: &[u8] = b"cf-access-jwt-assertion";
const EMAIL: &[u8] = b"cf-access-authenticated-user-email";
const COOKIE: &[u8] = b"cookie";
/// Cookie names, unlike header names, are case-sensitive.
const COOKIE_NAME: &[u8] = b"CF_Authorization";

/// The name and the value of a header, as received.
pub(crate) type Header<'a> = (&'a [u8], &'a [u8]);

/// The parts of a request that are read. Every other header (including `Authorization` and `Cf-Access-Token`)
/// is ignored, and so are cookies if there is an assertion.
pub(crate) struct Request<'a> {
    headers: &'a [Header<'a>],
    assertion: Found<'a>,
    email: Found<'a>,
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

    /// The header if it is present; else the cookie, if the configuration accepts it.
    pub(crate) fn token(&self, config: &Config) -> Result<&'a [u8], Refusal> {
        match self.assertion {
            Found::Never => self.token_of_cookie(config),
            Found::Once(b"") => no_token("the header Cf-Access-Jwt-Assertion is empty"),
            Found::Once(token) if !token.contains(&b',') => Ok(token),
            Found::Once(_) => malformed("more than one token in the header Cf-Access-Jwt-Assertion"),
            Found::Repeatedly => malformed("more than one header Cf-Access-Jwt-Assertion"),
        }
    }

    fn token_of_cookie(&self, config: &Config) -> Result<&'a [u8], Refusal> {
        let mut found = Found::Never;
        for (_, value) in self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(COOKIE)) {
            cookies(value).for_each(|token| found.add(token));
        }
        match found {
            Found::Never => no_token("the request has no header Cf-Access-Jwt-Assertion"),
            _ if !config.accept_cookie => no_token(
                "the request has no header Cf-Access-Jwt-Assertion, and the cookie is not accepted here",
            ),
            Found::Once(b"") => no_token("the cookie CF_Authorization is empty"),
            Found::Once(token) => Ok(token),
            Found::Repeatedly => malformed("more than one cookie CF_Authorization"),
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
            (_, Found::Once(email)) => email == verified.as_bytes(),
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

impl<'a> Found<'a> {
    fn add(&mut self, value: &'a [u8]) {
        *self = match self {
            Found::Never => Found::Once(value),
            _ => Found::Repeatedly,
        };
    }
}

/// The values of the Access cookie in one header (RFC 6265 section 4.2.1), unchanged.
fn cookies(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    header.split(|&byte| byte == b';').filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(COOKIE_NAME)?;
        value.strip_prefix(b"=")
    })
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
        Request::read(&headers).token(&config).map_or_else(|refusal| refusal.status(), |_| Status::Ok)
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
            Request::read(&headers).token(&config).expect_err("no token").message().to_owned()
        };
        assert!(message(&[]).contains("no header"));
        assert!(message(&[("Cf-Access-Jwt-Assertion", b"")]).contains("is empty"));
        assert!(message(&[("Cookie", b"CF_Authorization=a")]).contains("cookie is not accepted"));
    }
}
