//! Writes all pages to a folder, with the header fields that they are sent with: `pages FOLDER`.

#![allow(dead_code, unused_imports)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

#[path = "../src/duration.rs"]
mod duration;
#[path = "../src/pages/mod.rs"]
mod pages;
#[path = "../src/pages/samples.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("which folder?")?);
    fs::create_dir_all(&folder)?;
    for (name, page) in samples::pages(&samples::Texts::USUAL) {
        fs::write(folder.join(name).with_extension("html"), page)?;
    }
    let mut headers = String::new();
    for (name, value) in &pages::headers(&["http://wiki.localhost:8780"]) {
        writeln!(headers, "{name}: {}", value.to_str()?)?;
    }
    fs::write(folder.join("headers"), headers)?;
    Ok(())
}
