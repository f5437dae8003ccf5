//! The floor of a first verification: the check of a signature with a prepared key, and nothing else. C and
//! Go call the very same check through the two functions at the end.

mod table;

pub use table::Table;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

/// A prepared key, and the signature that it checks.
pub struct Floor {
    key: ParsedPublicKey,
    signing_input: Vec<u8>,
    signature: Vec<u8>,
}

impl Floor {
    /// Prepares the key of the folder of inputs.
    pub fn prepare(folder: &str) -> Floor {
        let read = |name: &str| std::fs::read(format!("{folder}/{name}")).expect(name);
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, read("key.der")).expect("a key");
        Floor { key, signing_input: read("signing_input"), signature: read("signature") }
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub fn holds(&self) -> bool {
        self.key.verify_sig(&self.signing_input, &self.signature).is_ok()
    }
}

/// # Safety
/// `folder` is NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn floor_prepare(folder: *const std::ffi::c_char) -> Box<Floor> {
    // SAFETY: the caller's promise.
    let folder = unsafe { std::ffi::CStr::from_ptr(folder) };
    Box::new(Floor::prepare(folder.to_str().expect("UTF-8")))
}

/// 1 if the signature is valid, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn floor_holds(floor: &Floor) -> i32 {
    floor.holds().into()
}
