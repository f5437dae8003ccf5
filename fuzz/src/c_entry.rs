//! The C entry points: any calls in any order, with NULL wherever it may be passed.
#![allow(unsafe_code, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
// What every block in this file leans on: a handle is NULL or came from its `_new` and is freed once,
// since its slot is emptied then; a place is NULL or a variable; bytes and strings outlive the call.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::null_mut;

use super::c_api::*;
use super::c_cache;
use super::c_program::{Bytes, Program};
use super::c_remote;
use super::genuine::{self, AUDIENCE, NOW};
use super::invariants::check_message;

const CALLS_MAX: usize = 64;
const SLOTS: usize = 2;

pub fn run(input: &[u8]) {
    let mut program = Program(input);
    let mut handles = Handles::default();
    for _ in 0..CALLS_MAX {
        if program.is_over() {
            break;
        }
        handles.call(&mut program);
    }
    handles.free();
}

/// What was handed out, two of each kind; the third slot is always NULL.
struct Handles {
    configs: [Handle; SLOTS + 1],
    keys: [Handle; SLOTS + 1],
    verifiers: [Handle; SLOTS + 1],
    options: [Handle; SLOTS + 1],
}

impl Default for Handles {
    fn default() -> Handles {
        let none = [null_mut(); SLOTS + 1];
        Handles { configs: none, keys: none, verifiers: none, options: none }
    }
}

impl Handles {
    fn call(&mut self, program: &mut Program) {
        let call = program.byte();
        let slot = usize::from(program.byte()) % (SLOTS + 1);
        let place = usize::from(program.byte());
        match call % 32 {
            0 => {
                let team = program.text("acme");
                let team = team.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
                self.renew(Kind::Config, slot, place, |out, error| unsafe {
                    cfaccess_config_new(team, out, error)
                });
            }
            1 => self.config_text(slot, place, program, AUDIENCE, cfaccess_config_add_audience),
            2 => self.config_text(slot, place, program, "id.access", cfaccess_config_allow_service),
            3 => {
                let config = self.configs[slot];
                fallible(place, &[], |error| unsafe { cfaccess_config_allow_any_service(config, error) });
            }
            4 => self.config_number(slot, place, program, cfaccess_config_set_leeway),
            5 => self.config_number(slot, place, program, cfaccess_config_set_max_lifetime),
            6 => {
                let json = program.bytes(genuine::DOCUMENT);
                self.renew(Kind::Keys, slot, place, |out, error| unsafe {
                    cfaccess_keys_from_json(json.ptr(), json.len(), out, error)
                });
            }
            7 => self.load(slot, place, &program.bytes(genuine::DOCUMENT)),
            8 => drop(keys_status(self.keys[slot], place)),
            9 => {
                let (config, keys) =
                    (self.configs[slot], self.keys[usize::from(program.byte()) % (SLOTS + 1)]);
                self.renew(Kind::Verifier, slot, place, |out, error| unsafe {
                    cfaccess_verifier_new(config, keys, out, error)
                });
            }
            10 => {
                let index = program.number() as usize;
                let warning = unsafe { cfaccess_verifier_warning(self.verifiers[slot], index) };
                if !warning.is_null() {
                    check_message(&text_of(warning), &[]);
                }
            }
            11 => verify(self.verifiers[slot], place, &program.token(), When::Now),
            12 => verify(self.verifiers[slot], place, &program.token(), When::At(NOW)),
            13 => verify(self.verifiers[slot], place, &program.token(), When::At(program.number())),
            14 => self.free_one(slot, place),
            15 => read_file(program, place),
            16 => self.put(Kind::Options, slot, c_remote::new_options(place)),
            17 => c_remote::set_duration(self.options[slot], place, program),
            18 => c_remote::set_path(self.options[slot], place, program),
            19 => c_remote::set_fetch(self.options[slot], place, program),
            20 => c_remote::set_log(self.options[slot], place, program),
            21 => {
                let keys = c_remote::new_keys(self.options[slot], place, program);
                self.put(Kind::Keys, slot, keys);
            }
            22 => c_remote::connect(self.keys[slot], place),
            23 => c_remote::close(self.keys[slot]),
            24 => c_cache::set_size(self.configs[slot], place, program),
            25 => c_cache::lookup(self.verifiers[slot], &program.token()),
            26 => c_cache::verify_twice(self.verifiers[slot]),
            27 => c_cache::stats(self.verifiers[slot], place),
            _ => verify(self.verifiers[slot], place, &program.token(), When::WithoutWaiting),
        }
        status_functions(program.byte().into());
    }

    fn config_text(
        &self,
        slot: usize,
        place: usize,
        program: &mut Program,
        genuine: &str,
        call: unsafe extern "C" fn(Handle, *const c_char, Place<c_void>) -> i32,
    ) {
        let text = program.text(genuine);
        let text = text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
        fallible(place, &[], |error| unsafe { call(self.configs[slot], text, error) });
    }

    fn config_number(
        &self,
        slot: usize,
        place: usize,
        program: &mut Program,
        call: unsafe extern "C" fn(Handle, i64, Place<c_void>) -> i32,
    ) {
        let number = program.number();
        fallible(place, &[], |error| unsafe { call(self.configs[slot], number, error) });
    }

    /// Frees what is in the slot and puts something new there.
    fn renew(
        &mut self,
        kind: Kind,
        slot: usize,
        place: usize,
        call: impl FnOnce(Place<c_void>, Place<c_void>) -> i32,
    ) {
        self.put(kind, slot, produce(place, &[], call));
    }

    fn put(&mut self, kind: Kind, slot: usize, handle: Handle) {
        kind.free(std::mem::replace(&mut self.slots(kind)[slot % SLOTS], handle));
    }

    fn slots(&mut self, kind: Kind) -> &mut [Handle; SLOTS + 1] {
        match kind {
            Kind::Config => &mut self.configs,
            Kind::Keys => &mut self.keys,
            Kind::Verifier => &mut self.verifiers,
            Kind::Options => &mut self.options,
        }
    }

    fn load(&self, slot: usize, place: usize, json: &Bytes) {
        let keys = self.keys[slot];
        let before = keys_status(keys, 0);
        let status = fallible(place, &[json.as_slice()], |error| unsafe {
            cfaccess_keys_load_json(keys, json.ptr(), json.len(), error)
        });
        // Of keys that are fetched the status tells the time as well.
        let is_fetched = before.as_ref().is_some_and(|status| status.contains(r#""source":"remote""#));
        assert!(status != OK || !is_fetched, "keys that are fetched are not loaded");
        if status != OK && !is_fetched {
            assert_eq!(keys_status(keys, 0), before, "the keys in force stay");
        }
    }

    fn free_one(&mut self, slot: usize, which: usize) {
        let kind = KINDS[which % KINDS.len()];
        kind.free(std::mem::replace(&mut self.slots(kind)[slot], null_mut()));
    }

    fn free(mut self) {
        (0..=SLOTS).for_each(|slot| (0..KINDS.len()).for_each(|which| self.free_one(slot, which)));
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Config,
    Keys,
    Verifier,
    Options,
}

const KINDS: [Kind; 4] = [Kind::Config, Kind::Keys, Kind::Verifier, Kind::Options];

impl Kind {
    fn free(self, handle: Handle) {
        match self {
            Kind::Config => unsafe { cfaccess_config_free(handle) },
            Kind::Keys => {
                // No fetch of this input goes on beside the next.
                c_remote::close(handle);
                unsafe { cfaccess_keys_free(handle) }
            }
            Kind::Verifier => unsafe { cfaccess_verifier_free(handle) },
            Kind::Options => unsafe { cfaccess_remote_options_free(handle) },
        }
    }
}

enum When {
    Now,
    WithoutWaiting,
    At(i64),
}

/// Calls with a place for an error that holds rubbish before, or with NULL, and checks what comes out.
pub(super) fn fallible(place: usize, inputs: &[&[u8]], call: impl FnOnce(Place<c_void>) -> i32) -> i32 {
    let mut error: Handle = std::ptr::dangling_mut::<u64>().cast();
    if place & 2 != 0 {
        return call(null_mut());
    }
    let status = call(&mut error);
    assert_eq!(status == OK, error.is_null(), "an error comes with a refusal only");
    if !error.is_null() {
        assert_eq!(unsafe { cfaccess_error_status(error) }, status);
        check_message(&text_of(unsafe { cfaccess_error_message(error) }), inputs);
    }
    unsafe { cfaccess_error_free(error) };
    status
}

/// The same for a function that hands something out.
pub(super) fn produce<T>(
    place: usize,
    inputs: &[&[u8]],
    call: impl FnOnce(Place<T>, Place<c_void>) -> i32,
) -> *mut T {
    let mut out: *mut T = std::ptr::dangling_mut::<u64>().cast();
    let wanted = place & 1 == 0;
    let given: Place<T> = if wanted { &mut out } else { null_mut() };
    let status = fallible(place, inputs, |error| call(given, error));
    if !wanted {
        assert_ne!(status, OK, "there was no place to hand anything out");
        return null_mut();
    }
    assert_eq!(status == OK, !out.is_null(), "something is handed out on success only");
    out
}

fn verify(verifier: Handle, place: usize, token: &Bytes, when: When) {
    let claims = produce(place, &[token.as_slice()], |out, error| unsafe {
        match when {
            When::Now => cfaccess_verifier_verify(verifier, token.ptr(), token.len(), out, error),
            When::WithoutWaiting => {
                cfaccess_verifier_try_verify(verifier, token.ptr(), token.len(), out, error)
            }
            When::At(now) => cfaccess_verifier_verify_at(verifier, token.ptr(), token.len(), now, out, error),
        }
    });
    if let Some(view) = unsafe { claims.as_ref() } {
        check_view(view);
    }
    unsafe { cfaccess_claims_free(claims) };
}

fn check_view(view: &cfaccess_claims) {
    assert!(view.struct_size >= size_of::<cfaccess_claims>());
    assert!(view.kind == 1 || view.kind == 2);
    let audiences = unsafe { std::slice::from_raw_parts(view.audiences, view.audiences_len) };
    let texts = view.texts.iter().chain(audiences).chain([&view.policy_id]);
    let texts: Vec<String> = texts.map(checked_text).collect();
    let block = unsafe { std::slice::from_raw_parts(view.block.ptr.cast::<u8>(), view.block.len) };
    assert_eq!(block, (texts.join("\0") + "\0").as_bytes(), "the block holds every text in order");
}

/// A text that is as long as it says, up to its NUL.
fn checked_text(text: &cfaccess_str) -> String {
    if text.ptr.is_null() {
        assert_eq!(text.len, 0);
        return String::new();
    }
    let read = text_of(text.ptr);
    assert_eq!(read.len(), text.len);
    read
}

fn keys_status(keys: Handle, place: usize) -> Option<String> {
    let json = produce(place, &[], |out, error| unsafe { cfaccess_keys_status(keys, out, error) });
    let text = (!json.is_null()).then(|| text_of(json));
    unsafe { cfaccess_string_free(json) };
    text
}

/// Files that are there, are none, and are not there.
fn read_file(program: &mut Program, place: usize) {
    let folder = env!("CARGO_MANIFEST_DIR");
    let name = program.text("Cargo.toml");
    let path = std::ffi::CString::new(match name {
        None => folder.to_owned(),
        Some(name) if name.as_bytes() == b"Cargo.toml" => format!("{folder}/Cargo.toml"),
        Some(name) => format!("{folder}/nothing is here/{}", name.to_string_lossy()),
    });
    let path = path.expect("no NUL");
    let keys =
        produce(place, &[], |out, error| unsafe { cfaccess_keys_from_file(path.as_ptr(), out, error) });
    assert!(keys.is_null());
}

fn status_functions(number: i32) {
    assert!(!text_of(cfaccess_status_name(number)).is_empty());
    assert!(!text_of(cfaccess_status_description(number)).is_empty());
    assert!([200, 401, 403, 500, 503].contains(&cfaccess_status_http(number)));
}

pub(super) fn text_of(text: *const c_char) -> String {
    unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8").to_owned()
}
