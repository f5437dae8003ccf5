use std::sync::Arc;

use super::arguments::Out;
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use super::text::cfaccess_str;
use crate::cache::{Entry, Verified, View};
use crate::claims::{Claims, Field, Kind};
use crate::status::{Refusal, Status};
use crate::time::Timestamp;

/// A person is calling: `subject` and `email` are present.
pub const CFACCESS_KIND_PERSON: u32 = 1;
/// A service is calling: `common_name`, its Client ID, is present.
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
/// In `present`: the token has `identity_nonce` or `nonce`, and it is not empty.
pub const CFACCESS_CLAIM_SESSION: u32 = 1 << 6;
/// In `present`: the token has `country`.
pub const CFACCESS_CLAIM_COUNTRY: u32 = 1 << 7;
/// In `present`: the token has `type`.
pub const CFACCESS_CLAIM_TOKEN_TYPE: u32 = 1 << 8;
/// In `present`: the token has `custom`.
pub const CFACCESS_CLAIM_CUSTOM: u32 = 1 << 9;
/// In `present`: the token has `policy_id`.
pub const CFACCESS_CLAIM_POLICY_ID: u32 = 1 << 10;

/// What a verified token says. Read only: verifying the same token again may return the same claims, at the
/// same address, to any thread. Free them once for each time they are returned, with cfaccess_claims_free().
/// Later versions add members at the end only, and bits to `present`: nothing beyond `struct_size` exists.
/// All strings live as long as the claims.
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
    /// `exp`, in seconds since 1970; once this time and the leeway have passed, the token is refused.
    pub expires_at: i64,
    /// The number of `audiences`.
    pub audiences_len: usize,
    /// `aud`: the Application Audience tags that the token was issued for.
    pub audiences: *const cfaccess_str,
    /// All strings in one piece, so that they can be copied at once: those from `payload` to `custom`, then
    /// the audiences, then those after `id`, in the order of the members. Each is followed by a NUL, which
    /// `block.len` includes; an absent string is empty. Later versions add strings at the end only: read
    /// those you know and ignore the rest.
    pub block: cfaccess_str,
    /// The whole payload, JSON as it was signed.
    pub payload: cfaccess_str,
    /// `iss`: https://<team>.cloudflareaccess.com
    pub issuer: cfaccess_str,
    /// A stable identifier of the caller across applications and teams: HOST/person/SUB or
    /// HOST/service/COMMON_NAME, where HOST is the host of the team, such as acme.cloudflareaccess.com.
    /// An e-mail address is not one.
    pub principal_id: cfaccess_str,
    /// `sub`: a person's identifier in the team; empty or absent for a service.
    pub subject: cfaccess_str,
    /// `email`: a person's address as the identity provider gives it, or whatever else the team chose for it: at most
    /// 320 bytes without white space, control and format characters. `non_identity@<host of the team>` is no human
    /// being but a device that was enrolled with a service token.
    pub email: cfaccess_str,
    /// `common_name`: a service's Client ID.
    pub common_name: cfaccess_str,
    /// `identity_nonce`: identifies the login session.
    pub identity_nonce: cfaccess_str,
    /// `nonce`: identifies the login session in older tokens.
    pub nonce: cfaccess_str,
    /// The login session: `identity_nonce`, or else `nonce`.
    pub session: cfaccess_str,
    /// `country`: where a person logged in from.
    pub country: cfaccess_str,
    /// `type`: "app"; absent in older tokens.
    pub token_type: cfaccess_str,
    /// `custom`: the configured claims of the identity provider, a JSON object as it was signed.
    /// Access leaves entries out when the token grows too large.
    pub custom: cfaccess_str,
    /// The latest time at which a session of the application's own should end, in seconds since 1970: `exp`,
    /// or earlier if the configuration limits the time since login.
    pub ends_at: i64,
    /// Identifies these claims in this process, see cfaccess_verifier_lookup(). Never 0, and never reused.
    pub id: u64,
    /// `policy_id`: the Access policy that a person met, a UUID; absent for a service and in older tokens.
    pub policy_id: cfaccess_str,
}

/// The bit of `present` for a string; 0 for those that every token has.
const fn bit(field: Field) -> u32 {
    match field {
        Field::Payload | Field::Issuer | Field::PrincipalId | Field::Audiences => 0,
        Field::Subject => CFACCESS_CLAIM_SUBJECT,
        Field::Email => CFACCESS_CLAIM_EMAIL,
        Field::CommonName => CFACCESS_CLAIM_COMMON_NAME,
        Field::IdentityNonce => CFACCESS_CLAIM_IDENTITY_NONCE,
        Field::Nonce => CFACCESS_CLAIM_NONCE,
        Field::Session => CFACCESS_CLAIM_SESSION,
        Field::Country => CFACCESS_CLAIM_COUNTRY,
        Field::TokenType => CFACCESS_CLAIM_TOKEN_TYPE,
        Field::Custom => CFACCESS_CLAIM_CUSTOM,
        Field::PolicyId => CFACCESS_CLAIM_POLICY_ID,
    }
}

/// Most tokens are for one application; few are for more than this.
const FEW_AUDIENCES: usize = 4;

/// Claims as C reads them. They point into the claims of the same entry.
pub(super) struct CView {
    claims: cfaccess_claims,
    few_audiences: [cfaccess_str; FEW_AUDIENCES],
    many_audiences: Vec<cfaccess_str>,
}

// SAFETY: it is never changed once it is shared, and points only into the entry that it is shared with.
unsafe impl Send for CView {}
// SAFETY: as above.
unsafe impl Sync for CView {}

impl View for CView {
    fn of(claims: &Claims, id: u64) -> CView {
        let mut view = CView {
            claims: view_of(claims, id),
            few_audiences: [cfaccess_str::ABSENT; FEW_AUDIENCES],
            many_audiences: Vec::new(),
        };
        let audiences = claims.audiences().map(cfaccess_str::new);
        view.claims.audiences_len = claims.audiences().count();
        if view.claims.audiences_len > FEW_AUDIENCES {
            view.many_audiences = audiences.collect();
        } else {
            view.few_audiences.iter_mut().zip(audiences).for_each(|(place, audience)| *place = audience);
        }
        view
    }

    fn settle(&mut self) {
        let many = &self.many_audiences;
        self.claims.audiences = if many.is_empty() { self.few_audiences.as_ptr() } else { many.as_ptr() };
    }

    fn heap_size(&self) -> usize {
        self.many_audiences.capacity() * size_of::<cfaccess_str>()
    }
}

/// The pointer that C gets is the address of `view.claims` in an entry; this is its offset, from which the
/// entry is found again when the claims are freed.
const CLAIMS: usize = std::mem::offset_of!(Entry<CView>, view) + std::mem::offset_of!(CView, claims);

/// Gives C one reference to the entry; `cfaccess_claims_free` takes it back.
fn into_raw(verified: Verified<CView>) -> *mut cfaccess_claims {
    Arc::into_raw(verified.into_entry()).cast_mut().wrapping_byte_add(CLAIMS).cast()
}

/// The claims that a pointer of C belongs to. None for NULL.
///
/// # Safety
/// `claims` is NULL or was handed out by `into_raw`, and not yet given back while the result lives.
pub(super) unsafe fn claims_at<'a>(claims: *const cfaccess_claims) -> Option<&'a Claims> {
    if claims.is_null() {
        return None;
    }
    let entry: *const Entry<CView> = claims.wrapping_byte_sub(CLAIMS).cast();
    // SAFETY: `into_raw` made the pointer from this very entry, which lives until it is given back.
    Some(unsafe { &(*entry).claims })
}

/// The address of C's claims, valid while the entry is held.
pub(super) fn address_of(verified: &Verified<CView>) -> *const cfaccess_claims {
    &raw const verified.entry().view.claims
}

/// Runs a verification and gives its claims to C.
///
/// # Safety
/// The out-pointers are NULL or valid for writing.
pub(super) unsafe fn give_claims(
    verified: impl FnOnce() -> Result<Verified<CView>, Refusal>,
    out_claims: *mut *mut cfaccess_claims,
    out_error: *mut *mut cfaccess_error,
) -> Status {
    let body = || {
        // SAFETY: the caller's promise.
        let out_claims = unsafe { Out::new(out_claims) }?;
        out_claims.give_raw(into_raw(verified()?));
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { fallible(out_error, body) }
}

/// Everything but the list of audiences, whose address is known only once the view no longer moves.
fn view_of(claims: &Claims, id: u64) -> cfaccess_claims {
    let text = |field| claims.text(field).map_or(cfaccess_str::ABSENT, cfaccess_str::new);
    let present =
        Field::ALL.into_iter().filter(|field| claims.has(*field)).fold(0, |bits, field| bits | bit(field));
    let not_before = claims.not_before();
    let view = cfaccess_claims {
        struct_size: size_of::<cfaccess_claims>(),
        kind: match claims.kind() {
            Kind::Person => CFACCESS_KIND_PERSON,
            Kind::Service => CFACCESS_KIND_SERVICE,
        },
        present: present | if not_before.is_some() { CFACCESS_CLAIM_NOT_BEFORE } else { 0 },
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
        id,
        policy_id: text(Field::PolicyId),
    };
    #[cfg(feature = "later")]
    let view = cfaccess_claims {
        struct_size: view.struct_size + crate::later::SIZE,
        present: view.present | crate::later::BIT,
        ..view
    };
    view
}

/// Frees claims: once for each time they were returned. Their strings live until then.
///
/// @param claims  owned, invalid afterwards; NULL is allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_claims_free(claims: *mut cfaccess_claims) {
    quietly(|| {
        if !claims.is_null() {
            let entry: *const Entry<CView> = claims.wrapping_byte_sub(CLAIMS).cast_const().cast();
            // SAFETY: `into_raw` made the pointer from this very entry, and the caller promises to free it
            // once for each time it was returned.
            drop(unsafe { Arc::from_raw(entry) });
        }
    });
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, EncodingKey, crypto};
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Config;
    use crate::keys::Keys;
    use crate::verifier::Verifier;

    const AUDIENCE: &str = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";

    fn read(file: &str) -> Vec<u8> {
        std::fs::read(format!("tests/vectors/{file}")).expect(file)
    }

    fn signed(payload: &Value) -> String {
        let document: Value = serde_json::from_slice(&read("acme.jwks.json")).expect("JSON");
        let header = json!({"alg": "RS256", "kid": document["keys"][0]["kid"], "typ": "JWT"});
        let encode = |json: &Value| base64_simd::URL_SAFE_NO_PAD.encode_to_string(json.to_string());
        let input = format!("{}.{}", encode(&header), encode(payload));
        let key = EncodingKey::from_rsa_pem(&read("keys/acme-1.pem")).expect("a private key");
        format!("{input}.{}", crypto::sign(input.as_bytes(), &key, Algorithm::RS256).expect("a signature"))
    }

    /// The length of a token with these claims in addition to the usual ones, and what the cache says that it
    /// takes.
    fn kept(claims: Value) -> (usize, usize) {
        let mut payload = json!({
            "aud": [AUDIENCE], "email": "user@example.com", "exp": 3_600, "iat": 60, "nbf": 60, "type": "app",
            "iss": "https://acme.cloudflareaccess.com", "identity_nonce": "6ei69kawdKzMIAPF", "country": "US",
            "sub": "7335d417-61da-459d-899c-0a01c76a2f94"
        });
        claims.as_object().expect("claims").iter().for_each(|(name, value)| payload[name] = value.clone());
        let mut config = Config::new("acme").expect("a team");
        config.add_audience(AUDIENCE).expect("an audience");
        let keys = Keys::from_json(&read("acme.jwks.json")).expect("keys");
        let verifier: Verifier<CView> = Verifier::with_view(config, keys).expect("a verifier");
        let token = signed(&payload);
        verifier.verify_at(token.as_bytes(), Timestamp::new(60).expect("a time")).expect("claims");
        (token.len(), verifier.stats().bytes)
    }

    #[test]
    fn a_kept_token_takes_little_more_than_twice_its_own_size() {
        let lengths = (0..800).step_by(25).chain((800..11_000).step_by(600));
        let custom = lengths.map(|length| json!({"custom": {"groups": "g".repeat(length)}}));
        let unknown = [0, 400, 2_000, 11_000].map(|length| json!({"unknown": "g".repeat(length)}));
        let audiences = (0..64).step_by(9).map(|count| {
            json!({"aud": (0..count).map(|number| format!("{number:064x}")).chain([AUDIENCE.to_owned()]).collect::<Vec<_>>()})
        });
        for claims in custom.chain(unknown).chain(audiences) {
            let (token, entry) = kept(claims);

            assert!(entry * 10 <= token * 22 + 4_000, "{entry} bytes for a token of {token}");
        }
    }
}
