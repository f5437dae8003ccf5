//! What the README repeats is what the library says.

mod support;

use cfaccess::Status;
use support::{read, repository};

const BEGIN: &str = "<!-- statuses -->\n";
const END: &str = "<!-- /statuses -->";

fn text(path: &str) -> String {
    String::from_utf8(read(path)).expect("UTF-8")
}

/// With CFACCESS_BLESS=1 the table is written anew.
#[test]
fn its_table_of_statuses_is_the_library_s() {
    let readme = text("README.md");
    let (before, rest) = readme.split_once(BEGIN).expect("the beginning of the table");
    let (table, after) = rest.split_once(END).expect("the end of the table");

    let mut expected = "| status | number | HTTP | meaning |\n|---|---|---|---|\n".to_owned();
    for status in Status::all() {
        let (number, http) = (status.number(), status.http_status());
        expected += &format!("| `{status}` | {number} | {http} | {} |\n", status.description());
    }

    if std::env::var_os("CFACCESS_BLESS").is_some() {
        let renewed = [before, BEGIN, &expected, END, after].concat();
        std::fs::write(repository("README.md"), renewed).expect("the README is written");
    } else {
        assert_eq!(table, expected, "renew it with CFACCESS_BLESS=1 cargo test --test readme");
    }
}

#[test]
fn its_c_program_is_the_one_that_is_compiled_and_run() {
    let program = text("examples/c/verify.c");
    assert!(
        text("README.md").contains(&format!("```c\n{program}```\n")),
        "copy examples/c/verify.c into the README"
    );
}
