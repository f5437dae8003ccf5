//! `cfaccess doctor`

mod check;
mod doctor;
mod network;
mod store;

pub use doctor::run;
