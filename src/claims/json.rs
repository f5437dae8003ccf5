//! Claims as JSON, for languages that would otherwise read a struct of C member by member.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::claims::Claims;
use crate::time::Timestamp;

/// All members are there in every token; what the token does not have is null.
#[derive(Serialize)]
struct ClaimsJson<'a> {
    kind: &'static str,
    principal_id: &'a str,
    subject: Option<&'a str>,
    email: Option<&'a str>,
    common_name: Option<&'a str>,
    issuer: &'a str,
    audiences: Vec<&'a str>,
    issued_at: i64,
    not_before: Option<i64>,
    expires_at: i64,
    ends_at: i64,
    session: Option<&'a str>,
    identity_nonce: Option<&'a str>,
    nonce: Option<&'a str>,
    country: Option<&'a str>,
    token_type: Option<&'a str>,
    policy_id: Option<&'a str>,
    groups: Option<Vec<String>>,
    custom: Option<&'a RawValue>,
    payload: &'a RawValue,
}

impl Claims {
    /// The claims as a JSON object with a member for each method of the same name, null for `None`, and times in
    /// seconds. `custom` and `payload` are objects, as they were signed.
    pub fn to_json(&self) -> String {
        self.as_json().and_then(|claims| serde_json::to_string(&claims)).unwrap_or_default()
    }

    fn as_json(&self) -> serde_json::Result<ClaimsJson<'_>> {
        Ok(ClaimsJson {
            kind: self.kind().name(),
            principal_id: self.principal_id(),
            subject: self.subject(),
            email: self.email(),
            common_name: self.common_name(),
            issuer: self.issuer(),
            audiences: self.audiences().collect(),
            issued_at: self.issued_at().seconds(),
            not_before: self.not_before().map(Timestamp::seconds),
            expires_at: self.expires_at().seconds(),
            ends_at: self.ends_at().seconds(),
            session: self.session(),
            identity_nonce: self.identity_nonce(),
            nonce: self.nonce(),
            country: self.country(),
            token_type: self.token_type(),
            policy_id: self.policy_id(),
            groups: self.groups(),
            custom: self.custom().map(serde_json::from_str).transpose()?,
            payload: serde_json::from_str(self.payload())?,
        })
    }
}
