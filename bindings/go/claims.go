package cfaccess

import (
	"encoding/json"
	"time"
)

// Kind says what a principal is.
type Kind uint32

const (
	// Person is a human being who logged in: Subject and Email name them.
	Person Kind = 1
	// Service is a machine with a service token: CommonName is its Client ID.
	Service Kind = 2
)

// String gives "person" or "service", and "unknown" for anything else.
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

// Claims is what a verified token says. All of it is ordinary Go memory; do not change it if
// several goroutines share it.
//
// A claim that the token does not have leaves its field at the zero value. [Claims.Has] tells it
// from one that is there and empty.
type Claims struct {
	// Kind says whether a person or a service is calling.
	Kind Kind
	// Issuer is the team: "https://<team>.cloudflareaccess.com" ("iss").
	Issuer string
	// PrincipalID names the caller across applications and teams: <host of the team>/person/<sub>
	// or <host of the team>/service/<Client ID>. It, not an e-mail address, is what to store
	// beside data that the caller owns: an address can pass to another person, one person's
	// address can change, other teams may know the same address as somebody else, and a service
	// has none.
	PrincipalID string
	// Subject is the person's UUID ("sub"). Access gives a new one to a person who is removed
	// and added again. Empty for a service.
	Subject string
	// Email is the person's address ("email"). Empty for a service.
	Email string
	// CommonName is the service's Client ID ("common_name"). Empty for a person.
	CommonName string
	// Audiences are the applications that the token is for ("aud"), as the token lists them. At
	// least one is among [Config.Audiences].
	Audiences []string
	// IssuedAt is when the token was made ("iat"), in UTC and whole seconds, as all times here.
	IssuedAt time.Time
	// NotBefore is when the token begins to be valid ("nbf"); optional.
	NotBefore time.Time
	// ExpiresAt is when the token ceases to be valid ("exp").
	ExpiresAt time.Time
	// EndsAt is when a session of the application's own should end at the latest: ExpiresAt, or
	// earlier if [Config.MaxAge] ends it before.
	EndsAt time.Time
	// IdentityNonce is the key of the person's identity in Access ("identity_nonce"); optional.
	IdentityNonce string
	// Nonce stands for IdentityNonce in the older shape of a token ("nonce"); optional.
	Nonce string
	// Session identifies the login: IdentityNonce if the token has it, else Nonce.
	Session string
	// Country is where the person logged in, as two letters ("country"); optional.
	Country string
	// TokenType is "app" ("type"); absent in the older shape of a token.
	TokenType string
	// Custom is a JSON object of the claims that the team configured ("custom"); optional.
	// Access leaves some out if they are too long, so a missing one says nothing. [Claims.Groups]
	// reads the groups.
	Custom JSON
	// Payload is the whole payload, the very bytes that were signed.
	Payload JSON

	present Claim
	// room keeps the audiences of an ordinary token beside the rest, without an allocation.
	room [2]string
}

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
)

// Has reports whether the token has the claim, empty or not.
func (c *Claims) Has(claim Claim) bool {
	return c.present&claim != 0
}

// SecondsLeft is how many seconds lie between now and EndsAt, without any leeway; never below 0.
func (c *Claims) SecondsLeft(now time.Time) int64 {
	return max(0, c.EndsAt.Unix()-now.Unix())
}

// JSON is JSON text, empty if there is none.
type JSON string

// Decode reads the text into target, as [json.Unmarshal] does. Its errors are those of that function.
func (j JSON) Decode(target any) error {
	return json.Unmarshal([]byte(j), target)
}

// MarshalJSON gives the text as it stands, and null if there is none.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("null"), nil
	}
	return []byte(j), nil
}
