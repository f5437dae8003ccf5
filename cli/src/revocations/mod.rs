//! Revocations: what they are about, where they are kept, and how they are told.

mod author;
mod cloudflare;
mod credentials;
mod question;
mod store;
mod target;
mod transfer;
mod words;

pub use author::author;
pub use cloudflare::{Api, Call, CallFailure};
pub use credentials::check_id;
pub use question::{ask, ask_for};
pub use store::{Next, Opened, Purpose, each, find, open};
pub use target::{target_of, user};
pub use transfer::{Progress, entry_line, head_line, read_export, tail_line};
pub use words::{about, says, terms_json};
