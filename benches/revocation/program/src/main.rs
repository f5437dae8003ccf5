//! Measures revocations: what a hit costs with them, and what they do under load. Each process of `make
//! bench-revocation` is one of this program.

#[path = "../../../rust/src/allocations.rs"]
mod allocations;
mod entries;
mod memory;
mod reader;
mod renewal;
mod rows;
mod writer;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        ["rows", folder, url, entries] => rows::answer(folder, url, number(entries)),
        ["fill", url, entries] => entries::fill(url, number(entries)),
        ["memory", url] => memory::measure(url),
        ["renewal", folder, entries] => renewal::measure(folder, number(entries)),
        ["reader", folder, url] => reader::read(folder, url),
        ["writer", url, writer, writers, per_second, seconds, batch, people] => {
            let [writer, writers, batch, people] = [writer, writers, batch, people].map(number);
            let (per_second, seconds) = (per_second.parse().expect("a rate"), number(seconds) as u64);
            writer::write(url, &writer::Plan { writer, writers, per_second, seconds, batch, people });
        }
        _ => panic!("not a command: {arguments:?}"),
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}
