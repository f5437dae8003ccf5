//! Another static library of Rust, for a program that links two.

/// Uses enough of Rust's run time to need its own: a thread, an allocation, and a panic that is caught.
#[unsafe(no_mangle)]
pub extern "C" fn other_library_length(number: u32) -> usize {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::thread::spawn(move || std::panic::catch_unwind(|| panic!("{number}")).is_err());
    if caught.join().unwrap_or_default() { number.to_string().len() } else { 0 }
}
