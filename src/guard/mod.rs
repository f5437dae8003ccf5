//! What a middleware lets through, and how it answers the rest: from method, host, path and headers to a decision.

mod accept;
mod alarm;
mod answer;
mod config;
mod decision;
mod guard;
mod host;
mod login_page;
mod navigation;
mod open_paths;
mod origin;
mod path;
mod renewal;
mod request;
mod routes;

pub use answer::Answer;
pub use config::GuardConfig;
pub use decision::Decision;
pub use guard::Guard;
pub use request::{GuardRequest, HEADERS_READ};
