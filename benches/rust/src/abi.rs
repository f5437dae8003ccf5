//! The C ABI, linked into this program so that its allocations are counted.

use std::ffi::{CString, c_char, c_void};
use std::ptr::null_mut;

/// A verifier that keeps nothing; it lives as long as the program.
pub struct Verifier(*const c_void);

impl Verifier {
    pub fn new(team: &str, audience: &str, keys_json: &[u8]) -> Verifier {
        let c_text = |text: &str| CString::new(text).expect("no NUL");
        let (team, audience) = (c_text(team), c_text(audience));
        let (mut config, mut keys, mut verifier) = (null_mut(), null_mut(), null_mut());
        // SAFETY: as the header asks.
        unsafe {
            assert_eq!(cfaccess_config_new(team.as_ptr(), &mut config, null_mut()), 0);
            assert_eq!(cfaccess_config_add_audience(config, audience.as_ptr(), null_mut()), 0);
            assert_eq!(cfaccess_config_set_cache_entries(config, 0, null_mut()), 0);
            let (json, length) = (keys_json.as_ptr().cast(), keys_json.len());
            assert_eq!(cfaccess_keys_from_json(json, length, &mut keys, null_mut()), 0);
            assert_eq!(cfaccess_verifier_new(config, keys, &mut verifier, null_mut()), 0);
        }
        Verifier(verifier)
    }

    pub fn verify_at(&self, token: &[u8], now: i64) {
        let mut claims = null_mut();
        let (token, length) = (token.as_ptr().cast(), token.len());
        // SAFETY: as the header asks.
        let status =
            unsafe { cfaccess_verifier_verify_at(self.0, token, length, now, &mut claims, null_mut()) };
        assert_eq!(status, 0);
        // SAFETY: made above.
        unsafe { cfaccess_claims_free(claims) };
    }
}

unsafe extern "C" {
    fn cfaccess_config_new(team: *const c_char, out: *mut *mut c_void, error: *mut *mut c_void) -> i32;
    fn cfaccess_config_add_audience(
        config: *mut c_void,
        audience: *const c_char,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_config_set_cache_entries(config: *mut c_void, entries: i64, error: *mut *mut c_void) -> i32;
    fn cfaccess_keys_from_json(
        json: *const c_char,
        length: usize,
        out: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_verifier_new(
        config: *const c_void,
        keys: *const c_void,
        out: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_verifier_verify_at(
        verifier: *const c_void,
        token: *const c_char,
        length: usize,
        now: i64,
        out: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> i32;
    fn cfaccess_claims_free(claims: *mut c_void);
}
