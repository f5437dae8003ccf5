//! Makes the C header into `OUT_DIR`, and tells the linker what a C library needs.

use std::env;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=src/ffi");
    println!("cargo::rerun-if-changed=src/status.rs");
    println!("cargo::rerun-if-changed=include/cbindgen.toml");
    println!("cargo::rerun-if-changed=include/preamble.h");
    #[cfg(feature = "ffi")]
    make_header()?;
    link();
    Ok(())
}

#[cfg(feature = "ffi")]
fn make_header() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let root = std::path::Path::new(&root);
    let out = env::var("OUT_DIR")?;
    let folder = std::path::Path::new(&out).join("include");

    let mut config = cbindgen::Config::from_file(root.join("include/cbindgen.toml"))?;
    let preamble = std::fs::read_to_string(root.join("include/preamble.h"))?;
    let version = ["MAJOR", "MINOR", "PATCH"].map(|part| {
        let number = env::var(format!("CARGO_PKG_VERSION_{part}")).unwrap_or_default();
        format!("#define CFACCESS_VERSION_{part} {number}\n")
    });
    config.after_includes = Some(format!("{}\n{}", version.concat(), preamble.trim_end()));

    let mut header = Vec::new();
    cbindgen::Builder::new().with_crate(root).with_config(config).generate()?.write(&mut header);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("cfaccess.h"), without_tag_in_c(&String::from_utf8(header)?)?)?;
    println!("cargo::metadata=include={}", folder.display());
    Ok(())
}

/// cbindgen gives the enum a tag that is also the name of an integer type, which -Wc++-compat warns about. Only C++
/// and C23, where the enum itself has the size of the integer, need the tag.
#[cfg(feature = "ffi")]
fn without_tag_in_c(header: &str) -> Result<String, &'static str> {
    const SIZED: &str = "#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L";
    let tagged = format!(
        "enum cfaccess_status\n{SIZED}\n  : int32_t\n#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L\n {{\n"
    );
    let tagged_where_sized = format!("{SIZED}\nenum cfaccess_status : int32_t\n#else\nenum\n#endif\n{{\n");
    if header.contains(&tagged) {
        Ok(header.replace(&tagged, &tagged_where_sized))
    } else {
        Err("cbindgen writes the enum cfaccess_status in another way")
    }
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
