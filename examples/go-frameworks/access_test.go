package frameworks

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"testing"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	shopAudience  = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
	adminAudience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"
	subject       = "7335d417-61da-459d-899c-0a01c76a2f94"
	email         = "user@example.com"
)

// access replaces Cloudflare Access: it signs tokens of a team.
type access struct {
	key  *rsa.PrivateKey
	keys *cfaccess.Keys
}

func newAccess(t *testing.T) *access {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	document := fmt.Sprintf(`{"keys":[{"kid":"key","kty":"RSA","alg":"RS256","use":"sig","n":%q,"e":%q}]}`,
		base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()))
	keys, err := cfaccess.KeysFromJSON([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.Close)
	return &access{key, keys}
}

func (a *access) token(t *testing.T, audience string) string {
	t.Helper()
	now := time.Now().Unix()
	signed := part(t, map[string]any{"alg": "RS256", "kid": "key"}) + "." + part(t, map[string]any{
		"aud": []string{audience}, "email": email, "exp": now + 3600, "iat": now, "nbf": now,
		"iss": "https://acme.cloudflareaccess.com", "type": "app", "sub": subject,
	})
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, a.key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func part(t *testing.T, object map[string]any) string {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func (a *access) verifier(t *testing.T, audience string) *cfaccess.Verifier {
	t.Helper()
	verifier, err := cfaccess.NewVerifier(cfaccess.Config{Team: "acme", Audiences: []string{audience}}, a.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(verifier.Close)
	return verifier
}

// middleware protects a shop and its admin area, and leaves the health page open.
func (a *access) middleware(t *testing.T) cfaccess.Middleware {
	t.Helper()
	protect, err := cfaccess.NewMiddleware(cfaccess.Guard{
		Routes: []cfaccess.Route{
			{Verifier: a.verifier(t, shopAudience)},
			{Prefix: "/admin", Verifier: a.verifier(t, adminAudience)},
		},
		Open: []cfaccess.OpenPath{{Method: "GET", Path: "/healthz"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return protect
}
