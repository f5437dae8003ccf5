//! The C ABI as a C program sees it (`include/cfaccess.h`).
#![allow(unsafe_code, non_camel_case_types)]

use std::ffi::{c_char, c_void};

// Links the library; it is called by its C names only.
use cfaccess as _;

pub const OK: i32 = 0;

pub type Handle = *mut c_void;
pub type Place<T> = *mut *mut T;

pub type FetchFunction =
    Option<unsafe extern "C" fn(user_data: *mut c_void, url: *const c_char, document: Handle) -> i32>;
pub type LogFunction = Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, line: *const c_char)>;
pub type ReleaseFunction = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct cfaccess_str {
    pub ptr: *const c_char,
    pub len: usize,
}

#[repr(C)]
pub struct cfaccess_claims {
    pub struct_size: usize,
    pub kind: u32,
    pub present: u32,
    pub issued_at: i64,
    pub not_before: i64,
    pub expires_at: i64,
    pub audiences_len: usize,
    pub audiences: *const cfaccess_str,
    pub block: cfaccess_str,
    /// From `payload` to `custom`.
    pub texts: [cfaccess_str; 12],
    pub ends_at: i64,
    pub id: u64,
    pub policy_id: cfaccess_str,
}

unsafe extern "C" {
    pub fn cfaccess_config_new(team: *const c_char, out: Place<c_void>, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_add_audience(config: Handle, audience: *const c_char, error: Place<c_void>)
    -> i32;
    pub fn cfaccess_config_allow_service(config: Handle, id: *const c_char, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_allow_any_service(config: Handle, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_set_leeway(config: Handle, seconds: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_set_max_lifetime(config: Handle, seconds: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_set_cache_entries(config: Handle, entries: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_set_cache_bytes(config: Handle, bytes: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_config_free(config: Handle);

    pub fn cfaccess_keys_from_json(
        json: *const c_char,
        len: usize,
        out: Place<c_void>,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_keys_from_file(path: *const c_char, out: Place<c_void>, error: Place<c_void>) -> i32;
    pub fn cfaccess_keys_load_json(
        keys: Handle,
        json: *const c_char,
        len: usize,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_keys_status(keys: Handle, out: Place<c_char>, error: Place<c_void>) -> i32;
    pub fn cfaccess_keys_free(keys: Handle);

    pub fn cfaccess_remote_options_new(out: Place<c_void>, error: Place<c_void>) -> i32;
    pub fn cfaccess_remote_options_set_ca_file(
        options: Handle,
        path: *const c_char,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_remote_options_set_cache_file(
        options: Handle,
        path: *const c_char,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_remote_options_set_timeout(options: Handle, ms: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_remote_options_set_refresh_after(options: Handle, ms: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_remote_options_set_cooldown(options: Handle, ms: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_remote_options_set_max_stale(options: Handle, ms: i64, error: Place<c_void>) -> i32;
    pub fn cfaccess_remote_options_set_fetch(
        options: Handle,
        fetch: FetchFunction,
        user_data: *mut c_void,
        release: ReleaseFunction,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_remote_options_set_log(
        options: Handle,
        log: LogFunction,
        user_data: *mut c_void,
        release: ReleaseFunction,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_remote_options_free(options: Handle);
    pub fn cfaccess_document_write(
        document: Handle,
        content: *const c_char,
        len: usize,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_keys_remote(
        team: *const c_char,
        options: Handle,
        out: Place<c_void>,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_keys_connect(keys: Handle, error: Place<c_void>) -> i32;
    pub fn cfaccess_keys_close(keys: Handle);

    pub fn cfaccess_verifier_new(
        config: Handle,
        keys: Handle,
        out: Place<c_void>,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_verifier_warning(verifier: Handle, index: usize) -> *const c_char;
    pub fn cfaccess_verifier_verify(
        verifier: Handle,
        token: *const c_char,
        len: usize,
        out: Place<cfaccess_claims>,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_verifier_verify_at(
        verifier: Handle,
        token: *const c_char,
        len: usize,
        now: i64,
        out: Place<cfaccess_claims>,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_verifier_try_verify(
        verifier: Handle,
        token: *const c_char,
        len: usize,
        out: Place<cfaccess_claims>,
        error: Place<c_void>,
    ) -> i32;
    pub fn cfaccess_verifier_lookup(verifier: Handle, token: *const c_char, len: usize) -> u64;
    pub fn cfaccess_verifier_stats(verifier: Handle, out: Place<c_char>, error: Place<c_void>) -> i32;
    pub fn cfaccess_verifier_free(verifier: Handle);

    pub fn cfaccess_claims_free(claims: *mut cfaccess_claims);
    pub fn cfaccess_string_free(string: *mut c_char);

    pub fn cfaccess_error_status(error: Handle) -> i32;
    pub fn cfaccess_error_message(error: Handle) -> *const c_char;
    pub fn cfaccess_error_free(error: Handle);

    pub safe fn cfaccess_status_name(status: i32) -> *const c_char;
    pub safe fn cfaccess_status_description(status: i32) -> *const c_char;
    pub safe fn cfaccess_status_http(status: i32) -> i32;
}
