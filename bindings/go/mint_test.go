package cfaccess_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// minter signs tokens with Go's crypto/rsa, as an implementation that knows nothing of the library.
type minter struct {
	key   *rsa.PrivateKey
	keyID string
}

func newMinter(t testing.TB, name string) minter {
	t.Helper()
	block, _ := pem.Decode(vectorFile(t, "keys/"+name+".pem"))
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := parsed.(*rsa.PrivateKey)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := sha256.Sum256(public)
	return minter{key: key, keyID: hex.EncodeToString(fingerprint[:])}
}

type object = map[string]any

func (m minter) token(t testing.TB, claims object) string {
	t.Helper()
	return m.tokenWithHeader(t, object{"alg": "RS256", "kid": m.keyID, "typ": "JWT"}, claims)
}

func (m minter) tokenWithHeader(t testing.TB, header, claims object) string {
	t.Helper()
	signed := encodePart(t, header) + "." + encodePart(t, claims)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, m.key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encodePart(t testing.TB, part object) string {
	t.Helper()
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// personClaims are those of the person that all tests share, who logs in now for a day; changes replace claims, and
// nil takes one away.
func personClaims(changes object) object {
	claims := object{}
	if err := json.Unmarshal(person(), &claims); err != nil {
		panic(err)
	}
	claims["iat"], claims["nbf"], claims["exp"] = now.Unix(), now.Unix(), now.Unix()+86400
	return changed(claims, changes)
}

var person = sync.OnceValue(func() []byte {
	if !exists(vectorFolder) {
		return []byte("{}") // outside of a checkout, where newMinter skips the test
	}
	content, err := os.ReadFile(filepath.Join(vectorFolder, "person.json"))
	if err != nil {
		panic(err)
	}
	return content
})

func serviceClaims(changes object) object {
	return changed(object{
		"type":        "app",
		"aud":         []string{audience},
		"exp":         now.Unix() + 86400,
		"iss":         issuer,
		"common_name": clientID,
		"iat":         now.Unix(),
		"sub":         "",
	}, changes)
}

func changed(claims, changes object) object {
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}
