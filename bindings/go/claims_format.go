package cfaccess

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// String returns kind and principal, such as
// "person acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94". It contains no e-mail
// address and nothing else of the token, so it can be logged.
func (c Claims) String() string {
	return c.kind.String() + " " + c.principalID
}

// Format writes [Claims.String] for every verb of package fmt, so that no verb shows the payload.
func (c Claims) Format(state fmt.State, _ rune) {
	io.WriteString(state, c.String())
}

// LogValue returns the attributes "kind" and "principal_id", which [log/slog] logs for the Claims.
func (c Claims) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", c.kind.String()),
		slog.String("principal_id", c.principalID),
	)
}

// claimsJSON has the names of all languages, in their order.
type claimsJSON struct {
	Kind          string   `json:"kind"`
	PrincipalID   string   `json:"principal_id"`
	Subject       *string  `json:"subject"`
	Email         *string  `json:"email"`
	CommonName    *string  `json:"common_name"`
	Issuer        string   `json:"issuer"`
	Audiences     []string `json:"audiences"`
	IssuedAt      int64    `json:"issued_at"`
	NotBefore     *int64   `json:"not_before"`
	ExpiresAt     int64    `json:"expires_at"`
	EndsAt        int64    `json:"ends_at"`
	Session       *string  `json:"session"`
	IdentityNonce *string  `json:"identity_nonce"`
	Nonce         *string  `json:"nonce"`
	Country       *string  `json:"country"`
	PolicyID      *string  `json:"policy_id"`
	TokenType     *string  `json:"token_type"`
	Groups        []string `json:"groups"`
	Custom        JSON     `json:"custom"`
	Payload       JSON     `json:"payload"`
}

// MarshalJSON returns all claims as an object whose members have the names that they have in all languages,
// with times in seconds since 1970 and null for those that the token does not have. Unlike String it
// shows personal data. The member "groups" is null if [Claims.Groups] returns [GroupsUnknown].
func (c Claims) MarshalJSON() ([]byte, error) {
	groups, state := c.Groups()
	if state == GroupsAbsent {
		groups = []string{}
	}
	return json.Marshal(claimsJSON{
		Kind:          c.kind.String(),
		PrincipalID:   c.principalID,
		Subject:       ifPresent(&c, ClaimSubject, c.subject),
		Email:         ifPresent(&c, ClaimEmail, c.email),
		CommonName:    ifPresent(&c, ClaimCommonName, c.commonName),
		Issuer:        c.issuer,
		Audiences:     c.audiences,
		IssuedAt:      c.issuedAt.Unix(),
		NotBefore:     ifPresent(&c, ClaimNotBefore, c.notBefore.Unix()),
		ExpiresAt:     c.expiresAt.Unix(),
		EndsAt:        c.endsAt.Unix(),
		Session:       ifPresent(&c, ClaimSession, c.session),
		IdentityNonce: ifPresent(&c, ClaimIdentityNonce, c.identityNonce),
		Nonce:         ifPresent(&c, ClaimNonce, c.nonce),
		Country:       ifPresent(&c, ClaimCountry, c.country),
		PolicyID:      ifPresent(&c, ClaimPolicyID, c.policyID),
		TokenType:     ifPresent(&c, ClaimTokenType, c.tokenType),
		Groups:        groups,
		Custom:        c.custom,
		Payload:       c.payload,
	})
}

// ifPresent returns nil for a claim that the token does not have.
func ifPresent[T any](claims *Claims, claim Claim, value T) *T {
	if !claims.Has(claim) {
		return nil
	}
	return &value
}
