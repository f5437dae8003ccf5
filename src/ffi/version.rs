use std::ffi::{CStr, c_char};

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// The version of the loaded library: compare it with #CFACCESS_VERSION_NUMBER, the version
/// of the header. While the major version is 0, the minor versions must be the same.
///
/// @return major << 16 | minor << 8 | patch
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_version_number() -> u32 {
    let part = |text: &str| text.bytes().fold(0, |number: u32, digit| number * 10 + u32::from(digit - b'0'));
    part(env!("CARGO_PKG_VERSION_MAJOR")) << 16
        | part(env!("CARGO_PKG_VERSION_MINOR")) << 8
        | part(env!("CARGO_PKG_VERSION_PATCH"))
}

/// The version of the loaded library as text.
///
/// @return static, NUL-terminated, such as "0.1.0"
#[unsafe(no_mangle)]
pub extern "C" fn cfaccess_version() -> *const c_char {
    VERSION.as_ptr()
}
