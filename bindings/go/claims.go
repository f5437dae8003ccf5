package cfaccess

import (
	"encoding/json"
	"slices"
	"time"
)

// Kind is the kind of a principal.
type Kind uint32

const (
	// Person is a human being who logged in: Subject and Email name them.
	Person Kind = 1
	// Service is a machine with a service token: CommonName is its Client ID.
	Service Kind = 2
)

// String returns "person" or "service", and "unknown" for anything else.
func (k Kind) String() string {
	switch k {
	case Person:
		return "person"
	case Service:
		return "service"
	default:
		return "unknown"
	}
}

// Claims is what a verified token says. All who verify the same token may get the same Claims, so they
// cannot be changed: slices are copies. They are ordinary Go memory and may be kept for any length of time.
//
// A claim that the token does not have gives the zero value. [Claims.Has] distinguishes it from one
// that is present and empty.
type Claims struct {
	id            uint64
	size          int64 // of all of it, in bytes
	kind          Kind
	present       Claim
	issuer        string
	principalID   string
	subject       string
	email         string
	commonName    string
	identityNonce string
	nonce         string
	session       string
	country       string
	policyID      string
	tokenType     string
	custom        JSON
	payload       JSON
	issuedAt      time.Time
	notBefore     time.Time
	expiresAt     time.Time
	endsAt        time.Time
	audiences     []string
	// What a guard passes on as Cf-Access-Authenticated-User-Email; nil if nothing.
	emailHeader *string
	// room stores the audiences of an ordinary token without another allocation.
	room [2]string
}

// Kind reports whether a person or a service is calling.
func (c *Claims) Kind() Kind { return c.kind }

// Issuer is the team: "https://<team>.cloudflareaccess.com" ("iss").
func (c *Claims) Issuer() string { return c.issuer }

// PrincipalID names the caller across applications and teams: <host of the team>/person/<sub> or
// <host of the team>/service/<Client ID>. Store it, not the e-mail address, with data that
// the caller owns: an address can pass to another person, one person's address can change, other teams
// may know the same address as somebody else, and a service has none.
func (c *Claims) PrincipalID() string { return c.principalID }

// Subject is the person's UUID ("sub"). Access gives a new one to a person who is removed and added
// again. Empty for a service.
func (c *Claims) Subject() string { return c.subject }

// Email is the person's address ("email"). Empty for a service.
func (c *Claims) Email() string { return c.email }

// CommonName is the service's Client ID ("common_name"). Empty for a person.
func (c *Claims) CommonName() string { return c.commonName }

// Audiences are the applications that the token is for ("aud"), as the token lists them. At least one
// is among [Config.Audiences]. The slice is the caller's own.
func (c *Claims) Audiences() []string { return slices.Clone(c.audiences) }

// IssuedAt is when the token was made ("iat"), in UTC and whole seconds, as all times here.
func (c *Claims) IssuedAt() time.Time { return c.issuedAt }

// NotBefore is when the token begins to be valid ("nbf"); optional.
func (c *Claims) NotBefore() time.Time { return c.notBefore }

// ExpiresAt is when the token ceases to be valid ("exp").
func (c *Claims) ExpiresAt() time.Time { return c.expiresAt }

// EndsAt is when a session of the application's own should end at the latest: ExpiresAt, or earlier if
// [Config.MaxAge] ends it before.
func (c *Claims) EndsAt() time.Time { return c.endsAt }

// IdentityNonce is the key of the person's identity in Access ("identity_nonce"); optional.
func (c *Claims) IdentityNonce() string { return c.identityNonce }

// Nonce stands for IdentityNonce in the older form of a token ("nonce"); optional.
func (c *Claims) Nonce() string { return c.nonce }

// Session identifies the login: IdentityNonce if the token has it, else Nonce.
func (c *Claims) Session() string { return c.session }

// Country is where the person logged in, as two letters ("country"); optional.
func (c *Claims) Country() string { return c.country }

// PolicyID is the Access policy that the person met, a UUID ("policy_id"); optional.
func (c *Claims) PolicyID() string { return c.policyID }

// TokenType is "app" ("type"); absent in the older form of a token.
func (c *Claims) TokenType() string { return c.tokenType }

// Custom is a JSON object of the claims that the team configured ("custom"); optional. Access leaves
// some out if they are too long, so a missing one says nothing. [Claims.Groups] reads the groups.
func (c *Claims) Custom() JSON { return c.custom }

// Payload is the whole payload, the very bytes that were signed.
func (c *Claims) Payload() JSON { return c.payload }

// Claim names an optional claim for [Claims.Has]. Claims without a name here are in every
// verified token.
type Claim uint32

// The optional claims.
const (
	ClaimNotBefore     Claim = 1 << iota // "nbf"
	ClaimSubject                         // "sub"
	ClaimEmail                           // "email"
	ClaimCommonName                      // "common_name"
	ClaimIdentityNonce                   // "identity_nonce"
	ClaimNonce                           // "nonce"
	ClaimSession                         // "identity_nonce" or "nonce"
	ClaimCountry                         // "country"
	ClaimTokenType                       // "type"
	ClaimCustom                          // "custom"
	ClaimPolicyID                        // "policy_id"
)

// Has reports whether the token has the claim, empty or not.
func (c *Claims) Has(claim Claim) bool {
	return c.present&claim != 0
}

// SecondsLeft is the number of seconds from now to EndsAt, without leeway; never below 0.
func (c *Claims) SecondsLeft(now time.Time) int64 {
	return max(0, c.endsAt.Unix()-now.Unix())
}

// JSON is JSON text, empty if there is none.
type JSON string

// Decode reads the text into target, as [json.Unmarshal] does. Its errors are those of that function.
func (j JSON) Decode(target any) error {
	return json.Unmarshal([]byte(j), target)
}

// MarshalJSON returns the text unchanged, and null if there is none.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("null"), nil
	}
	return []byte(j), nil
}
