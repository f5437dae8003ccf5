package cfaccessgrpc_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	cfaccess "github.com/cfaccess/cfaccess/bindings/go"
)

const (
	shopAudience  = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228"
	adminAudience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"
	subject       = "7335d417-61da-459d-899c-0a01c76a2f94"
	email         = "user@example.com"
	clientID      = "aabbccddeeff00112233445566778899.access"
)

// access replaces Cloudflare Access: it signs tokens of a team.
type access struct {
	key  *rsa.PrivateKey
	keys *cfaccess.Keys
}

func newAccess() *access {
	key := must(rsa.GenerateKey(rand.Reader, 2048))
	document := fmt.Sprintf(`{"keys":[{"kid":"key","kty":"RSA","alg":"RS256","use":"sig","n":%q,"e":%q}]}`,
		encode(key.N.Bytes()), encode(big.NewInt(int64(key.E)).Bytes()))
	return &access{key, must(cfaccess.KeysFromJSON([]byte(document)))}
}

func (a *access) person(audience string) string {
	return a.sign(audience, map[string]any{"email": email, "sub": subject})
}

func (a *access) service() string {
	return a.sign(shopAudience, map[string]any{"common_name": clientID, "sub": ""})
}

func (a *access) sign(audience string, claims map[string]any) string {
	now := time.Now().Unix()
	all := map[string]any{
		"aud": []string{audience}, "exp": now + 3600, "iat": now, "iss": "https://acme.cloudflareaccess.com", "type": "app",
	}
	for name, value := range claims {
		all[name] = value
	}
	signed := part(map[string]any{"alg": "RS256", "kid": "key"}) + "." + part(all)
	digest := sha256.Sum256([]byte(signed))
	return signed + "." + encode(must(rsa.SignPKCS1v15(nil, a.key, crypto.SHA256, digest[:])))
}

func part(object map[string]any) string {
	return encode(must(json.Marshal(object)))
}

func encode(data []byte) string {
	return base64.RawURLEncoding.EncodeToString(data)
}

func (a *access) verifier(audience string) *cfaccess.Verifier {
	return must(cfaccess.NewVerifier(
		cfaccess.Config{Team: "acme", Audiences: []string{audience}, AllowAnyService: true}, a.keys))
}

// must is for examples, too, which have no testing.T.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
