//! Every input that fuzzing began with or stumbled over, run again as the fuzz targets run it.

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs: Vec<_> = std::fs::read_dir(&folder)
        .expect("a committed corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 10, "the corpus of {target} has {} inputs", inputs.len());
    for input in inputs {
        // What fails below this line is about the input named last.
        println!("{}", input.display());
        run(&std::fs::read(&input).expect("a file"));
    }
}

#[test]
fn tokens() {
    replay("token", fuzz::token::run);
}

#[test]
fn key_documents() {
    replay("keys", fuzz::keys::run);
}

#[test]
fn requests() {
    replay("request", fuzz::request::run);
}

#[test]
fn programs_in_c() {
    replay("c_entry", fuzz::c_entry::run);
}
