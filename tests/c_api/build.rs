//! Writes the declarations of the C header as Rust.

#[allow(dead_code)]
#[path = "../support/header.rs"]
mod header;

use std::fmt::Write;
use std::path::Path;

const HEADER: &str = "../../include/cfaccess.h";
const BLOCK: &str = "../abi/block.txt";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in [HEADER, BLOCK, "../support/header.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let (header, block) = (std::fs::read_to_string(HEADER)?, std::fs::read_to_string(BLOCK)?);
    let file = Path::new(&std::env::var("OUT_DIR")?).join("declarations.rs");
    std::fs::write(file, declarations(&header)? + &strings_of_block(&block))?;
    Ok(())
}

fn declarations(header: &str) -> Result<String, std::fmt::Error> {
    let mut rust = String::from("pub type cfaccess_status = i32;\n");
    for (name, number) in header::statuses(header) {
        writeln!(rust, "pub const CFACCESS_STATUS_{name}: cfaccess_status = {number};")?;
    }
    for name in header::constants(header) {
        writeln!(
            rust,
            "pub const {name}: u32 = {};",
            header::value_of(header, name).trim_matches(['(', ')'])
        )?;
    }
    for name in header::opaque_types(header) {
        writeln!(rust, "#[repr(C)]\npub struct {name} {{\n    _private: [u8; 0],\n}}")?;
    }
    for (name, members) in header::structs(header) {
        writeln!(
            rust,
            "#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{ {}}}",
            fields(&members, "pub ")
        )?;
    }
    for callback in header::callbacks(header) {
        let parameters = fields(&callback.parameters, "");
        let signature = format!("unsafe extern \"C\" fn({parameters}){}", result(&callback.result));
        writeln!(rust, "pub type {} = Option<{signature}>;", callback.name)?;
    }
    writeln!(rust, "unsafe extern \"C\" {{")?;
    for function in header::functions(header) {
        let parameters = fields(&function.parameters, "");
        writeln!(rust, "    pub fn {}({parameters}){};", function.name, result(&function.result))?;
    }
    writeln!(rust, "}}")?;
    Ok(rust)
}

/// A function that lists the strings of claims in the order of the block.
fn strings_of_block(block: &str) -> String {
    let list = |names: &str| {
        let names = names.lines().filter_map(|line| line.split_once(' '));
        names.map(|(_, name)| format!("claims.{name}, ")).collect::<String>()
    };
    let audiences = block.find("12 audiences").expect("the audiences are recorded");
    let (before, after) = block.split_at(audiences);
    let (_, after) = after.split_once('\n').expect("a line");
    format!(
        "/// The strings of the claims in the order of the block.\n\
         pub fn strings_of_block(claims: &cfaccess_claims, audiences: &[cfaccess_str]) -> Vec<cfaccess_str> {{\n    \
         [&[{}][..], audiences, &[{}]].concat()\n}}\n",
        list(before),
        list(after)
    )
}

fn fields(declared: &[(String, String)], before: &str) -> String {
    declared.iter().map(|(kind, name)| format!("{before}{name}: {}, ", rust_type(kind))).collect()
}

fn result(kind: &str) -> String {
    if kind == "void" { String::new() } else { format!(" -> {}", rust_type(kind)) }
}

/// `const struct cfaccess_keys *` is a `*const cfaccess_keys`.
fn rust_type(kind: &str) -> String {
    let pointers = kind.matches('*').count();
    let is_const = kind.starts_with("const ");
    let words = kind.replace('*', " ");
    let name = words.split_whitespace().rfind(|word| *word != "const").unwrap_or_default();
    let name = match name {
        "char" => "c_char",
        "void" => "c_void",
        "size_t" => "usize",
        "int32_t" => "i32",
        "int64_t" => "i64",
        "uint32_t" => "u32",
        "uint64_t" => "u64",
        other => other,
    };
    let innermost = if is_const { "*const " } else { "*mut " };
    match pointers {
        0 => name.to_owned(),
        more => format!("{}{innermost}{name}", "*mut ".repeat(more - 1)),
    }
}
