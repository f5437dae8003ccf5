use std::ffi::{c_char, c_void};
use std::sync::Arc;

use super::arguments::{Out, config_text, not_null};
use super::boundary::quietly;
use super::callback::{cfaccess_log_function, cfaccess_release_function, log_function};
use super::claims::CView;
use super::error::{cfaccess_error, fallible};
use super::verifier::cfaccess_verifier;
use crate::guard::GuardConfig;
use crate::status::{Refusal, Status};

/// The configuration of a guard: built step by step, then copied into guards. It needs at least one route. A value
/// whose meaning is in doubt is #CFACCESS_STATUS_INVALID_CONFIG. One thread at a time.
pub struct cfaccess_guard_config(pub(super) GuardConfig<CView>);

/// Creates an empty configuration.
///
/// @param out_config  owned, freed with cfaccess_guard_config_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_new(
    out_config: *mut *mut cfaccess_guard_config,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_config = unsafe { Out::new(out_config) }?;
        out_config.give(Box::new(cfaccess_guard_config(GuardConfig::default())));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Sets the verifier for the requests of a host below a path, and the page on which a browser logs in.
///
/// A browser that navigates to a page with GET is redirected to the login page, with 302, if a login helps: after
/// NO_TOKEN, EXPIRED and SESSION_TOO_OLD. The path of the request is added as the parameter `redirect_url`, its
/// query is not.
///
/// A refusal with REVOKED expires the cookie CF_Authorization, so that Access issues another token, and has
/// `Retry-After` until such a token would be accepted; then a browser is redirected to the login page as above. If
/// its login session itself was revoked, it is redirected to /cdn-cgi/access/logout, with or without a login page. If
/// it comes back refused within a minute, which the cookie cfaccess-redirected shows, it gets a page instead.
///
/// @param config      changed on success only
/// @param host        NUL-terminated, copied: a name, or an IPv4 or IPv6 address, without a port; compared without
///                    regard to case. NULL means every host that no other route names
/// @param prefix      NUL-terminated, copied: a decoded path that begins with a slash. It matches whole segments:
///                    "/admin" covers /admin/users, not /administration. The longest match wins. "/" and NULL
///                    cover all paths
/// @param verifier    shared, the handle may be freed afterwards
/// @param login_page  NUL-terminated, copied: https://<team>.cloudflareaccess.com/cdn-cgi/access/login/<host>, or
///                    another https URL without user, query and fragment; NULL for none
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG, also if another route has the same host and prefix;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_add_route(
    config: Option<&mut cfaccess_guard_config>,
    host: *const c_char,
    prefix: *const c_char,
    verifier: Option<&cfaccess_verifier>,
    login_page: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let config = not_null(config)?;
        // SAFETY: the caller's promise.
        let host = unsafe { optional_text(host) }?;
        // SAFETY: the caller's promise.
        let prefix = unsafe { optional_text(prefix) }?;
        // SAFETY: the caller's promise.
        let login_page = unsafe { optional_text(login_page) }?;
        let verifier = Arc::clone(&not_null(verifier)?.verifier);
        config.0.add_route(host, prefix.unwrap_or("/"), verifier, login_page)
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Lets requests with this method and exactly this path through unverified, such as health checks and webhooks. GET
/// includes HEAD. Nothing below the path is open, and no WebSocket handshake is.
///
/// @param config     changed on success only
/// @param method     NUL-terminated, copied: capital letters
/// @param host       NUL-terminated, copied: as in cfaccess_guard_config_add_route(); NULL means every host
/// @param path       NUL-terminated, copied: the whole decoded path. There are no patterns: `*` is refused
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_add_open_path(
    config: Option<&mut cfaccess_guard_config>,
    method: *const c_char,
    host: *const c_char,
    path: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let config = not_null(config)?;
        // SAFETY: the caller's promise.
        let method = unsafe { config_text(method) }?;
        // SAFETY: the caller's promise.
        let host = unsafe { optional_text(host) }?;
        // SAFETY: the caller's promise.
        let path = unsafe { config_text(path) }?;
        config.0.add_open_path(method, host, path)
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Refuses, with CROSS_ORIGIN, requests caused by a page of another origin, except a plain GET, HEAD or OPTIONS.
/// WebSocket handshakes are refused too. Open paths are not checked.
///
/// Sec-Fetch-Site decides or, for browsers without it, Origin. A request with neither does not come from a page. The
/// cookie that Access turns into the token is SameSite=None by default, so browsers send it with such requests.
///
/// @param config     changed on success only
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_check_origin(
    config: Option<&mut cfaccess_guard_config>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { switch_on(config, out_error, GuardConfig::check_origin) }
}

/// Exempts another origin from cfaccess_guard_config_check_origin(), which must be called too.
///
/// @param config     changed on success only
/// @param origin     NUL-terminated, copied: a scheme, a host and an optional port, "https://app.example.com"
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_trust_origin(
    config: Option<&mut cfaccess_guard_config>,
    origin: *const c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let origin = unsafe { config_text(origin) }?;
        not_null(config)?.0.trust_origin(origin)
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Lets preflight requests through unverified: OPTIONS with one Origin and one Access-Control-Request-Method. Browsers
/// send no credentials with them; the application's CORS middleware answers them.
///
/// @param config     changed on success only
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_allow_preflight(
    config: Option<&mut cfaccess_guard_config>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { switch_on(config, out_error, GuardConfig::allow_preflight) }
}

/// Sets a function that receives warnings for the operator, with #CFACCESS_LOG_WARNING: those of the verifiers when a
/// guard is made, and one line each time requests begin to be refused with an HTTP status of 500 or more, never one per
/// request.
///
/// @param config     changed on success only
/// @param log        called by cfaccess_guard_new() and by the functions that decide, on the caller's thread, and
///                   never while the library holds a lock
/// @param user_data  passed to `log`; owned by the library if the call succeeds
/// @param release    gets `user_data` back once the configuration and its guards are freed; may be NULL
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_guard_config_set_log(
    config: Option<&mut cfaccess_guard_config>,
    log: cfaccess_log_function,
    user_data: *mut c_void,
    release: cfaccess_release_function,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        let config = not_null(config)?;
        // SAFETY: the caller's promise.
        config.0.set_log(unsafe { log_function(log, user_data, release) }?);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Frees a configuration. Guards made from it keep their copy.
///
/// @param config  owned, invalid afterwards; NULL is fine
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_guard_config_free(config: Option<Box<cfaccess_guard_config>>) {
    quietly(|| drop(config));
}

/// # Safety
/// `text` is NULL or a NUL-terminated string that lives as long as the result.
unsafe fn optional_text<'a>(text: *const c_char) -> Result<Option<&'a str>, Refusal> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { config_text(text) }.map(Some)
}

/// # Safety
/// `out_error` is NULL or valid for writing.
unsafe fn switch_on(
    config: Option<&mut cfaccess_guard_config>,
    out_error: *mut *mut cfaccess_error,
    switch: fn(&mut GuardConfig<CView>),
) -> Status {
    let body = || {
        switch(&mut not_null(config)?.0);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
