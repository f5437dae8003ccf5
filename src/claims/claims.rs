//! What a verified token says.

use crate::claims::{Audiences, Kind, Payload, Principal, Times, groups_of};
use crate::config::Config;
use crate::status::{Refusal, Status};
use crate::team::Team;
use crate::time::Timestamp;

/// What a verified token says. Only a verifier makes one.
///
/// An absent claim is `None`; a claim that is present but empty is an empty string.
#[derive(Clone, Debug)]
pub struct Claims {
    kind: Kind,
    times: Times,
    ends_at: Timestamp,
    block: Block,
}

/// The strings of the claims in one piece, in the order of [`Field`], each followed by a NUL. An absent field
/// is an empty string there and has no span.
#[derive(Clone, Debug)]
struct Block {
    text: String,
    fields: [Option<Span>; Field::ALL.len()],
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

macro_rules! fields {
    ($($field:ident),* $(,)?) => {
        /// A string of the claims.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Field {
            $($field),*
        }

        impl Field {
            pub(crate) const ALL: [Field; [$(Field::$field),*].len()] = [$(Field::$field),*];
        }
    };
}

// The order of the block is part of the C ABI and recorded in tests/abi/block.txt: fields are only added at
// the end.
fields! {
    Payload,
    Issuer,
    PrincipalId,
    Subject,
    Email,
    CommonName,
    IdentityNonce,
    Nonce,
    Session,
    Country,
    TokenType,
    Custom,
    Audiences,
    PolicyId,
}

impl Claims {
    pub(crate) fn new(config: &Config, payload: &Payload<'_>) -> Result<Claims, Refusal> {
        let principal = Principal::of(payload)
            .ok_or_else(|| Refusal::new(Status::Internal, "claims without a principal passed the policy"))?;
        Ok(Claims {
            kind: principal.kind(),
            times: payload.times,
            ends_at: payload.times.ends_at(config),
            block: Block::new(&config.team, principal, payload),
        })
    }

    /// Whether a person or a service is calling.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A stable identifier of the caller across applications and teams:
    /// `acme.cloudflareaccess.com/person/<sub>` or `acme.cloudflareaccess.com/service/<Client ID>`.
    ///
    /// An e-mail address is not one: it can be given to another person later.
    pub fn principal_id(&self) -> &str {
        self.required(Field::PrincipalId)
    }

    /// `iss`: the team's issuer.
    pub fn issuer(&self) -> &str {
        self.required(Field::Issuer)
    }

    /// `aud`: the Application Audience tags that the token was issued for.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.text(Field::Audiences).into_iter().flat_map(|audiences| audiences.split('\0'))
    }

    /// `sub`: a person's identifier in the team; empty or absent for a service. It changes when a
    /// user is removed and added again.
    pub fn subject(&self) -> Option<&str> {
        self.text(Field::Subject)
    }

    /// `email`: a person's address as the identity provider gives it, or whatever else the team chose for it: at
    /// most 320 bytes without white space, control and format characters. `non_identity@<host of the team>` is no
    /// human being but a device that was enrolled with a service token.
    pub fn email(&self) -> Option<&str> {
        self.text(Field::Email)
    }

    /// `common_name`: a service's Client ID.
    pub fn common_name(&self) -> Option<&str> {
        self.text(Field::CommonName)
    }

    /// `identity_nonce`: names the login session.
    pub fn identity_nonce(&self) -> Option<&str> {
        self.text(Field::IdentityNonce)
    }

    /// `nonce`: names the login session in the older shape of the token.
    pub fn nonce(&self) -> Option<&str> {
        self.text(Field::Nonce)
    }

    /// The login session: `identity_nonce`, or else `nonce`.
    pub fn session(&self) -> Option<&str> {
        self.text(Field::Session)
    }

    /// `country`: where a person logged in from.
    pub fn country(&self) -> Option<&str> {
        self.text(Field::Country)
    }

    /// `type`: `app`, or absent in the older shape of the token.
    pub fn token_type(&self) -> Option<&str> {
        self.text(Field::TokenType)
    }

    /// `custom`: the configured claims of the identity provider, a JSON object as it was signed.
    /// Access leaves entries out when the token grows too large.
    pub fn custom(&self) -> Option<&str> {
        self.text(Field::Custom)
    }

    /// `policy_id`: the Access policy that a person met, a UUID; absent for a service and in older tokens.
    pub fn policy_id(&self) -> Option<&str> {
        self.text(Field::PolicyId)
    }

    /// `groups` of [`Claims::custom`], in their order. `None` if the token does not tell: the claim is not configured,
    /// or Access left it out because the token grew too large, or its form is none of those below. It is no reason
    /// to think that the person is in no group; an empty list is.
    ///
    /// Identity providers write a group as a string, which is taken as it is, or as an object, of which the first of
    /// `name`, `email` and `id` counts that is a string and not empty. A single string is one group, `null` is an empty
    /// list, and a list with anything else in it is not read in part. Several groups may have one name.
    pub fn groups(&self) -> Option<Vec<String>> {
        groups_of(self.custom()?).ok().flatten()
    }

    /// The whole payload, JSON as it was signed.
    pub fn payload(&self) -> &str {
        self.required(Field::Payload)
    }

    /// `iat`: when the person logged in, or the service was authenticated.
    pub fn issued_at(&self) -> Timestamp {
        self.times.issued_at
    }

    /// `nbf`: when the token becomes valid.
    pub fn not_before(&self) -> Option<Timestamp> {
        self.times.not_before
    }

    /// `exp`: once this time and the leeway have passed, the token is refused.
    pub fn expires_at(&self) -> Timestamp {
        self.times.expires_at
    }

    /// The latest time at which a session of the application's own should end: `exp`, or earlier if the
    /// configuration limits the time since login.
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// The seconds until [`Claims::ends_at`], never below 0.
    pub fn seconds_left(&self, now: Timestamp) -> i64 {
        self.ends_at.since(now).max(0)
    }

    /// The memory that they take in addition to their own size, in bytes.
    pub(crate) fn heap_size(&self) -> usize {
        self.block.text.capacity()
    }

    pub(crate) fn times(&self) -> &Times {
        &self.times
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        matches!(self.block.fields.get(field as usize), Some(Some(_)))
    }

    pub(crate) fn text(&self, field: Field) -> Option<&str> {
        let span = *self.block.fields.get(field as usize)?;
        span.map(|span| self.block.get(span))
    }

    /// All strings in one piece, each followed by a NUL.
    pub(crate) fn block(&self) -> &str {
        &self.block.text
    }

    fn required(&self, field: Field) -> &str {
        self.text(field).unwrap_or_default()
    }
}

impl Block {
    fn new(team: &Team, principal: Principal<'_>, payload: &Payload<'_>) -> Block {
        let principal_id = [team.host(), "/", principal.kind().name(), "/", principal.key()];
        let texts = Field::ALL.map(|field| match field {
            Field::Payload => Some(Text::One(payload.text)),
            Field::Issuer => Some(Text::One(&payload.issuer)),
            Field::PrincipalId => Some(Text::Joined(principal_id)),
            Field::Subject => payload.subject.as_deref().map(Text::One),
            Field::Email => payload.email.as_deref().map(Text::One),
            Field::CommonName => payload.common_name.as_deref().map(Text::One),
            Field::IdentityNonce => payload.identity_nonce.as_deref().map(Text::One),
            Field::Nonce => payload.nonce.as_deref().map(Text::One),
            Field::Session => payload.session().map(Text::One),
            Field::Country => payload.country.as_deref().map(Text::One),
            Field::TokenType => payload.token_type.as_deref().map(Text::One),
            Field::Custom => payload.custom.map(Text::One),
            Field::Audiences => Some(Text::Listed(&payload.audiences)),
            Field::PolicyId => payload.policy_id.as_deref().map(Text::One),
        });

        // It may be cached for a long time, so it is allocated at its exact size.
        let size = texts.iter().map(|text| text.as_ref().map_or(0, Text::len) + 1).sum();
        let mut writer = Writer { text: String::with_capacity(size) };
        let fields = texts.map(|text| writer.write_optional(text));
        #[cfg(feature = "later")]
        writer.write(Text::One(crate::later::STRING));
        Block { text: writer.text, fields }
    }

    fn get(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// A string to be written.
enum Text<'a> {
    One(&'a str),
    Joined([&'a str; 5]),
    /// Several strings, with a NUL between.
    Listed(&'a Audiences<'a>),
}

impl Text<'_> {
    fn len(&self) -> usize {
        match self {
            Text::One(text) => text.len(),
            Text::Joined(pieces) => pieces.iter().map(|piece| piece.len()).sum(),
            Text::Listed(audiences) => {
                audiences.iter().map(|audience| audience.len() + 1).sum::<usize>().saturating_sub(1)
            }
        }
    }
}

struct Writer {
    text: String,
}

impl Writer {
    fn write(&mut self, text: Text<'_>) -> Span {
        let start = self.position();
        match text {
            Text::One(text) => self.text.push_str(text),
            Text::Joined(pieces) => self.text.extend(pieces),
            Text::Listed(audiences) => {
                for (index, audience) in audiences.iter().enumerate() {
                    if index > 0 {
                        self.text.push('\0');
                    }
                    self.text.push_str(audience);
                }
            }
        }
        let end = self.position();
        self.text.push('\0');
        Span { start, end }
    }

    /// An absent string is written as an empty one.
    fn write_optional(&mut self, text: Option<Text<'_>>) -> Option<Span> {
        let is_present = text.is_some();
        let span = self.write(text.unwrap_or(Text::One("")));
        is_present.then_some(span)
    }

    /// The strings of a token of at most 16 KiB are far from 4 GiB.
    fn position(&self) -> u32 {
        self.text.len() as u32
    }
}
