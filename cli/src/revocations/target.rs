//! From words of the command line to what a revocation is about.

use cfaccess::{Target, TargetKind};

use crate::arguments::{Kind, TargetArguments, User, UserKind};
use crate::exit::Failure;

/// A person: an UUID is a subject, and what has an @ an e-mail address.
pub fn user(user: &User) -> Result<Target, Failure> {
    let value = user.user.trim();
    let kind = match user.named_as {
        Some(UserKind::Email) => TargetKind::Email,
        Some(UserKind::Subject) => TargetKind::Subject,
        None if is_uuid(value) => TargetKind::Subject,
        None if value.contains('@') => TargetKind::Email,
        None => {
            return Err(Failure::usage(
                "the user is neither an e-mail address nor a UUID; say which with --as email or --as subject",
            ));
        }
    };
    Ok(Target::new(kind, value)?)
}

/// An entry that is there, or would be.
pub fn target_of(arguments: &TargetArguments) -> Result<Target, Failure> {
    let value = arguments.value.as_deref();
    let kind = match (arguments.kind, value) {
        (Kind::Team, None) => return Ok(Target::team()),
        (Kind::Team, Some(_)) => return Err(Failure::usage("the entry of the team has no value")),
        (_, None) => return Err(Failure::usage("the value is missing: what of that kind?")),
        (Kind::User, Some(value)) => {
            return user(&User { user: value.to_owned(), named_as: None });
        }
        (Kind::App, _) => TargetKind::Application,
        (Kind::Service, _) => TargetKind::Service,
        (Kind::Session, _) => TargetKind::Session,
        (Kind::Email, _) => TargetKind::Email,
        (Kind::Subject, _) => TargetKind::Subject,
    };
    Ok(Target::new(kind, value.unwrap_or_default())?)
}

/// RFC 9562 section 4
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(value: &str, named_as: Option<UserKind>) -> Option<TargetKind> {
        user(&User { user: value.to_owned(), named_as }).ok().map(|target| target.kind())
    }

    #[test]
    fn a_user_is_named_by_address_or_uuid() {
        assert_eq!(kind_of("ada@example.com", None), Some(TargetKind::Email));
        assert_eq!(kind_of("7335D417-61DA-459D-899C-0A01C76A2F94", None), Some(TargetKind::Subject));
        for neither in ["ada", "", "7335d417", "7335d41761da459d899c0a01c76a2f94"] {
            assert_eq!(kind_of(neither, None), None, "{neither}");
        }
        assert_eq!(kind_of("ada", Some(UserKind::Email)), Some(TargetKind::Email));
        assert_eq!(kind_of("ada", Some(UserKind::Subject)), Some(TargetKind::Subject));
    }
}
