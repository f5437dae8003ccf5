//! Every shape, verified by the library; and what is checked of tokens that come back.

mod check;
mod mint;
mod shapes;
pub(crate) mod support;
