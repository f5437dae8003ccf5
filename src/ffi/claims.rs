use std::sync::Arc;

use super::arguments::Out;
use super::boundary::quietly;
use super::error::{cfaccess_error, fallible};
use super::text::cfaccess_str;
use crate::cache::{Entry, Verified, View};
use crate::claims::{Claims, Field, Kind};
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

/// What a verified token says. Read only: the claims of a token that is verified again may be handed out again, at
/// the same address, to any thread. Each time they are freed once, with cfaccess_claims_free(). Members are only
/// ever added at the end: what lies beyond `struct_size` does not exist. All strings live as long as the claims.
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
    /// Names these claims in their verifier, see cfaccess_verifier_lookup(). Never 0, and never used again.
    pub id: u64,
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

/// Claims as C reads them, beside those that they point into.
pub(super) struct CView {
    claims: cfaccess_claims,
    few_audiences: [cfaccess_str; FEW_AUDIENCES],
    many_audiences: Vec<cfaccess_str>,
}

// SAFETY: it is never changed once it is shared, and points only into what is shared with it.
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

/// Where C's claims lie in what is shared.
const CLAIMS: usize = std::mem::offset_of!(Entry<CView>, view) + std::mem::offset_of!(CView, claims);

/// Hands out one count of what is shared; it comes back through `cfaccess_claims_free`.
fn into_raw(verified: Verified<CView>) -> *mut cfaccess_claims {
    Arc::into_raw(verified.into_entry()).cast_mut().wrapping_byte_add(CLAIMS).cast()
}

/// Runs a verification and hands its claims over.
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

/// All but the audiences, whose list is in place only once it no longer moves.
fn view_of(claims: &Claims, id: u64) -> cfaccess_claims {
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
        id,
    }
}

/// Gives claims back. Each time they were handed out they are given back once; the strings in them live until
/// then.
///
/// @param claims  owned, invalid afterwards; NULL is fine
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cfaccess_claims_free(claims: *mut cfaccess_claims) {
    quietly(|| {
        if !claims.is_null() {
            let entry: *const Entry<CView> = claims.wrapping_byte_sub(CLAIMS).cast_const().cast();
            // SAFETY: `into_raw` made the pointer of this very entry, and the caller promises to give it back
            // once for each time.
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

    /// What the cache says that it takes to keep a token with these claims beside the usual ones.
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
