//! What the tests share: the vectors' format, the test keys, tokens signed with them, and the header.
#![allow(dead_code)]

#[cfg(unix)]
pub mod child;
pub mod explanation;
pub mod fetched;
#[cfg(unix)]
pub mod fork;
pub mod header;
#[cfg(unix)]
pub mod jobs;
pub mod local;
pub mod mint;
pub mod redis_server;
pub mod session;
pub mod spoiled;
pub mod store;
pub mod vectors;

use std::path::{Path, PathBuf};

/// The header that this build made from the sources.
pub const HEADER: &str = include_str!(concat!(env!("OUT_DIR"), "/include/cfaccess.h"));
/// The folder that it is in, for a C compiler.
pub const HEADER_FOLDER: &str = concat!(env!("OUT_DIR"), "/include");

/// A path inside the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Tells whoever counts that a test is skipped, past the capture of libtest.
pub fn skip(test: &str, missing: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "SKIP {test}: {missing}").expect("standard error");
}

/// Whether this is root, without whom the test is skipped.
#[cfg(unix)]
pub fn is_root(test: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        skip(test, "root, to become another user");
    }
    is_root
}

#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

pub fn read(path: &str) -> Vec<u8> {
    std::fs::read(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn read_json(path: &str) -> serde_json::Value {
    serde_json::from_slice(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
