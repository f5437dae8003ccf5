#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| cfaccess_fuzz::request::run(input));
