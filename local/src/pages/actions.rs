//! Where the forms of the status page are sent to: by `POST`, as `application/x-www-form-urlencoded`, with the field
//! [`CSRF`]. Each is answered with a 303 to [`STATUS`], or with the page again and a notice.

/// The page itself; `GET`.
pub(crate) const STATUS: &str = "/cdn-cgi/local/page";
/// Ends one session. Fields: `session`, its `identity_nonce`.
pub(crate) const END_SESSION: &str = "/cdn-cgi/local/page/sessions/end";
/// Makes a new key. No fields.
pub(crate) const ROTATE_KEYS: &str = "/cdn-cgi/local/page/keys/rotate";
/// Stops publishing the key before the current one. No fields.
pub(crate) const RETIRE_KEY: &str = "/cdn-cgi/local/page/keys/retire";
/// Moves the clock. Fields: `offset`, such as `-2h`.
pub(crate) const OFFSET_CLOCK: &str = "/cdn-cgi/local/page/clock/offset";
/// Stops the clock. Fields: `at`, such as `2026-11-27T22:16:14`, in UTC; seconds may be missing.
pub(crate) const FREEZE_CLOCK: &str = "/cdn-cgi/local/page/clock/freeze";
/// Goes back to the system's clock. No fields.
pub(crate) const REAL_CLOCK: &str = "/cdn-cgi/local/page/clock/real";
/// Adds a fault. Fields: `name`, and `app`, `path`, `times` and `for`, each of which may be empty.
pub(crate) const ADD_FAULT: &str = "/cdn-cgi/local/page/faults/add";
/// Clears all faults. No fields.
pub(crate) const CLEAR_FAULTS: &str = "/cdn-cgi/local/page/faults/clear";
/// Ends all sessions, clears all faults and goes back to the system's clock. No fields.
pub(crate) const RESET: &str = "/cdn-cgi/local/page/reset";

/// The field with the token that shows that a form came from a page of ours.
pub(crate) const CSRF: &str = "csrf";
