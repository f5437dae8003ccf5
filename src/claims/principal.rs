//! Who is calling: the principal of a token (a person or a service).

use crate::claims::Payload;

/// Who is calling: a person who logged in, or a service with a service token or certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person: `sub` and `email`.
    Person,
    /// A service: `common_name`, which is its Client ID.
    Service,
}

impl Kind {
    /// `person` or `service`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Service => "service",
        }
    }
}

/// The claim that identifies the principal, never empty.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Principal<'a> {
    Person { subject: &'a str },
    Service { client_id: &'a str },
}

impl<'a> Principal<'a> {
    /// `None` for claims that identify nobody, or both a person and a service.
    pub(crate) fn of(payload: &'a Payload<'_>) -> Option<Principal<'a>> {
        let subject = payload.subject.as_deref().unwrap_or_default();
        let email = payload.email.as_deref().unwrap_or_default();
        match (subject, email, payload.common_name.as_deref()) {
            ("", "", Some(client_id)) if !client_id.is_empty() => Some(Principal::Service { client_id }),
            (subject, email, None) if !subject.is_empty() && !email.is_empty() => {
                Some(Principal::Person { subject })
            }
            _ => None,
        }
    }

    pub(crate) fn kind(self) -> Kind {
        match self {
            Principal::Person { .. } => Kind::Person,
            Principal::Service { .. } => Kind::Service,
        }
    }

    /// Its identifier within the team.
    pub(crate) fn key(self) -> &'a str {
        match self {
            Principal::Person { subject } => subject,
            Principal::Service { client_id } => client_id,
        }
    }
}
