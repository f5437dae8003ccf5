//! Everything that can be made to fail.

/// At which step a fault applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The token that the origin gets.
    Token,
    /// The answer of `/cdn-cgi/access/certs`.
    Certs,
    /// The answer of the edge.
    Edge,
}

struct Row {
    name: &'static str,
    stage: Stage,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests compare it with what the library says"))]
    status: Option<&'static str>,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests compare the documentation with it"))]
    effect: &'static str,
}

/// One row for each fault: a variant without a row does not compile.
macro_rules! faults {
    ($($variant:ident => $name:literal, $stage:ident, $status:expr, $effect:literal;)*) => {
        /// Everything that can be made to fail, by its name on the command line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Fault {
            $(#[doc = $effect] $variant,)*
        }

        impl Fault {
            const ALL: &[Fault] = &[$(Fault::$variant),*];

            const fn row(self) -> Row {
                match self {
                    $(Fault::$variant => Row {
                        name: $name,
                        stage: Stage::$stage,
                        status: $status,
                        effect: $effect,
                    },)*
                }
            }
        }
    };
}

// Name, step, status at the origin, effect. A status of the key document is that of an origin which has no keys yet:
// keys that are in force stay.
faults! {
    TokenMissing => "token-missing", Token, Some("NO_TOKEN"), "neither an assertion nor a cookie";
    TokenCut => "token-cut", Token, Some("MALFORMED"), "the first half of the token";
    TokenLarge => "token-large", Token, Some("TOO_LARGE"), "a token of 17,000 bytes";
    TokenOpaque => "token-opaque", Token, Some("OPAQUE_TOKEN"), "an opaque token, as OAuth clients have";
    AlgNone => "alg-none", Token, Some("UNSUPPORTED_ALGORITHM"), "alg is none";
    AlgHs256 => "alg-hs256", Token, Some("UNSUPPORTED_ALGORITHM"),
        "alg is HS256, with the public key as the secret";
    Crit => "crit", Token, Some("UNSUPPORTED_HEADER"), "a critical header that nobody knows";
    KeyUnknown => "key-unknown", Token, Some("UNKNOWN_KEY"), "signed by a key that is not published";
    SignatureBad => "signature-bad", Token, Some("BAD_SIGNATURE"), "one bit of the signature is wrong";
    ClaimsDuplicate => "claims-duplicate", Token, Some("MALFORMED_CLAIMS"), "sub is there twice";
    ClaimMissingExp => "claim-missing-exp", Token, Some("MISSING_CLAIM"), "exp is missing";
    ClaimExpText => "claim-exp-text", Token, Some("INVALID_CLAIM"), "exp is a string";
    WrongTeam => "wrong-team", Token, Some("WRONG_ISSUER"), "iss is another team";
    WrongApp => "wrong-app", Token, Some("WRONG_AUDIENCE"), "aud is another application";
    TypeOrg => "type-org", Token, Some("WRONG_TOKEN_TYPE"), "the token of a global session";
    TypeMeta => "type-meta", Token, Some("MISSING_CLAIM"), "the token of a login address, without iss and exp";
    TypeMatch => "type-match", Token, Some("MISSING_CLAIM"),
        "the token that tells cloudflared the application, without iss and exp";
    Expired => "expired", Token, Some("EXPIRED"), "expired an hour ago, by the system's clock";
    Future => "future", Token, Some("NOT_YET_VALID"), "begins in an hour, by the system's clock";
    TooLong => "too-long", Token, Some("SESSION_TOO_LONG"), "lives for 400 days";
    IdentityNone => "identity-none", Token, Some("AMBIGUOUS_IDENTITY"), "neither a person nor a service";
    IdentityBoth => "identity-both", Token, Some("AMBIGUOUS_IDENTITY"), "a person and a service";
    EmailOther => "email-other", Token, Some("IDENTITY_MISMATCH"),
        "Cf-Access-Authenticated-User-Email names somebody else";
    HeaderTwice => "header-twice", Token, Some("MALFORMED"), "Cf-Access-Jwt-Assertion is there twice";
    Certs500 => "certs-500", Certs, Some("KEYS_UNAVAILABLE"), "status 500";
    Certs404 => "certs-404", Certs, Some("KEYS_UNAVAILABLE"), "status 404, as for a team that does not exist";
    CertsHtml => "certs-html", Certs, Some("KEYS_UNAVAILABLE"), "a page of HTML with status 200";
    CertsEmpty => "certs-empty", Certs, Some("KEYS_UNAVAILABLE"), "a document without keys";
    CertsSlow => "certs-slow", Certs, Some("KEYS_UNAVAILABLE"), "the answer comes after 30 seconds";
    CertsCut => "certs-cut", Certs, Some("KEYS_UNAVAILABLE"), "the connection ends in the middle of the document";
    CertsRedirect => "certs-redirect", Certs, Some("KEYS_UNAVAILABLE"), "a redirect to the login";
    CertsStale => "certs-stale", Certs, Some("UNKNOWN_KEY"),
        "the document from before the last rotation, as from a cache";
    CertsOnlyNew => "certs-only-new", Certs, Some("UNKNOWN_KEY"),
        "rotation without overlap: the key that signed before is missing";
    CertsOnlyOld => "certs-only-old", Certs, Some("UNKNOWN_KEY"),
        "rotation without overlap: the key that signs is missing";
    Edge302Xhr => "edge-302-xhr", Edge, None, "XMLHttpRequest gets a redirect to the login in place of 401";
    Edge401All => "edge-401-all", Edge, None, "401 for every request";
    Edge503 => "edge-503", Edge, None, "503 for every request";
    EdgeSlow => "edge-slow", Edge, None, "the answer comes late";
    EdgeCut => "edge-cut", Edge, None, "the connection ends in the middle of the answer";
    WsClose => "ws-close", Edge, None, "WebSockets are closed";
}

impl Fault {
    /// All of them, in the order in which they are documented.
    pub(crate) fn all() -> impl Iterator<Item = Fault> {
        Fault::ALL.iter().copied()
    }

    pub(crate) fn parse(name: &str) -> Option<Fault> {
        Fault::all().find(|fault| fault.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn stage(self) -> Stage {
        self.row().stage
    }

    /// The name of the status that the library gives at the origin; none where the origin is not concerned.
    #[cfg(test)]
    pub(crate) fn status(self) -> Option<&'static str> {
        self.row().status
    }

    /// In a few words.
    #[cfg(test)]
    pub(crate) fn effect(self) -> &'static str {
        self.row().effect
    }
}
