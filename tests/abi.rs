//! Programs that were built against an earlier library still work: names, prototypes, layout and numbers are recorded in
//! `tests/abi/`, and the records only ever grow at their ends.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use cfaccess::Status;
use serde_json::json;
use support::{HEADER, HEADER_FOLDER, header, mint};

const BLESS: &str = "CFACCESS_BLESS=1 cargo test --locked --test abi";

#[test]
fn what_is_declared_is_exported() {
    let declared: BTreeSet<_> =
        header::functions(HEADER).iter().map(|function| function.name.to_owned()).collect();

    assert_eq!(exported(), declared);
}

#[test]
fn symbols_are_as_recorded() {
    compare("symbols.txt", exported().into_iter().collect());
}

#[test]
fn prototypes_are_as_recorded() {
    compare("prototypes.txt", header::functions(HEADER).iter().map(header::Function::prototype).collect());
}

#[test]
fn statuses_are_as_recorded() {
    let declared = header::statuses(HEADER);
    let known: Vec<_> = Status::all().map(|status| (status.name().to_owned(), status.number())).collect();
    assert_eq!(declared, known, "the header and the library know the same statuses");

    compare("status.txt", declared.iter().map(|(name, number)| format!("{name} {number}")).collect());
}

#[test]
fn constants_are_as_recorded() {
    let lines = header::constants(HEADER)
        .into_iter()
        .map(|name| format!("  printf(\"{name} %lld\\n\", (long long){name});\n"));
    compare("constants.txt", output_of_c("constants", &lines.collect::<String>()));
}

#[cfg(target_pointer_width = "64")]
#[test]
fn layout_is_as_recorded() {
    let mut body = String::new();
    for (owner, members) in header::structs(HEADER) {
        for (_, member) in members {
            let place = format!("offsetof({owner}, {member}), sizeof((({owner} *)0)->{member})");
            writeln!(body, "  printf(\"{owner}.{member} %zu %zu\\n\", {place});").expect("a string grows");
        }
    }
    compare("layout.txt", output_of_c("layout", &body));
}

/// Programs split the block of strings at its NULs, so the place of each string is recorded, as the library
/// writes it. No token has every claim: that of a service adds `common_name`.
#[test]
fn block_is_as_recorded() {
    let names = header::strings_of_claims(HEADER);
    let prints: String =
        names.iter().map(|name| format!("    PRINT(\"{name}\", claims->{name});\n")).collect();
    let keys = support::repository("tests/vectors/acme.jwks.json").display().to_string();
    let (audience, now) = (mint::AUDIENCE, mint::NOW);
    let body = format!(
        r#"
#define PRINT(name, string) \
  for (size_t place = 0, at = 0; (string).ptr != NULL && at <= claims->block.len; at++) \
    if (claims->block.ptr + at == (string).ptr) printf("%zu " name "\n", place); \
    else place += claims->block.ptr[at] == 0
  const char *tokens[] = {{"{}", "{}"}};
  for (int i = 0; i < 2; i++) {{
    cfaccess_config *config;
    cfaccess_keys *keys;
    cfaccess_verifier *verifier;
    cfaccess_claims *claims;
    if (cfaccess_config_new("acme", &config, NULL) || cfaccess_config_add_audience(config, "{audience}", NULL) ||
        cfaccess_config_allow_any_service(config, NULL) || cfaccess_keys_from_file("{keys}", &keys, NULL) ||
        cfaccess_verifier_new(config, keys, &verifier, NULL) ||
        cfaccess_verifier_verify_at(verifier, tokens[i], strlen(tokens[i]), {now}, &claims, NULL)) return 1;
    PRINT("audiences", claims->audiences[0]);
{prints}  }}
"#,
        person_with_every_claim(),
        service()
    );

    let places: BTreeMap<usize, String> = output_of_c("block", &body)
        .iter()
        .map(|line| line.split_once(' ').expect("a place and a name"))
        .map(|(place, name)| (place.parse().expect("a number"), name.to_owned()))
        .collect();

    let found: BTreeSet<&str> = places.values().map(String::as_str).collect();
    let expected: BTreeSet<&str> = names.iter().map(String::as_str).chain(["audiences"]).collect();
    assert_eq!(found, expected, "the block has a place for each string");
    compare("block.txt", places.iter().map(|(place, name)| format!("{place} {name}")).collect());
}

fn person_with_every_claim() -> String {
    let mut payload = mint::person();
    for name in header::strings_of_claims(HEADER).iter().filter(|name| *name != "common_name") {
        if payload.get(name).is_none() {
            payload[name] = json!(format!("the {name}"));
        }
    }
    payload["custom"] = json!({});
    mint::token(&mint::header(), &payload)
}

fn service() -> String {
    let mut payload = mint::person();
    payload["common_name"] = json!("e367826f93b8d71185e03fe518aff3b4.access");
    (payload["sub"], payload["email"]) = (json!(""), json!(""));
    mint::token(&mint::header(), &payload)
}

/// Each line of the record is still true, and no line is missing; blessing adds missing lines.
fn compare(record: &str, now: Vec<String>) {
    let path = format!("tests/abi/{record}");
    let file = support::repository(&path);
    let mut recorded = std::fs::read_to_string(&file).unwrap_or_default();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();

    let gone: Vec<_> = lines(&recorded).into_iter().filter(|line| !now.contains(line)).collect();
    assert!(
        gone.is_empty(),
        "{path}: programs rely on this, and it is no longer true:\n{}\nOnly a new minor version before 1.0, \
         or a new major one, may remove these lines by hand.",
        gone.join("\n")
    );

    let new: Vec<_> = now.into_iter().filter(|line| !lines(&recorded).contains(line)).collect();
    if !new.is_empty() && std::env::var_os("CFACCESS_BLESS").is_some() {
        recorded += &(new.join("\n") + "\n");
        std::fs::write(file, recorded).expect("the record is written");
        return;
    }
    assert!(new.is_empty(), "{path} lacks this. To add it: {BLESS}\n{}", new.join("\n"));
}

/// The library in the folder of this test program.
fn library() -> PathBuf {
    std::env::current_exe().expect("a test program").with_file_name("libcfaccess.so")
}

fn exported() -> BTreeSet<String> {
    let symbols = output(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library()));
    symbols.into_iter().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect()
}

fn output_of_c(name: &str, body: &str) -> Vec<String> {
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.c"));
    let program = source.with_extension("");
    let includes = "#include <cfaccess.h>\n#include <stdio.h>\n#include <string.h>\n";
    std::fs::write(&source, format!("{includes}int main(void) {{\n{body}  return 0;\n}}\n"))
        .expect("written");

    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let library = library();
    let folder = library.parent().expect("a folder").display().to_string();
    let link = [format!("-L{folder}"), "-lcfaccess".to_owned()];
    output(
        Command::new(compiler)
            .args(["-std=c11", "-I", HEADER_FOLDER, "-o"])
            .args([&program, &source])
            .args(link),
    );
    // Cargo's own path has a library of an earlier build first.
    output(Command::new(program).env("LD_LIBRARY_PATH", folder))
}

fn output(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}
