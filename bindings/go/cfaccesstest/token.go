package cfaccesstest

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// Token says what a token is to contain. Its zero value is one of ada@example.com that is good for an hour.
type Token struct {
	// Email makes it a token of this person.
	Email string

	// Service makes it one of the service token of this name instead.
	Service string

	// Issued and Expires are relative to now. Expires is an hour if it is 0.
	Issued, Expires time.Duration

	// Audience is that of the [Access] if it is empty.
	Audience string

	// Claims take the place of those that the token would have; nil removes one.
	Claims map[string]any
}

// Person is a token of a person.
func Person(email string) Token { return Token{Email: email} }

// Service is a token of the service token of this name.
func Service(name string) Token { return Token{Service: name} }

// email returns whose address the request carries, or "" for a service.
func (t Token) email() string {
	switch {
	case t.Service != "":
		return ""
	case t.Email == "":
		return "ada@example.com"
	default:
		return strings.ToLower(t.Email)
	}
}

// draft is a token before it is signed.
type draft struct {
	header, claims map[string]any
	key            *signingKey
}

func (t Token) draft(key *signingKey, audience string) draft {
	now := time.Now()
	issued := now.Add(t.Issued).Unix()
	expires := t.Expires
	if expires == 0 {
		expires = time.Hour
	}
	if t.Audience != "" {
		audience = t.Audience
	}
	header := map[string]any{"alg": "RS256", "kid": key.kid}
	claims := map[string]any{
		"type": "app",
		"iss":  issuer,
		"iat":  issued,
		"exp":  now.Add(expires).Unix() + 1, // Access adds a second.
	}
	if t.Service != "" {
		header["typ"] = "JWT"
		maps.Copy(claims, map[string]any{
			"aud":                   audience,
			"common_name":           clientIDOf(t.Service),
			"sub":                   "",
			"h_INTERNAL_DO_NOT_USE": "localhost",
		})
	} else {
		maps.Copy(claims, map[string]any{
			"aud":            []string{audience},
			"email":          t.email(),
			"nbf":            issued,
			"sub":            uuidText(stableID("user", t.email())),
			"identity_nonce": rand.Text()[:16],
			"policy_id":      uuidText(stableID("policy", "app")),
			"country":        "US",
		})
	}
	return draft{header, claims, key}.withClaims(t.Claims)
}

func (d draft) withHeader(members map[string]any) draft {
	d.header = maps.Clone(d.header)
	maps.Copy(d.header, members)
	return d
}

func (d draft) withClaims(claims map[string]any) draft {
	d.claims = maps.Clone(d.claims)
	maps.Copy(d.claims, claims)
	maps.DeleteFunc(d.claims, func(_ string, value any) bool { return value == nil })
	return d
}

// moved is issued that many seconds later.
func (d draft) moved(seconds int64) draft {
	changed := map[string]any{}
	for _, name := range []string{"iat", "nbf", "exp"} {
		if at, ok := d.claims[name].(int64); ok {
			changed[name] = at + seconds
		}
	}
	return d.withClaims(changed)
}

func (d draft) signed() (string, error) {
	payload, err := json.Marshal(d.claims)
	if err != nil {
		return "", err
	}
	return d.compact(payload, d.key.sign)
}

// compact is the form of RFC 7515 section 3.1.
func (d draft) compact(payload []byte, sign func(string) ([]byte, error)) (string, error) {
	header, err := json.Marshal(d.header)
	if err != nil {
		return "", err
	}
	message := base64url(header) + "." + base64url(payload)
	signature, err := sign(message)
	return message + "." + base64url(signature), err
}
