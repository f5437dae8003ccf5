//! `[[application]]`

use http::{HeaderName, HeaderValue};

use super::super::{
    Application, ConfigError, Cors, Domain, SameSite, ServiceToken, Upstream, session_duration,
};
use super::policy;
use super::table::Table;

pub(super) const APPLICATION: [&str; 19] = [
    "name",
    "domain",
    "upstream",
    "upstream_host",
    "aud",
    "session_duration",
    "same_site_cookie_attribute",
    "http_only_cookie_attribute",
    "enable_binding_cookie",
    "path_cookie_attribute",
    "options_preflight_bypass",
    "service_auth_401_redirect",
    "read_service_tokens_from_header",
    "skip_interstitial",
    "custom_deny_message",
    "email_header",
    "forwarded_headers",
    "cors_headers",
    "policy",
];
pub(super) const CORS: [&str; 8] = [
    "allowed_origins",
    "allow_all_origins",
    "allowed_methods",
    "allow_all_methods",
    "allowed_headers",
    "allow_all_headers",
    "allow_credentials",
    "max_age",
];

/// Headers that say how a request is to be read, or that Access writes itself.
const TAKEN_HEADERS: [&str; 10] = [
    "host",
    "cookie",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
    "cf-access-jwt-assertion",
    "cf-access-authenticated-user-email",
];
/// The longest name, as of a header or a label of a log.
const NAME_MAX: usize = 64;

pub(super) fn application(
    table: &mut Table<'_>,
    face_is_exact: bool,
    service_tokens: &[ServiceToken],
) -> Result<Application, ConfigError> {
    let name = table.text("name", name)?.ok_or_else(|| table.missing("name"))?;
    let domain = match table.text("domain", |text| Domain::parse(text, face_is_exact))? {
        Some(domain) => domain,
        None => {
            Domain::of_name(&name, face_is_exact).map_err(|error| table.wrong(&format!("domain: {error}")))?
        }
    };
    let upstream = table.text("upstream", Upstream::parse)?.ok_or_else(|| table.missing("upstream"))?;
    let cors_headers = cors(table)?;
    let options_preflight_bypass = table.flag("options_preflight_bypass", false)?;
    if options_preflight_bypass && cors_headers.is_some() {
        return Err(table.wrong(
            "\"options_preflight_bypass\" leaves preflights to the application, so that \"cors_headers\" would do nothing",
        ));
    }
    let policies = policy::policies(table, &name, service_tokens)?;
    let usual = Application::new(&name, domain, upstream);
    Ok(Application {
        aud: table.text("aud", aud)?.unwrap_or_else(|| usual.aud.clone()),
        session_duration: table.text("session_duration", session_duration)?,
        same_site_cookie_attribute: table
            .text("same_site_cookie_attribute", same_site)?
            .unwrap_or(usual.same_site_cookie_attribute),
        http_only_cookie_attribute: table
            .flag("http_only_cookie_attribute", usual.http_only_cookie_attribute)?,
        enable_binding_cookie: table.flag("enable_binding_cookie", usual.enable_binding_cookie)?,
        path_cookie_attribute: table.flag("path_cookie_attribute", usual.path_cookie_attribute)?,
        options_preflight_bypass,
        service_auth_401_redirect: table
            .flag("service_auth_401_redirect", usual.service_auth_401_redirect)?,
        read_service_tokens_from_header: table
            .text("read_service_tokens_from_header", single_header)?
            .flatten(),
        skip_interstitial: table.flag("skip_interstitial", usual.skip_interstitial)?,
        custom_deny_message: table.text("custom_deny_message", deny_message)?.flatten(),
        email_header: table.flag("email_header", usual.email_header)?,
        forwarded_headers: table.flag("forwarded_headers", usual.forwarded_headers)?,
        upstream_host: table.text("upstream_host", upstream_host)?,
        cors_headers,
        policies,
        ..usual
    })
}

/// The name of an application, a policy or a service token.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.trim() != text || text.chars().count() > NAME_MAX {
        return Err(format!("{text:?} is no name: up to {NAME_MAX} characters, without space at its ends"));
    }
    match text.contains(char::is_control) {
        true => Err(format!("{text:?} has control characters")),
        false => Ok(text.to_owned()),
    }
}

fn aud(text: &str) -> Result<String, String> {
    let fits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match fits {
        true => Ok(text.to_owned()),
        false => Err(format!("{text:?} is not 64 hexadecimal digits in lower case")),
    }
}

fn same_site(text: &str) -> Result<SameSite, String> {
    match text {
        "none" => Ok(SameSite::None),
        "lax" => Ok(SameSite::Lax),
        "strict" => Ok(SameSite::Strict),
        _ => Err(format!("{text:?} is not \"none\", \"lax\" or \"strict\"")),
    }
}

/// Empty for none, as at Cloudflare.
fn single_header(text: &str) -> Result<Option<HeaderName>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let header: HeaderName = text.parse().map_err(|_| format!("{text:?} is no name of a header"))?;
    match TAKEN_HEADERS.contains(&header.as_str()) {
        true => Err(format!("{text:?} has a meaning of its own")),
        false => Ok(Some(header)),
    }
}

fn deny_message(text: &str) -> Result<Option<String>, String> {
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn upstream_host(text: &str) -> Result<HeaderValue, String> {
    let wrong = || format!("{text:?} is not of the form HOST or HOST:PORT");
    let authority: http::uri::Authority = text.parse().map_err(|_| wrong())?;
    if text.contains('@') || authority.host().is_empty() {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}

fn cors(table: &mut Table<'_>) -> Result<Option<Cors>, ConfigError> {
    let Some(mut table) = table.table("cors_headers", &CORS)? else { return Ok(None) };
    let max_age = table.integer("max_age")?;
    if max_age.is_some_and(|seconds| !(-1..=86_400).contains(&seconds)) {
        return Err(table.wrong("max_age: it is a number of seconds from -1 to 86400"));
    }
    Ok(Some(Cors {
        allowed_origins: table.texts("allowed_origins", origin)?,
        allow_all_origins: table.flag("allow_all_origins", false)?,
        allowed_methods: table.texts("allowed_methods", method)?,
        allow_all_methods: table.flag("allow_all_methods", false)?,
        allowed_headers: table.texts("allowed_headers", header)?,
        allow_all_headers: table.flag("allow_all_headers", false)?,
        allow_credentials: table.flag("allow_credentials", false)?,
        max_age,
    }))
}

/// As browsers send it: a scheme, a host and a port that is not the usual one.
fn origin(text: &str) -> Result<String, String> {
    let sent = url::Url::parse(text).ok().map(|url| url.origin().ascii_serialization());
    match sent {
        Some(sent) if sent == text => Ok(sent),
        Some(sent) if sent != "null" => Err(format!("browsers never send {text:?}, but {sent:?}")),
        _ => Err(format!("{text:?} is no origin such as \"http://localhost:5173\"")),
    }
}

fn method(text: &str) -> Result<String, String> {
    let method: http::Method = text.parse().map_err(|_| format!("{text:?} is no method"))?;
    match text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        true => Ok(method.to_string()),
        false => Err(format!("{text:?} is not in upper case")),
    }
}

fn header(text: &str) -> Result<String, String> {
    match text.parse::<HeaderName>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("{text:?} is no name of a header")),
    }
}
