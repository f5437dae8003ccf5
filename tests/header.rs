//! The committed C header is the one that the sources make, and it is complete.

mod support;

use support::{HEADER, header};

const COMMITTED: &str = "include/cfaccess.h";
const EXAMPLE: &str = "examples/c/verify.c";
const BLESS: &str = "CFACCESS_BLESS=1 cargo test --locked --test header";
/// How many lines of a difference are shown.
const SHOWN: usize = 40;

#[test]
fn the_committed_header_is_the_generated_one() {
    if std::env::var_os("CFACCESS_BLESS").is_some() {
        std::fs::write(support::repository(COMMITTED), HEADER).expect("the header is written");
    }

    let committed = String::from_utf8(support::read(COMMITTED)).expect("UTF-8");

    if committed != HEADER {
        let difference = difference(&committed, HEADER);
        panic!("{COMMITTED} is not what src/ffi makes. To renew it: {BLESS}\n{difference}");
    }
}

/// It is compiled and run by `tests/c/run.py header`.
#[test]
fn the_program_in_examples_is_the_one_of_the_header() {
    if std::env::var_os("CFACCESS_BLESS").is_some() {
        std::fs::write(support::repository(EXAMPLE), header::example(HEADER))
            .expect("the example is written");
    }

    let committed = String::from_utf8(support::read(EXAMPLE)).expect("UTF-8");

    if committed != header::example(HEADER) {
        let difference = difference(&committed, &header::example(HEADER));
        panic!("{EXAMPLE} is not the program of the header. To renew it: {BLESS}\n{difference}");
    }
}

#[test]
fn the_version_macros_are_those_of_the_crate() {
    assert_eq!(header::value_of(HEADER, "CFACCESS_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MAJOR"));
    assert_eq!(header::value_of(HEADER, "CFACCESS_VERSION_MINOR"), env!("CARGO_PKG_VERSION_MINOR"));
    assert_eq!(header::value_of(HEADER, "CFACCESS_VERSION_PATCH"), env!("CARGO_PKG_VERSION_PATCH"));
}

#[test]
fn the_header_is_plain_ascii() {
    let odd = HEADER
        .lines()
        .find(|line| line.bytes().any(|byte| !matches!(byte, 0x20..=0x7e)) || line.ends_with(' '));
    assert_eq!(odd, None);
}

#[test]
fn every_parameter_and_result_is_documented() {
    for function in header::functions(HEADER) {
        for (_, parameter) in &function.parameters {
            let documented = function.comment.contains(&format!("@param {parameter} "));
            assert!(documented, "{}: {parameter} has no @param", function.name);
        }
        let documented = function.comment.matches("@param").count();
        assert_eq!(documented, function.parameters.len(), "{}: one @param each", function.name);
        let returns = function.comment.contains("@return");
        assert_eq!(returns, function.result != "void", "{}: @return", function.name);
    }
}

#[test]
fn names_say_what_they_are() {
    for function in header::functions(HEADER) {
        assert!(function.name.starts_with("cfaccess_"), "{}: the prefix", function.name);
        let outputs_begin = function.parameters.iter().position(|(_, name)| name.starts_with("out_"));
        let outputs = function.parameters.iter().skip(outputs_begin.unwrap_or(usize::MAX));
        let mut names = outputs.map(|(_, name)| name.as_str());
        let fails = function.result == "cfaccess_status" && function.name != "cfaccess_error_status";
        assert!(names.clone().all(|name| name.starts_with("out_")), "{}: outputs last", function.name);
        assert_eq!(names.next_back() == Some("out_error"), fails, "{}: the error very last", function.name);
    }
}

/// The lines that only one of both has, with `-` before those of the old one and `+` before those of the new
/// one.
fn difference(old: &str, new: &str) -> String {
    let only_in = |one: &str, other: &str, sign: char| -> Vec<String> {
        let missing = one.lines().filter(|line| !other.lines().any(|known| known == *line));
        missing.map(|line| format!("{sign}{line}\n")).collect()
    };
    let lines = [only_in(old, new, '-'), only_in(new, old, '+')].concat();
    match lines.len() {
        0 => "the same lines in another order\n".to_owned(),
        1..=SHOWN => lines.concat(),
        more => format!("{}... and {} lines more\n", lines[..SHOWN].concat(), more - SHOWN),
    }
}

#[test]
fn the_difference_shows_changed_lines_only() {
    assert_eq!(difference("a\nb\nc\nd\n", "a\nB\nc\nx\nd\n"), "-b\n+B\n+x\n");
}
