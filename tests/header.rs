//! The committed C header is the one that the sources make, and it is complete.

mod support;

use support::header;

const COMMITTED: &str = "include/cfaccess.h";
const BLESS: &str = "CFACCESS_BLESS=1 cargo test --test header";

#[test]
fn the_committed_header_is_the_generated_one() {
    if std::env::var_os("CFACCESS_BLESS").is_some() {
        std::fs::write(support::repository(COMMITTED), header::GENERATED).expect("the header is written");
    }

    let committed = String::from_utf8(support::read(COMMITTED)).expect("UTF-8");

    if committed != header::GENERATED {
        let difference = difference(&committed, header::GENERATED);
        panic!("{COMMITTED} is not what src/ffi makes. To renew it: {BLESS}\n{difference}");
    }
}

#[test]
fn the_version_macros_are_those_of_the_crate() {
    assert_eq!(header::value_of("CFACCESS_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MAJOR"));
    assert_eq!(header::value_of("CFACCESS_VERSION_MINOR"), env!("CARGO_PKG_VERSION_MINOR"));
    assert_eq!(header::value_of("CFACCESS_VERSION_PATCH"), env!("CARGO_PKG_VERSION_PATCH"));
}

#[test]
fn the_header_is_plain_ascii() {
    let odd = header::GENERATED
        .lines()
        .find(|line| line.bytes().any(|byte| !matches!(byte, 0x20..=0x7e)) || line.ends_with(' '));
    assert_eq!(odd, None);
}

#[test]
fn every_parameter_and_result_is_documented() {
    for function in header::functions() {
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
    for function in header::functions() {
        assert!(function.name.starts_with("cfaccess_"), "{}: the prefix", function.name);
        let outputs_begin = function.parameters.iter().position(|(_, name)| name.starts_with("out_"));
        let outputs = function.parameters.iter().skip(outputs_begin.unwrap_or(usize::MAX));
        let mut names = outputs.map(|(_, name)| name.as_str());
        let fails = function.result == "cfaccess_status" && function.name != "cfaccess_error_status";
        assert!(names.clone().all(|name| name.starts_with("out_")), "{}: outputs last", function.name);
        assert_eq!(names.next_back() == Some("out_error"), fails, "{}: the error very last", function.name);
    }
}

/// The lines between what both begin and end with.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[same..], &new[same..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let removed = old[..old.len() - tail].iter().map(|line| format!("-{line}\n"));
    let added = new[..new.len() - tail].iter().map(|line| format!("+{line}\n"));
    let short = |lines: Vec<String>| match lines.len() {
        0..=20 => lines.concat(),
        more => format!("{}... and {} lines more\n", lines[..20].concat(), more - 20),
    };
    format!("from line {}:\n{}{}", same + 1, short(removed.collect()), short(added.collect()))
}
