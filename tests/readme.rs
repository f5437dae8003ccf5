//! The README repeats what the library and the header say.

mod support;

use std::sync::{Mutex, PoisonError};

use cfaccess::Status;
use support::{HEADER, header, read, repository};

const BLESS: &str = "CFACCESS_BLESS=1 cargo test --locked --test readme";

#[test]
fn its_table_of_statuses_is_the_library_s() {
    let mut table = "| status | number | HTTP | meaning |\n|---|---|---|---|\n".to_owned();
    for status in Status::all() {
        let (number, http) = (status.number(), status.http_status());
        table += &format!("| `{status}` | {number} | {http} | {} |\n", status.description());
    }

    compare("<!-- statuses -->\n", &table, "<!-- /statuses -->");
}

/// The tests of the header compile and run it.
#[test]
fn its_c_program_is_the_header_s_example() {
    compare("```c\n", &header::example(HEADER), "```\n");
}

/// Compares the part of the README between `begin` and `end`, or writes it with CFACCESS_BLESS=1.
fn compare(begin: &str, expected: &str, end: &str) {
    static README: Mutex<()> = Mutex::new(());
    let _one_writer = README.lock().unwrap_or_else(PoisonError::into_inner);
    let readme = String::from_utf8(read("README.md")).expect("UTF-8");
    let (before, rest) = readme.split_once(begin).unwrap_or_else(|| panic!("no {begin:?} in the README"));
    let (part, after) = rest.split_once(end).unwrap_or_else(|| panic!("no {end:?} after {begin:?}"));

    if std::env::var_os("CFACCESS_BLESS").is_some() {
        let renewed = [before, begin, expected, end, after].concat();
        std::fs::write(repository("README.md"), renewed).expect("the README is written");
    } else {
        assert_eq!(part, expected, "to renew the README: {BLESS}");
    }
}
