//! Makes the C header into `OUT_DIR`, and tells the linker what a C library needs.

use std::env;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=src/ffi");
    println!("cargo::rerun-if-changed=src/status.rs");
    println!("cargo::rerun-if-changed=include/cbindgen.toml");
    println!("cargo::rerun-if-changed=include/preamble.h");
    make_header()?;
    link();
    Ok(())
}

fn make_header() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let root = Path::new(&root);
    let out = env::var("OUT_DIR")?;
    let folder = Path::new(&out).join("include");

    let mut config = cbindgen::Config::from_file(root.join("include/cbindgen.toml"))?;
    let preamble = std::fs::read_to_string(root.join("include/preamble.h"))?;
    let version = ["MAJOR", "MINOR", "PATCH"].map(|part| {
        let number = env::var(format!("CARGO_PKG_VERSION_{part}")).unwrap_or_default();
        format!("#define CFACCESS_VERSION_{part} {number}\n")
    });
    config.after_includes = Some(format!("{}\n{}", version.concat(), preamble.trim_end()));

    cbindgen::Builder::new()
        .with_crate(root)
        .with_config(config)
        .generate()?
        .write_to_file(folder.join("cfaccess.h"));
    println!("cargo::metadata=include={}", folder.display());
    Ok(())
}

fn link() {
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    // The standard library registers destructors that run when a thread ends: the code must still be there.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    // cargo-c sets a versioned name itself; two names would leave the install without a link.
    if env::var_os("CARGO_FEATURE_CAPI").is_none() {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libcfaccess.so");
    }
}
