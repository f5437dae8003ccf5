use std::ffi::c_char;

use super::arguments::{Out, argument_text, bytes, not_null};
use super::error::{cfaccess_error, fallible};
use super::revocations::cfaccess_revocations;
use super::revoke_options::cfaccess_revoke_options;
use crate::revocation::{
    Note, Receipt, RevokeOptions, Target, TargetKind, entries_from_json, entries_to_json,
};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// In cfaccess_revocations_list(): targets of every kind, or no target.
pub const CFACCESS_TARGET_ANY: i32 = 0;
/// Every token of the team. Its value is NULL.
pub const CFACCESS_TARGET_TEAM: i32 = 1;
/// Tokens with this Application Audience (AUD) tag among their audiences.
pub const CFACCESS_TARGET_APPLICATION: i32 = 2;
/// Tokens of the person with this `sub`.
pub const CFACCESS_TARGET_SUBJECT: i32 = 3;
/// Tokens of the person with this `email`.
pub const CFACCESS_TARGET_EMAIL: i32 = 4;
/// Tokens of the service with this Client ID (`common_name`).
pub const CFACCESS_TARGET_SERVICE: i32 = 5;
/// Tokens of the login with this `identity_nonce`, or else `nonce`: the `session` of claims.
pub const CFACCESS_TARGET_SESSION: i32 = 6;

/// Ends the sessions of a target: its tokens that were issued up to now and a margin are refused with
/// #CFACCESS_STATUS_REVOKED; of a session all are. Revoking again only moves that time to later.
///
/// When it returns #CFACCESS_STATUS_OK, the store has remembered it, and it is in force in this process; in others it
/// is within their interval. It waits for the store, for at most 2 seconds or the timeout, whichever is longer.
///
/// @param revocations    borrowed
/// @param kind           one of CFACCESS_TARGET_*
/// @param value          NUL-terminated, copied: 1 to 512 bytes, compared without regard to ASCII case, an e-mail
///                       without regard to any case, and a session exactly; NULL for the team
/// @param options        borrowed during the call; NULL for the defaults
/// @param out_good_from  the first second whose tokens are accepted: a token that is issued before it stays refused
///                       as long as it lives; 2^53 - 1 for never (a session); 0 on failure; may be NULL
/// @param out_error      owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if kind, value or an option is wrong;
///         #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE if the store did not confirm the write, so that it is not known
///         to be there, or refuses it; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_revoke(
    revocations: Option<&cfaccess_revocations>,
    kind: i32,
    value: *const c_char,
    options: Option<&cfaccess_revoke_options>,
    out_good_from: *mut i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let target = unsafe { target(kind, value) }?;
        let options = Given(options);
        options.refuse_until()?;
        let receipt = not_null(revocations)?.0.revoke(&target, &options.revoke())?;
        // SAFETY: the caller's promise.
        unsafe { give_good_from(out_good_from, &receipt) };
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { write(out_good_from, out_error, body) }
}

/// Keeps a target out, until a time or for ever: all its tokens are refused with #CFACCESS_STATUS_BLOCKED. Those that
/// were issued before the block stay refused after it, with #CFACCESS_STATUS_REVOKED. It waits as
/// cfaccess_revocations_revoke() does.
///
/// @param revocations    borrowed
/// @param kind           as in cfaccess_revocations_revoke()
/// @param value          as in cfaccess_revocations_revoke()
/// @param options        borrowed during the call; NULL for the defaults
/// @param out_good_from  as in cfaccess_revocations_revoke(), for when the block is over; may be NULL
/// @param out_error      owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_revocations_revoke()
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_block(
    revocations: Option<&cfaccess_revocations>,
    kind: i32,
    value: *const c_char,
    options: Option<&cfaccess_revoke_options>,
    out_good_from: *mut i64,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let target = unsafe { target(kind, value) }?;
        let options = Given(options);
        options.refuse_cut_off()?;
        let receipt = not_null(revocations)?.0.block(&target, options.until(), &options.note())?;
        // SAFETY: the caller's promise.
        unsafe { give_good_from(out_good_from, &receipt) };
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { write(out_good_from, out_error, body) }
}

/// Ends a block; tokens that were issued before it stay refused. Where there is no block, the revocation is
/// lifted, and its tokens are good again. Lifting what is not there has no effect. It waits as
/// cfaccess_revocations_revoke() does.
///
/// @param revocations  borrowed
/// @param kind         as in cfaccess_revocations_revoke()
/// @param value        as in cfaccess_revocations_revoke()
/// @param options      borrowed during the call; NULL for the defaults
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_revocations_revoke()
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_lift(
    revocations: Option<&cfaccess_revocations>,
    kind: i32,
    value: *const c_char,
    options: Option<&cfaccess_revoke_options>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let target = unsafe { target(kind, value) }?;
        let options = Given(options);
        options.refuse_until()?;
        options.refuse_cut_off()?;
        not_null(revocations)?.0.lift(&target, &options.note())?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// A page of the entries of the store, as a JSON object with the list `entries`, in the order of kind and value. Each
/// has `kind` ("email"), `value` (as it is compared; empty for the team), `not_issued_after` and `blocked_until` (null
/// if it is no revocation or no block), `expires_at` (from then on it refuses no token that is alive, and falls away),
/// `made_at`, `made_by` and `reason`. Times are seconds since 1970; 2^53 - 1 means always, for ever and never. Those
/// that were lifted have neither of the first two times; they and those that fell away are there until the store
/// removes them. Later versions only add members. It waits as cfaccess_revocations_revoke() does.
///
/// @param revocations  borrowed
/// @param kind         one of CFACCESS_TARGET_*; #CFACCESS_TARGET_ANY for all
/// @param after_kind   with `after_value` the last target of the page before; #CFACCESS_TARGET_ANY for the first page
/// @param after_value  NUL-terminated; NULL for the team and for the first page
/// @param limit        1 to 10,000; a page with fewer entries is the last
/// @param out_json     owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT; #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE if the
///         store does not answer; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_list(
    revocations: Option<&cfaccess_revocations>,
    kind: i32,
    after_kind: i32,
    after_value: *const c_char,
    limit: i64,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        let kind = (kind != CFACCESS_TARGET_ANY).then(|| target_kind(kind)).transpose()?;
        let after = match after_kind {
            CFACCESS_TARGET_ANY => None,
            // SAFETY: the caller's promise.
            kind => Some(unsafe { target(kind, after_value) }?),
        };
        // What is negative is out of bounds, too.
        let limit = usize::try_from(limit).unwrap_or_default();
        let entries = not_null(revocations)?.0.list(kind, after.as_ref(), limit)?;
        out_json.give_text(entries_to_json(&entries))
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Adds entries as cfaccess_revocations_list() writes them, all or none: of another store, or made by the program
/// itself. They only raise what is there. It waits as cfaccess_revocations_revoke() does.
///
/// @param revocations  borrowed
/// @param json         borrowed during the call; NULL only if json_len is 0. Of each entry `kind`, `value` (not for
///                     the team) and `expires_at` are needed; `made_at` is now unless it is there. An `expires_at`
///                     that is too early for a token that could be alive is put off
/// @param json_len     in bytes
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_revocations_revoke()
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_import(
    revocations: Option<&cfaccess_revocations>,
    json: *const c_char,
    json_len: usize,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let json = unsafe { bytes(json, json_len) }?;
        not_null(revocations)?.0.import(&entries_from_json(json)?)?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Options, or the defaults for NULL.
struct Given<'a>(Option<&'a cfaccess_revoke_options>);

impl Given<'_> {
    fn revoke(&self) -> RevokeOptions {
        self.0.map(|options| options.revoke.clone()).unwrap_or_default()
    }

    fn note(&self) -> Note {
        self.0.map(|options| options.revoke.note.clone()).unwrap_or_default()
    }

    fn until(&self) -> Option<Timestamp> {
        self.0.and_then(|options| options.until)
    }

    fn refuse_until(&self) -> Result<(), Refusal> {
        refuse_if(self.until().is_some(), "until is for a block only")
    }

    fn refuse_cut_off(&self) -> Result<(), Refusal> {
        let has_cut_off = |options: &cfaccess_revoke_options| {
            options.revoke.at.is_some() || options.revoke.margin.is_some()
        };
        refuse_if(self.0.is_some_and(has_cut_off), "at and margin are for a revocation only")
    }
}

fn refuse_if(is_wrong: bool, message: &'static str) -> Result<(), Refusal> {
    if is_wrong { Err(Refusal::new(Status::InvalidArgument, message)) } else { Ok(()) }
}

fn target_kind(kind: i32) -> Result<TargetKind, Refusal> {
    match kind {
        CFACCESS_TARGET_TEAM => Ok(TargetKind::Team),
        CFACCESS_TARGET_APPLICATION => Ok(TargetKind::Application),
        CFACCESS_TARGET_SUBJECT => Ok(TargetKind::Subject),
        CFACCESS_TARGET_EMAIL => Ok(TargetKind::Email),
        CFACCESS_TARGET_SERVICE => Ok(TargetKind::Service),
        CFACCESS_TARGET_SESSION => Ok(TargetKind::Session),
        _ => Err(Refusal::new(Status::InvalidArgument, "the kind of the target is unknown")),
    }
}

/// # Safety
/// `value` is NULL or NUL-terminated.
unsafe fn target(kind: i32, value: *const c_char) -> Result<Target, Refusal> {
    let kind = target_kind(kind)?;
    if kind == TargetKind::Team && value.is_null() {
        return Ok(Target::team());
    }
    // SAFETY: the caller's promise.
    Target::new(kind, unsafe { argument_text(value) }?)
}

/// # Safety
/// `out_good_from` is NULL or valid for writing.
unsafe fn give_good_from(out_good_from: *mut i64, receipt: &Receipt) {
    let cut_off = receipt.terms.not_issued_after.map_or(-1, Timestamp::seconds);
    if !out_good_from.is_null() {
        // SAFETY: the caller's promise.
        unsafe { out_good_from.write(cut_off.saturating_add(1).min(Timestamp::MAX.seconds())) };
    }
}

/// # Safety
/// The places are NULL or valid for writing.
unsafe fn write(
    out_good_from: *mut i64,
    out_error: *mut *mut cfaccess_error,
    body: impl FnOnce() -> Result<(), Refusal>,
) -> Status {
    if !out_good_from.is_null() {
        // SAFETY: the caller's promise.
        unsafe { out_good_from.write(0) };
    }
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}
