//! Brings requests of both versions of HTTP into one shape, and refuses those that could be read in two ways.

use http::header::{CONTENT_LENGTH, COOKIE, HOST, TRANSFER_ENCODING};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Method, Request, StatusCode, Uri, Version};

/// Why a request is not answered: a status and one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) line: &'static str,
}

impl Refusal {
    pub(super) const fn new(status: StatusCode, line: &'static str) -> Refusal {
        Refusal { status, line }
    }

    const fn bad(line: &'static str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, line)
    }
}

/// Leaves a URI that is a path and perhaps a query, and one `Host`, which is returned.
pub(super) fn unify<B>(request: &mut Request<B>) -> Result<Authority, Refusal> {
    if request.method() == Method::CONNECT {
        return Err(Refusal::bad("CONNECT is answered with --tls only"));
    }
    if request.version() == Version::HTTP_2 {
        name_host(request)?;
        join_cookies(request);
    } else if request.uri().authority().is_some() || request.uri().scheme().is_some() {
        return Err(Refusal::bad("the target of the request must be a path"));
    }
    if request.headers().contains_key(TRANSFER_ENCODING) && request.headers().contains_key(CONTENT_LENGTH) {
        return Err(Refusal::bad("the request has two lengths"));
    }
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refusal::bad("the request must have one Host header"));
    };
    authority(host).ok_or(Refusal::bad("the Host header is not a host"))
}

fn authority(host: &HeaderValue) -> Option<Authority> {
    let authority: Authority = host.to_str().ok()?.parse().ok()?;
    is_plain(&authority).then_some(authority)
}

/// Whether it is `HOST` or `HOST:PORT`; the type permits user information, and any text for a port.
pub(super) fn is_plain(authority: &Authority) -> bool {
    let is_port =
        |port: &str| port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok();
    authority
        .as_str()
        .strip_prefix(authority.host())
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

/// `:authority` as `Host` (RFC 9113 section 8.3.1).
fn name_host<B>(request: &mut Request<B>) -> Result<(), Refusal> {
    let uri = std::mem::take(request.uri_mut()).into_parts();
    let path = uri.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    let Some(authority) = uri.authority else { return Ok(()) };
    let bad = Refusal::bad("the Host header is not a host");
    let named = HeaderValue::from_str(authority.as_str()).map_err(|_| bad)?;
    let same = |host: &HeaderValue| host.as_bytes().eq_ignore_ascii_case(named.as_bytes());
    if !request.headers().get_all(HOST).iter().all(same) {
        return Err(Refusal::bad("the request names two hosts"));
    }
    request.headers_mut().insert(HOST, named);
    Ok(())
}

/// HTTP/2 may send each cookie in a header of its own; beyond it they are one (RFC 9113 section 8.2.3).
fn join_cookies<B>(request: &mut Request<B>) {
    let headers = request.headers_mut();
    let cookies: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if cookies.len() < 2 {
        return;
    }
    if let Ok(mut cookie) = HeaderValue::from_bytes(&cookies.join(&b"; "[..])) {
        cookie.set_sensitive(true);
        headers.insert(COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(request: http::request::Builder) -> &'static str {
        unify(&mut request.body(()).unwrap()).unwrap_err().line
    }

    #[test]
    fn both_versions_have_one_shape() {
        let mut first = Request::get("/a?b").header(HOST, "app.test").body(()).unwrap();
        let mut second = Request::get("https://app.test/a?b")
            .version(Version::HTTP_2)
            .header(COOKIE, "a=1")
            .body(())
            .unwrap();
        second.headers_mut().append(COOKIE, HeaderValue::from_static("b=2"));
        for request in [&mut first, &mut second] {
            assert_eq!(unify(request).unwrap(), "app.test");
            assert_eq!(request.uri(), "/a?b");
            assert_eq!(request.headers()[HOST], "app.test");
        }
        assert_eq!(second.headers().get_all(COOKIE).iter().collect::<Vec<_>>(), ["a=1; b=2"]);
        let mut star = Request::options("*").header(HOST, "app.test").body(()).unwrap();
        unify(&mut star).unwrap();
        assert_eq!(star.uri(), "*");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let h2 = || Request::get("https://a.test/").version(Version::HTTP_2);
        assert_eq!(refusal(h2().header(HOST, "b.test")), "the request names two hosts");
        assert_eq!(
            refusal(Request::get("http://a.test/").header(HOST, "a.test")),
            "the target of the request must be a path"
        );
        let two = "the request must have one Host header";
        assert_eq!(refusal(Request::get("/")), two);
        assert_eq!(refusal(Request::get("/").header(HOST, "a.test").header(HOST, "a.test")), two);
        for host in ["a b", "user@a.test", "", "a.test/b", "a.test:", "a.test:+80", "a.test:65536"] {
            assert_eq!(
                refusal(Request::get("/").header(HOST, host)),
                "the Host header is not a host",
                "{host}"
            );
        }
        let both = Request::post("/").header(HOST, "a.test").header(TRANSFER_ENCODING, "chunked");
        assert_eq!(refusal(both.header(CONTENT_LENGTH, "5")), "the request has two lengths");
        assert_eq!(
            refusal(Request::connect("a.test:443").header(HOST, "a.test")),
            "CONNECT is answered with --tls only"
        );
    }
}
