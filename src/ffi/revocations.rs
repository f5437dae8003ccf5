use std::ffi::c_char;

use super::arguments::{Out, config_text, not_null};
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use super::revocation_options::cfaccess_revocation_options;
use crate::revocation::Revocations;
use crate::status::Status;

/// What was revoked for one Access team, shared by any number of verifiers and threads: see
/// cfaccess_config_set_revocations().
pub struct cfaccess_revocations(pub(super) Revocations);

/// Opens the store of a team's revocations:
/// - `memory:` for the life of this process; the program itself makes the revocations
/// - `sqlite:PATH` for the processes of one host
/// - `redis://...`, `rediss://...` and `redis+unix://...` for many hosts (Redis or Valkey)
///
/// A revocation here ends tokens. The login lives at Cloudflare, which gives a browser new tokens from it: end
/// both.
///
/// Nothing is read yet: the first verification does that, unless cfaccess_revocations_connect() did. A store that
/// other processes write to is asked again at half the interval, on threads that end with each answer, and callers
/// do not wait for it. Only a token that comes when the last answer is older than the interval waits for the next
/// one, for at most the timeout, and only if the last question was answered. While the store does not answer, the
/// revocations that are known count until `max_stale` has passed; cfaccess_revocation_options_set_when_stale() says
/// what happens then. A token that is known to be revoked is refused however old that knowledge is.
///
/// @param url              NUL-terminated, copied; may hold a password, which no message shows
/// @param team             NUL-terminated, as in cfaccess_config_new()
/// @param options          copied, may be changed or freed afterwards; NULL for the defaults
/// @param out_revocations  owned, freed with cfaccess_revocations_free()
/// @param out_error        owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if the URL, the team or an option is wrong, or the
///         library was built without this kind of store, which the message names; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_open(
    url: *const c_char,
    team: *const c_char,
    options: Option<&cfaccess_revocation_options>,
    out_revocations: *mut *mut cfaccess_revocations,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_revocations = unsafe { Out::new(out_revocations) }?;
        // SAFETY: the caller's promise.
        let url = unsafe { config_text(url) }?;
        // SAFETY: the caller's promise.
        let team = unsafe { config_text(team) }?;
        let options = options.map(|options| options.0.clone()).unwrap_or_default();
        out_revocations.give(Box::new(cfaccess_revocations(Revocations::open(url, team, options)?)));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Makes sure that the store has been read before the first token comes: reads it now and waits, unless what is known
/// is current. It waits for at most the timeout, and longer only while a large store goes on answering.
///
/// @param revocations  borrowed
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE with the reason, and later verifications
///         try again; #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_connect(
    revocations: Option<&cfaccess_revocations>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(revocations)?.0.connect()) }
}

/// Connects as cfaccess_revocations_connect(), but never waits. For event loops.
///
/// @param revocations  borrowed
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return as cfaccess_revocations_connect(), and #CFACCESS_STATUS_REVOCATIONS_PENDING while the store is being read
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_try_connect(
    revocations: Option<&cfaccess_revocations>,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, || not_null(revocations)?.0.try_connect()) }
}

/// Whether the store is being read, and has not reached the timeout. After #CFACCESS_STATUS_REVOCATIONS_PENDING, a
/// caller that waits in its own way asks this again and again, and then repeats its call. It never waits.
///
/// @param revocations  borrowed
/// @return 1 or 0; 0 for NULL
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_revocations_is_reading(revocations: Option<&cfaccess_revocations>) -> i32 {
    quietly(|| i32::from(revocations.is_some_and(|revocations| revocations.0.is_reading())))
}

/// What is known now, as a JSON object: `source` ("memory", "sqlite" or "redis"), `entries` (how many refuse
/// tokens in this process), `version` (increases whenever they change), `age` (seconds since the store last
/// answered; null if it never did, and for "memory"), `last_error` (a line, null since the last answer),
/// `refreshes` (questions to the store), `failures` (of those), `skipped` (entries of the store that cannot be
/// read and are not used) and `losses` (how often the store was seen to have lost entries; this process keeps
/// those that it knew). Later versions only add members. It never waits.
///
/// @param revocations  borrowed
/// @param out_json     owned, NUL-terminated, freed with cfaccess_string_free()
/// @param out_error    owned, freed with cfaccess_error_free(); may be NULL
/// @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_revocations_status(
    revocations: Option<&cfaccess_revocations>,
    out_json: *mut *mut c_char,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_json = unsafe { Out::new(out_json) }?;
        out_json.give_text(not_null(revocations)?.0.status().to_json())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Asks the store no more, and waits for an answer that is on its way, for at most the timeout. Afterwards the log
/// function is not called any more, unless a call of it still runs. What is known counts on, and is old after
/// `max_stale`; writes go on to work. Not to be called from the log function.
///
/// @param revocations  borrowed; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_revocations_close(revocations: Option<&cfaccess_revocations>) {
    quietly(|| {
        if let Some(revocations) = revocations {
            revocations.0.close();
        }
    });
}

/// Frees a handle on revocations. Verifiers made with it go on with them.
///
/// @param revocations  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_revocations_free(revocations: Option<Box<cfaccess_revocations>>) {
    quietly(|| drop(revocations));
}
