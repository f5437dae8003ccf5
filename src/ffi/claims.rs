use super::error::cfaccess_error;
use super::guard::{Out, guard, quietly};
use super::text::cfaccess_str;
use crate::claims::{Claims, Field};
use crate::principal::Kind;
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// A person is calling: `subject` and `email` are there.
pub const CFACCESS_KIND_PERSON: u32 = 1;
/// A service is calling: `common_name` is there, its Client ID.
pub const CFACCESS_KIND_SERVICE: u32 = 2;

/// In `present`: the token has `nbf`.
pub const CFACCESS_CLAIM_NOT_BEFORE: u32 = 1 << 0;
/// In `present`: the token has `sub`.
pub const CFACCESS_CLAIM_SUBJECT: u32 = 1 << 1;
/// In `present`: the token has `email`.
pub const CFACCESS_CLAIM_EMAIL: u32 = 1 << 2;
/// In `present`: the token has `common_name`.
pub const CFACCESS_CLAIM_COMMON_NAME: u32 = 1 << 3;
/// In `present`: the token has `identity_nonce`.
pub const CFACCESS_CLAIM_IDENTITY_NONCE: u32 = 1 << 4;
/// In `present`: the token has `nonce`.
pub const CFACCESS_CLAIM_NONCE: u32 = 1 << 5;
/// In `present`: the token names its session.
pub const CFACCESS_CLAIM_SESSION: u32 = 1 << 6;
/// In `present`: the token has `country`.
pub const CFACCESS_CLAIM_COUNTRY: u32 = 1 << 7;
/// In `present`: the token has `type`.
pub const CFACCESS_CLAIM_TOKEN_TYPE: u32 = 1 << 8;
/// In `present`: the token has `custom`.
pub const CFACCESS_CLAIM_CUSTOM: u32 = 1 << 9;

/// What a verified token says. Allocated by the library, read by the caller, freed whole with
/// cfaccess_claims_free(). Members are only ever added at the end: what lies beyond `struct_size`
/// does not exist. All strings live as long as the claims.
#[repr(C)]
pub struct cfaccess_claims {
    /// The size of this struct in the library, in bytes.
    pub struct_size: usize,
    /// #CFACCESS_KIND_PERSON or #CFACCESS_KIND_SERVICE.
    pub kind: u32,
    /// CFACCESS_CLAIM_* bits: which of the optional claims the token has.
    pub present: u32,
    /// `iat`, in seconds since 1970.
    pub issued_at: i64,
    /// `nbf`, in seconds since 1970; 0 if absent, see `present`.
    pub not_before: i64,
    /// `exp`, in seconds since 1970; from then on, and the leeway, the token is refused.
    pub expires_at: i64,
    /// The number of `audiences`.
    pub audiences_len: usize,
    /// `aud`: the Application Audience tags that the token was issued for.
    pub audiences: *const cfaccess_str,
    /// All strings in one piece, to be copied at once: those below in their order, then the
    /// audiences, each followed by a NUL that `block.len` counts. An absent one is empty there.
    pub block: cfaccess_str,
    /// The whole payload, JSON as it was signed.
    pub payload: cfaccess_str,
    /// `iss`: https://<team>.cloudflareaccess.com
    pub issuer: cfaccess_str,
    /// A stable identifier of the caller across applications and teams: <host of the team>/person/<sub>
    /// or <host of the team>/service/<Client ID>. An e-mail address is no such key.
    pub principal_id: cfaccess_str,
    /// `sub`: a person's identifier in the team; empty or absent for a service.
    pub subject: cfaccess_str,
    /// `email`: a person's address, verified by the identity provider.
    pub email: cfaccess_str,
    /// `common_name`: a service's Client ID.
    pub common_name: cfaccess_str,
    /// `identity_nonce`: names the login session.
    pub identity_nonce: cfaccess_str,
    /// `nonce`: names the login session in the older shape of the token.
    pub nonce: cfaccess_str,
    /// The login session: `identity_nonce`, or else `nonce`.
    pub session: cfaccess_str,
    /// `country`: where a person logged in from.
    pub country: cfaccess_str,
    /// `type`: "app"; absent in the older shape of the token.
    pub token_type: cfaccess_str,
    /// `custom`: the configured claims of the identity provider, a JSON object as it was signed.
    /// Access leaves entries out when the token grows too large.
    pub custom: cfaccess_str,
    /// When an application's own session should end at the latest, in seconds since 1970: `exp`, or
    /// earlier where the configuration bounds the time since login.
    pub ends_at: i64,
}

const OPTIONAL: [(Field, u32); 9] = [
    (Field::Subject, CFACCESS_CLAIM_SUBJECT),
    (Field::Email, CFACCESS_CLAIM_EMAIL),
    (Field::CommonName, CFACCESS_CLAIM_COMMON_NAME),
    (Field::IdentityNonce, CFACCESS_CLAIM_IDENTITY_NONCE),
    (Field::Nonce, CFACCESS_CLAIM_NONCE),
    (Field::Session, CFACCESS_CLAIM_SESSION),
    (Field::Country, CFACCESS_CLAIM_COUNTRY),
    (Field::TokenType, CFACCESS_CLAIM_TOKEN_TYPE),
    (Field::Custom, CFACCESS_CLAIM_CUSTOM),
];

/// Tokens are for one application as a rule, and few are for more than this.
const FEW_AUDIENCES: usize = 4;

/// The view comes first, so that a pointer to it is a pointer to the whole.
#[repr(C)]
struct Owned {
    view: cfaccess_claims,
    claims: Claims,
    few_audiences: [cfaccess_str; FEW_AUDIENCES],
    many_audiences: Vec<cfaccess_str>,
}

impl cfaccess_claims {
    /// Hands the claims over; they come back through `cfaccess_claims_free`.
    pub(super) fn into_raw(claims: Claims) -> *mut cfaccess_claims {
        // The strings lie on the heap and stay where they are when the claims move into the box.
        let mut view = view_of(&claims);
        let mut few_audiences = [cfaccess_str::ABSENT; FEW_AUDIENCES];
        let mut many_audiences = Vec::new();
        for audience in claims.audiences().map(cfaccess_str::new) {
            match few_audiences.get_mut(view.audiences_len) {
                Some(place) => *place = audience,
                None if many_audiences.is_empty() => {
                    many_audiences = [&few_audiences[..], &[audience]].concat()
                }
                None => many_audiences.push(audience),
            }
            view.audiences_len += 1;
        }

        let many: *const cfaccess_str =
            if many_audiences.is_empty() { std::ptr::null() } else { many_audiences.as_ptr() };
        let owned = Box::into_raw(Box::new(Owned { view, claims, few_audiences, many_audiences }));
        // SAFETY: `owned` was made in the line above and nobody else has it yet.
        let few: *const cfaccess_str = unsafe { (&raw const (*owned).few_audiences).cast() };
        // SAFETY: as above.
        unsafe { (*owned).view.audiences = if many.is_null() { few } else { many } };
        owned.cast()
    }
}

/// Runs a verification and hands its claims over.
///
/// # Safety
/// The out-pointers are NULL or valid for writing.
pub(super) unsafe fn give_claims(
    verified: impl FnOnce() -> Result<Claims, Refusal>,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_claims = unsafe { Out::new(out_claims) }?;
        out_claims.give_raw(cfaccess_claims::into_raw(verified()?));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { guard(out_error, body) }
}

/// All but the audiences, whose list is in place only once it no longer moves.
fn view_of(claims: &Claims) -> cfaccess_claims {
    let text = |field| claims.text(field).map_or(cfaccess_str::ABSENT, cfaccess_str::new);
    let bits = OPTIONAL.iter().filter(|(field, _)| claims.has(*field)).map(|(_, bit)| bit);
    let not_before = claims.not_before();
    cfaccess_claims {
        struct_size: size_of::<cfaccess_claims>(),
        kind: match claims.kind() {
            Kind::Person => CFACCESS_KIND_PERSON,
            Kind::Service => CFACCESS_KIND_SERVICE,
        },
        present: bits.fold(0, |present, bit| present | bit)
            | if not_before.is_some() { CFACCESS_CLAIM_NOT_BEFORE } else { 0 },
        issued_at: claims.issued_at().seconds(),
        not_before: not_before.map_or(0, Timestamp::seconds),
        expires_at: claims.expires_at().seconds(),
        audiences_len: 0,
        audiences: std::ptr::null(),
        block: cfaccess_str::new(claims.block()),
        payload: text(Field::Payload),
        issuer: text(Field::Issuer),
        principal_id: text(Field::PrincipalId),
        subject: text(Field::Subject),
        email: text(Field::Email),
        common_name: text(Field::CommonName),
        identity_nonce: text(Field::IdentityNonce),
        nonce: text(Field::Nonce),
        session: text(Field::Session),
        country: text(Field::Country),
        token_type: text(Field::TokenType),
        custom: text(Field::Custom),
        ends_at: claims.ends_at().seconds(),
    }
}

/// Frees claims and every string in them.
///
/// @param claims  owned, invalid afterwards; NULL is fine
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_claims_free(claims: *mut cfaccess_claims) {
    quietly(|| {
        if !claims.is_null() {
            // SAFETY: `into_raw` made it as the first member of `Owned`, and the caller promises to
            // give it back once.
            drop(unsafe { Box::from_raw(claims.cast::<Owned>()) });
        }
    });
}
