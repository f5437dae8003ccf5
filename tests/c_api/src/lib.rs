//! The declarations of `include/cfaccess.h` in Rust, made from it by `build.rs`. Whoever calls them links the
//! library, as by `use cfaccess as _`.
#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_void};

include!(concat!(env!("OUT_DIR"), "/declarations.rs"));
