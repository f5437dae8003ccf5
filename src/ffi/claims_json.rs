use std::ffi::c_char;

use super::arguments::{Out, bytes, not_null};
use super::claims::cfaccess_claims;
use super::error::{cfaccess_error, fallible};
use crate::claims::groups_of;
use crate::json;
use crate::status::{Refusal, Status};

/// Claims as one JSON object, for languages that would otherwise read the struct member by member: `kind` ("person" or
/// "service"), `groups` (see cfaccess_groups_from_custom()), and every other member of cfaccess_claims under its name
/// but `struct_size`, `present`, `block` and `id`. Absent claims are null, times are seconds since 1970, `custom` and
/// `payload` are objects as they were signed. Members are only ever added.
///
/// @param claims     as they were handed out, not a copy of the struct; borrowed
/// @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error  owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_claims_json(
    claims: *const cfaccess_claims,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        // SAFETY: the caller's promise.
        let claims = not_null(unsafe { super::claims::claims_at(claims) })?;
        out_json.give_text(claims.to_json())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Reads the groups of a person from the claim `custom`, as JSON: a list of strings; `[]` if the token says that there
/// are none; `null` if it does not tell, because the claim is not configured, or Access left it out as the token grew
/// too large, or its form is none of those below. Only `[]` is a reason to think that the person is in no group.
///
/// Identity providers write a group as a string, which is taken as it is, or as an object, of which the first of
/// `name`, `email` and `id` counts that is a string and not empty. A single string is one group, `null` is an empty list,
/// and a list with anything else in it is not read in part. Several groups may have one name.
///
/// @param custom      `custom` of cfaccess_claims, or a copy of it; borrowed; NULL only if custom_len is 0
/// @param custom_len  in bytes; 0 if the token has no `custom`, which gives `null`
/// @param out_json    owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error   owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if `custom` is not a strict JSON object;
///         #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_groups_from_custom(
    custom: *const c_char,
    custom_len: usize,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        // SAFETY: the caller's promise.
        let custom = unsafe { bytes(custom, custom_len) }?;
        out_json.give_text(groups_json(custom)?)
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

fn groups_json(custom: &[u8]) -> Result<String, Refusal> {
    if custom.is_empty() {
        return Ok("null".to_owned());
    }
    let groups = json::text(custom).and_then(groups_of);
    let groups =
        groups.map_err(|_| Refusal::new(Status::InvalidArgument, "custom is not a strict JSON object"))?;
    Ok(serde_json::json!(groups).to_string())
}
