//! What a token says: from its payload to typed claims.

mod claims;
mod email;
mod groups;
mod json;
mod payload;
mod principal;
mod times;

pub use claims::Claims;
pub(crate) use claims::Field;
pub(crate) use email::{is_format_character, is_non_identity};
pub(crate) use groups::groups_of;
pub(crate) use payload::{Audiences, Payload};
pub use principal::Kind;
pub(crate) use principal::Principal;
pub(crate) use times::{Moment, Times};
