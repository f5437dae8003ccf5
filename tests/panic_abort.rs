//! A Rust program whose panics abort can use the crate without the C ABI, and is told so where it does not.

mod support;

use std::path::PathBuf;
use std::process::{Command, Output};

use support::{mint, repository};

const PROGRAM: &str = r#"
use cfaccess::{Config, Keys, Timestamp, Verifier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [_, keys, audience, token, now] = &std::env::args().collect::<Vec<_>>()[..] else { panic!() };
    let mut config = Config::new("acme")?;
    config.add_audience(audience)?;
    let verifier = Verifier::new(config, Keys::from_file(keys.as_ref())?)?;
    let claims = verifier.verify_at(token.as_bytes(), Timestamp::new(now.parse()?).ok_or("a time")?)?;
    println!("{}", claims.principal_id());
    Ok(())
}
"#;

/// A package with the program, built with what was fetched for this one.
fn package(name: &str, default_features: bool) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n[profile.dev]\npanic = \"abort\"\n\
         [dependencies]\ncfaccess = {{ path = {:?}, default-features = {default_features} }}\n",
        repository("")
    );
    std::fs::create_dir_all(folder.join("src")).expect("a folder");
    std::fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::write(folder.join("src/main.rs"), PROGRAM).expect("a program");
    std::fs::copy(repository("Cargo.lock"), folder.join("Cargo.lock")).expect("versions");
    folder
}

fn run(name: &str, default_features: bool) -> Output {
    // That of this package, whose build of aws-lc serves both.
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("");
    let keys = repository("tests/vectors/acme.jwks.json");
    Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--"])
        .arg(keys)
        .args([mint::AUDIENCE, &mint::token(&mint::header(), &mint::person()), &mint::NOW.to_string()])
        .current_dir(package(name, default_features))
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("cargo runs")
}

#[test]
fn a_program_that_aborts_on_panics_verifies_without_the_c_abi() {
    let Output { status, stdout, stderr } = run("abort-without-ffi", false);

    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    let person =
        format!("acme.cloudflareaccess.com/person/{}\n", mint::person()["sub"].as_str().expect("a sub"));
    assert_eq!(String::from_utf8_lossy(&stdout), person);
}

#[test]
fn with_the_c_abi_it_is_told_what_to_do() {
    let Output { status, stderr, .. } = run("abort-with-ffi", true);

    let told = String::from_utf8_lossy(&stderr);
    assert!(!status.success() && told.contains("default-features = false"), "{told}");
}
