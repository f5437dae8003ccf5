use std::ffi::c_char;

use super::arguments::{Out, config_text, not_null};
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use super::revocations::cfaccess_revocations;
use crate::config::{Config, EmailHeader};
use crate::status::{Refusal, Status};

/// What one application accepts: built step by step, then copied into verifiers. No option turns a
/// check off. For one thread at a time.
pub struct cfaccess_config(pub(super) Config);

/// Starts a configuration with the team whose tokens are accepted.
///
/// @param team        NUL-terminated, copied: "acme", "acme.cloudflareaccess.com",
///                    "https://acme.cloudflareaccess.com/", or the same under fed.cloudflareaccess.com
/// @param out_config  owned, freed with cfaccess_config_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_new(
    team: *const c_char,
    out_config: *mut *mut cfaccess_config,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_config = unsafe { Out::new(out_config) }?;
        // SAFETY: the caller's promise.
        let team = unsafe { config_text(team) }?;
        out_config.give(Box::new(cfaccess_config(Config::new(team)?)));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Accepts tokens issued for this Application Audience (AUD) tag, in addition to those already added. A tag
/// that is not 64 hex digits is reported by cfaccess_verifier_warning(). Adding a tag again has no effect.
///
/// @param config     changed on success only
/// @param audience   NUL-terminated, copied: 1 to 512 bytes without white space or control characters
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG, also for more than 1,024;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_add_audience(
    config: Option<&mut cfaccess_config>,
    audience: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { change_text(config, audience, out_error, Config::add_audience) }
}

/// Accepts the service with this Client ID, in addition to people. By default services are refused.
///
/// @param config     changed on success only
/// @param client_id  NUL-terminated, copied: the `common_name` of the service's tokens
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG, also if any service is already
///         allowed; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_allow_service(
    config: Option<&mut cfaccess_config>,
    client_id: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { change_text(config, client_id, out_error, Config::allow_service) }
}

/// Accepts every service that Access lets in, in addition to people.
///
/// @param config     changed on success only
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if services are already listed;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_allow_any_service(
    config: Option<&mut cfaccess_config>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(config)?.0.allow_any_service()) }
}

/// How far the clocks of Access and of this machine may differ.
///
/// @param config     changed on success only
/// @param seconds    0 to 300; default 30
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_leeway(
    config: Option<&mut cfaccess_config>,
    seconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(config)?.0.set_leeway(seconds)) }
}

/// The longest lifetime (`exp` - `iat`) that a token may have. The leeway does not apply.
///
/// @param config     changed on success only
/// @param seconds    1 to 31,622,400 (366 days); default 2,628,060 (one month, the longest session that the
///                   dashboard of Access offers, and a minute)
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_max_lifetime(
    config: Option<&mut cfaccess_config>,
    seconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(config)?.0.set_max_lifetime(seconds)) }
}

/// The longest time since login (`now` - `iat`) that is accepted. The leeway does not apply.
///
/// @param config     changed on success only
/// @param seconds    1 to 31,622,400 (366 days); no limit by default
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_max_age(
    config: Option<&mut cfaccess_config>,
    seconds: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(config)?.0.set_max_age(seconds)) }
}

/// Reads the token of a request from the cookie CF_Authorization if the header
/// Cf-Access-Jwt-Assertion is absent. Access does not guarantee that the cookie is passed on.
///
/// @param config     changed on success only
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_accept_cookie(
    config: Option<&mut cfaccess_config>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(config)?.0.accept_cookie();
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// If the request header Cf-Access-Authenticated-User-Email is present, it must equal the verified
/// e-mail address. The default.
pub const CFACCESS_EMAIL_HEADER_CHECK: i32 = 0;
/// For a person the header must be present and equal the verified e-mail address.
pub const CFACCESS_EMAIL_HEADER_REQUIRE: i32 = 1;
/// The header is not read. Nothing downstream may then trust it.
pub const CFACCESS_EMAIL_HEADER_IGNORE: i32 = 2;

/// How the request header Cf-Access-Authenticated-User-Email, which any client can send, is handled.
///
/// @param config     changed on success only
/// @param policy     one of CFACCESS_EMAIL_HEADER_*; default #CFACCESS_EMAIL_HEADER_CHECK
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_email_header(
    config: Option<&mut cfaccess_config>,
    policy: i32,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let policy = match policy {
            CFACCESS_EMAIL_HEADER_CHECK => EmailHeader::Check,
            CFACCESS_EMAIL_HEADER_REQUIRE => EmailHeader::Require,
            CFACCESS_EMAIL_HEADER_IGNORE => EmailHeader::Ignore,
            _ => {
                return Err(Refusal::new(
                    Status::InvalidConfig,
                    "the policy for the e-mail header is unknown",
                ));
            }
        };
        not_null(config)?.0.set_email_header(policy);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// How many verified tokens are cached, so that a token that is seen again is only looked up. A cache hit is
/// as strict as a verification.
///
/// @param config     changed on success only
/// @param entries    0 to 10,000,000; default 8,192; 0 turns the cache off
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_cache_entries(
    config: Option<&mut cfaccess_config>,
    entries: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(config)?.0.set_cache_entries(entries)) }
}

/// How much memory the cached tokens may take.
///
/// @param config     changed on success only
/// @param bytes      0 to 68,719,476,736 (64 GiB); default 33,554,432 (32 MiB); 0 turns the cache off
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_cache_bytes(
    config: Option<&mut cfaccess_config>,
    bytes: i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(config)?.0.set_cache_bytes(bytes)) }
}

/// Refuses tokens that were revoked: with #CFACCESS_STATUS_REVOKED or #CFACCESS_STATUS_BLOCKED, whether or not they were
/// accepted before. By default none are.
///
/// @param config       changed on success only
/// @param revocations  shared, of the same team; the handle may be freed afterwards
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_config_set_revocations(
    config: Option<&mut cfaccess_config>,
    revocations: Option<&cfaccess_revocations>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        not_null(config)?.0.set_revocations(&not_null(revocations)?.0);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Frees a configuration. Verifiers made from it keep their copy.
///
/// @param config  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_config_free(config: Option<Box<cfaccess_config>>) {
    quietly(|| drop(config));
}

/// # Safety
/// `text` is NULL or NUL-terminated, `out_error` NULL or valid for writing.
unsafe fn change_text(
    config: Option<&mut cfaccess_config>,
    text: *const c_char,
    out_error: *mut *mut cfaccess_error,
    change: fn(&mut Config, &str) -> Result<(), Refusal>,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let text = unsafe { config_text(text) }?;
        change(&mut not_null(config)?.0, text)
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
