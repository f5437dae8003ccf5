//! What shows that a form was sent by the page that it was on: a code over the session that the page was shown in.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::random;

/// Made anew at each start.
pub(crate) struct Seal(Key);

impl Default for Seal {
    fn default() -> Seal {
        Seal(Key::new(HMAC_SHA256, &random::bytes::<32>()))
    }
}

impl Seal {
    pub(crate) fn of(&self, parts: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(sign(&self.0, &joined(parts)))
    }

    /// Takes the same time for each wrong code.
    pub(crate) fn holds(&self, parts: &[&str], code: &str) -> bool {
        let code = URL_SAFE_NO_PAD.decode(code);
        code.is_ok_and(|code| verify(&self.0, &joined(parts), &code).is_ok())
    }
}

/// Each part with its length, so that no two lists are written alike.
fn joined(parts: &[&str]) -> Vec<u8> {
    parts.iter().flat_map(|part| format!("{}:{part}", part.len()).into_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_holds_for_its_parts_and_its_start_alone() {
        let seal = Seal::default();
        let code = seal.of(&["ab", "c"]);
        assert!(seal.holds(&["ab", "c"], &code));
        assert!(
            !seal.holds(&["a", "bc"], &code)
                && !seal.holds(&["ab", "c"], "")
                && !seal.holds(&["ab", "c"], "!")
        );
        assert!(!Seal::default().holds(&["ab", "c"], &code));
    }
}
