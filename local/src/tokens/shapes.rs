//! The claims of the tokens that are not for an application's origin.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use uuid::Uuid;

use crate::config::stable_id;
use crate::team::{ISSUER, TEAM};

/// The global session, on the team's host (`type` is `org`).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrgClaims {
    pub(crate) email: String,
    pub(crate) sub: String,
    pub(crate) identity_nonce: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

/// What the edge tells the login page (`type` is `meta`).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct MetaClaims {
    pub(crate) aud: String,
    pub(crate) hostname: String,
    pub(crate) redirect_url: String,
    pub(crate) service_token_status: bool,
    pub(crate) service_token_id: String,
    pub(crate) app_session_hash: String,
    pub(crate) iat: i64,
}

/// What tells cloudflared which application a host is (`type` is `match`).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct MatchClaims {
    pub(crate) hostname: String,
    pub(crate) auth_domain: String,
    pub(crate) aud: String,
    pub(crate) app_hostname: String,
    pub(crate) iat: i64,
}

/// The audience of global sessions, which is that of no application: 64 hexadecimal digits.
pub(crate) fn org_audience() -> String {
    let [one, other] = [stable_id("org", "audience"), stable_id("org", TEAM)].map(Uuid::simple);
    format!("{one}{other}")
}

/// The account of the team: 32 hexadecimal digits.
pub(crate) fn account_id() -> String {
    stable_id("account", TEAM).simple().to_string()
}

impl Serialize for OrgClaims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            aud: [String; 1],
            email: &'a str,
            account_id: String,
            exp: i64,
            iat: i64,
            nbf: i64,
            iss: &'a str,
            sub: &'a str,
            identity: serde_json::Value,
            r#type: &'a str,
            identity_nonce: &'a str,
        }
        let identity = json!({ "email": self.email });
        Wire {
            aud: [org_audience()],
            email: &self.email,
            account_id: account_id(),
            exp: self.exp,
            iat: self.iat,
            nbf: self.iat,
            iss: ISSUER,
            sub: &self.sub,
            identity,
            r#type: "org",
            identity_nonce: &self.identity_nonce,
        }
        .serialize(serializer)
    }
}

impl Serialize for MetaClaims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            service_token_status: bool,
            iat: i64,
            service_token_id: &'a str,
            aud: &'a str,
            hostname: &'a str,
            app_session_hash: &'a str,
            nbf: i64,
            is_warp: bool,
            is_gateway: bool,
            r#type: &'a str,
            redirect_url: &'a str,
            mtls_auth: MutualTls<'a>,
            auth_status: &'a str,
        }
        #[derive(Serialize)]
        struct MutualTls<'a> {
            cert_issuer_ski: &'a str,
            cert_presented: bool,
            cert_serial: &'a str,
            cert_issuer_dn: &'a str,
            auth_status: &'a str,
        }
        Wire {
            service_token_status: self.service_token_status,
            iat: self.iat,
            service_token_id: &self.service_token_id,
            aud: &self.aud,
            hostname: &self.hostname,
            app_session_hash: &self.app_session_hash,
            nbf: self.iat,
            is_warp: false,
            is_gateway: false,
            r#type: "meta",
            redirect_url: &self.redirect_url,
            mtls_auth: MutualTls {
                cert_issuer_ski: "",
                cert_presented: false,
                cert_serial: "",
                cert_issuer_dn: "",
                auth_status: "NONE",
            },
            auth_status: "NONE",
        }
        .serialize(serializer)
    }
}

impl Serialize for MatchClaims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            r#type: &'a str,
            hostname: &'a str,
            auth_domain: &'a str,
            aud: &'a str,
            app_hostname: &'a str,
            iat: i64,
        }
        Wire {
            r#type: "match",
            hostname: &self.hostname,
            auth_domain: &self.auth_domain,
            aud: &self.aud,
            app_hostname: &self.app_hostname,
            iat: self.iat,
        }
        .serialize(serializer)
    }
}
