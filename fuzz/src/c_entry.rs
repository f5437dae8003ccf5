//! The C entry points: any calls in any order, with NULL wherever it may be passed.
#![allow(unsafe_code, clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
// The promises that these blocks lean on: a handle is NULL, or came from its `_new` and is freed once, since
// its slot is emptied then; a place is NULL or a variable; bytes and strings outlive the call.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

// Links the library, which is called by its C names only.
use cfaccess as _;
use cfaccess_c_api::*;

use super::c_call::{OK, Place, fallible, produce, text_of};
use super::c_calls::Call;
use super::c_program::{Bytes, Program};
use super::genuine::{self, AUDIENCE, NOW};
use super::invariants::check_message;
use super::{c_cache, c_remote, c_revocations};

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

/// The handles of a program, two of each kind; the third slot is always NULL.
struct Handles {
    configs: Slots<cfaccess_config>,
    keys: Slots<cfaccess_keys>,
    verifiers: Slots<cfaccess_verifier>,
    options: Slots<cfaccess_remote_options>,
    revocations: Slots<cfaccess_revocations>,
}

type Slots<T> = [*mut T; SLOTS + 1];

impl Default for Handles {
    fn default() -> Handles {
        Handles {
            configs: [null_mut(); SLOTS + 1],
            keys: [null_mut(); SLOTS + 1],
            verifiers: [null_mut(); SLOTS + 1],
            options: [null_mut(); SLOTS + 1],
            revocations: [null_mut(); SLOTS + 1],
        }
    }
}

impl Handles {
    fn call(&mut self, program: &mut Program) {
        let call = Call::of(program.byte());
        let slot = usize::from(program.byte()) % (SLOTS + 1);
        let place = usize::from(program.byte());
        let (config, keys, verifier, options) =
            (self.configs[slot], self.keys[slot], self.verifiers[slot], self.options[slot]);
        let revocations = self.revocations[slot];
        match call {
            Call::Config => {
                let team = program.text("acme");
                let team = team.as_ref().map_or(null(), |text| text.as_ptr());
                let config =
                    produce(place, &[], |out, error| unsafe { cfaccess_config_new(team, out, error) });
                put(&mut self.configs, slot, config);
            }
            Call::AddAudience => {
                config_text(config, place, program, AUDIENCE, cfaccess_config_add_audience);
            }
            Call::AllowService => {
                config_text(config, place, program, "id.access", cfaccess_config_allow_service);
            }
            Call::AllowAnyService => {
                fallible(place, &[], |error| unsafe { cfaccess_config_allow_any_service(config, error) });
            }
            Call::SetLeeway => config_number(config, place, program, cfaccess_config_set_leeway),
            Call::SetMaxLifetime => config_number(config, place, program, cfaccess_config_set_max_lifetime),
            Call::SetMaxAge => config_number(config, place, program, cfaccess_config_set_max_age),
            Call::AcceptCookie => {
                fallible(place, &[], |error| unsafe { cfaccess_config_accept_cookie(config, error) });
            }
            Call::SetEmailHeader => {
                let policy = i32::from(program.byte()) - 1;
                fallible(place, &[], |error| unsafe {
                    cfaccess_config_set_email_header(config, policy, error)
                });
            }
            Call::KeysFromJson => {
                let json = program.bytes(genuine::DOCUMENT);
                let keys = produce(place, &[], |out, error| unsafe {
                    cfaccess_keys_from_json(json.ptr(), json.len(), out, error)
                });
                put(&mut self.keys, slot, keys);
            }
            Call::LoadJson => load(keys, place, &program.bytes(genuine::DOCUMENT)),
            Call::KeysStatus => drop(keys_status(keys, place)),
            Call::Verifier => {
                let keys = self.keys[usize::from(program.byte()) % (SLOTS + 1)];
                let verifier = produce(place, &[], |out, error| unsafe {
                    cfaccess_verifier_new(config, keys, out, error)
                });
                put(&mut self.verifiers, slot, verifier);
            }
            Call::Warning => {
                let index = program.number() as usize;
                let warning = unsafe { cfaccess_verifier_warning(verifier, index) };
                if !warning.is_null() {
                    check_message(&text_of(warning), &[]);
                }
            }
            Call::Verify => verify(verifier, place, &program.token(), When::Now),
            Call::VerifyInTime => verify(verifier, place, &program.token(), When::At(NOW)),
            Call::VerifyAt => verify(verifier, place, &program.token(), When::At(program.number())),
            Call::TryVerify => verify(verifier, place, &program.token(), When::WithoutWaiting),
            Call::Free => match place % 4 {
                0 => free(&mut self.configs[slot]),
                1 => free(&mut self.keys[slot]),
                2 => free(&mut self.verifiers[slot]),
                _ => free(&mut self.options[slot]),
            },
            Call::KeysFromFile => read_file(program, place),
            Call::Options => put(&mut self.options, slot, c_remote::new_options(place)),
            Call::SetDuration => c_remote::set_duration(options, place, program),
            Call::SetPath => c_remote::set_path(options, place, program),
            Call::SetFetch => c_remote::set_fetch(options, place, program),
            Call::SetLog => c_remote::set_log(options, place, program),
            Call::RemoteKeys => put(&mut self.keys, slot, c_remote::new_keys(options, place, program)),
            Call::Connect => c_remote::connect(keys, place),
            Call::Close => c_remote::close(keys),
            Call::SetSize => c_cache::set_size(config, place, program),
            Call::Lookup => c_cache::lookup(verifier, &program.token()),
            Call::VerifyTwice => c_cache::verify_twice(verifier),
            Call::Stats => c_cache::stats(verifier, place),
            Call::Revocations => put(&mut self.revocations, slot, c_revocations::open(place, program)),
            Call::SetRevocations => c_revocations::set(config, revocations, place),
            Call::WriteRevocation => c_revocations::write(revocations, place, program),
            Call::ImportRevocations => c_revocations::import(revocations, place, program),
            Call::ListRevocations => c_revocations::list(revocations, place, program),
        }
        status_functions(program.byte().into());
    }

    fn free(mut self) {
        self.configs.iter_mut().for_each(free);
        self.keys.iter_mut().for_each(free);
        self.verifiers.iter_mut().for_each(free);
        self.options.iter_mut().for_each(free);
        self.revocations.iter_mut().for_each(free);
    }
}

/// What a slot owns.
trait Owned {
    unsafe fn free(handle: *mut Self);
}

impl Owned for cfaccess_config {
    unsafe fn free(handle: *mut Self) {
        unsafe { cfaccess_config_free(handle) }
    }
}

impl Owned for cfaccess_keys {
    unsafe fn free(handle: *mut Self) {
        // A fetch of this input ends before the next input.
        c_remote::close(handle);
        unsafe { cfaccess_keys_free(handle) }
    }
}

impl Owned for cfaccess_verifier {
    unsafe fn free(handle: *mut Self) {
        unsafe { cfaccess_verifier_free(handle) }
    }
}

impl Owned for cfaccess_remote_options {
    unsafe fn free(handle: *mut Self) {
        unsafe { cfaccess_remote_options_free(handle) }
    }
}

impl Owned for cfaccess_revocations {
    unsafe fn free(handle: *mut Self) {
        unsafe { cfaccess_revocations_free(handle) }
    }
}

/// Frees the handle in the slot and puts a new one there.
fn put<T: Owned>(slots: &mut Slots<T>, slot: usize, handle: *mut T) {
    unsafe { T::free(std::mem::replace(&mut slots[slot % SLOTS], handle)) };
}

fn free<T: Owned>(slot: &mut *mut T) {
    unsafe { T::free(std::mem::replace(slot, null_mut())) };
}

fn config_text(
    config: *mut cfaccess_config,
    place: usize,
    program: &mut Program,
    genuine: &str,
    call: unsafe extern "C" fn(*mut cfaccess_config, *const c_char, Place<cfaccess_error>) -> i32,
) {
    let text = program.text(genuine);
    let text = text.as_ref().map_or(null(), |text| text.as_ptr());
    fallible(place, &[], |error| unsafe { call(config, text, error) });
}

fn config_number(
    config: *mut cfaccess_config,
    place: usize,
    program: &mut Program,
    call: unsafe extern "C" fn(*mut cfaccess_config, i64, Place<cfaccess_error>) -> i32,
) {
    let number = program.number();
    fallible(place, &[], |error| unsafe { call(config, number, error) });
}

fn load(keys: *mut cfaccess_keys, place: usize, json: &Bytes) {
    let before = keys_status(keys, 0);
    let status = fallible(place, &[json.as_slice()], |error| unsafe {
        cfaccess_keys_load_json(keys, json.ptr(), json.len(), error)
    });
    // The status of keys that are fetched includes the time.
    let is_fetched = before.as_ref().is_some_and(|status| status.contains(r#""source":"remote""#));
    assert!(status != OK || !is_fetched, "keys that are fetched are not loaded");
    if status != OK && !is_fetched {
        assert_eq!(keys_status(keys, 0), before, "the keys in force stay");
    }
}

enum When {
    Now,
    WithoutWaiting,
    At(i64),
}

fn verify(verifier: *mut cfaccess_verifier, place: usize, token: &Bytes, when: When) {
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
    assert!([CFACCESS_KIND_PERSON, CFACCESS_KIND_SERVICE].contains(&view.kind));
    let audiences = unsafe { std::slice::from_raw_parts(view.audiences, view.audiences_len) };
    let texts: Vec<String> = strings_of_block(view, audiences).iter().map(checked_text).collect();
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

fn keys_status(keys: *mut cfaccess_keys, place: usize) -> Option<String> {
    let json = produce(place, &[], |out, error| unsafe { cfaccess_keys_status(keys, out, error) });
    let text = (!json.is_null()).then(|| text_of(json));
    unsafe { cfaccess_string_free(json) };
    text
}

/// A folder, a file that is not a key document, and files that do not exist.
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
    assert!(!text_of(unsafe { cfaccess_status_name(number) }).is_empty());
    assert!(!text_of(unsafe { cfaccess_status_description(number) }).is_empty());
    assert!([0, 1].contains(&unsafe { cfaccess_status_is_pending(number) }));
    assert!([200, 401, 403, 500, 503].contains(&unsafe { cfaccess_status_http(number) }));
}
